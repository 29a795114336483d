// The whole story, in both languages: three handhelds lose the network, count, crash and come back; everything is there
// once; two who differ are settled by a third; who counted may not approve; it is approved, sealed and delivered.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { Api, until } from './api'
import { openBrowser } from './browser'
import { Demo } from './demo'
import { Desk } from './desk'
import { Handheld } from './handheld'
import { picture, type Language } from './look'

interface Pass { person: string; location: string; status: string; observations: number; quantity: number; declared: { observations: number; quantity: number } }
interface Line { section: string; item: string; unit: string }

let office: Browser
beforeAll(async () => { office = await openBrowser() })
afterAll(() => office?.close())

describe.each<Language>(['ar', 'en'])('the story in %s', (language) => {
  const name = { ar: 'جرد الليل', en: 'Night count' }
  let demo: Demo, salem: Api, admin: Api, desk: Desk
  let ali: Handheld, sara: Handheld, omar: Handheld
  let session = '', goods: { id: string; code: string }[]

  const sit = (id: string) => Desk.signIn(office, id, demo.login(id).password!, language, demo.told.society)
  const ofSession = (page = '') => `/sessions/${session}${page}`

  beforeAll(async () => {
    demo = await Demo.start(3)
    const as = (id: string) => Api.signIn(demo.told.society, 'rawda', id, demo.login(id).password!)
    ;[salem, admin] = await Promise.all([as('salem'), as('admin')])
  })

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return
    for (const h of [ali, sara, omar]) if (h) await picture(h.page, language, `failed-${h.name}`).catch(() => undefined)
    if (desk) await picture(desk.page, language, 'failed-desk').catch(() => undefined)
    if (desk) console.log(desk.page.url(), demo.log)
  })

  afterAll(async () => {
    await Promise.all([ali, sara, omar].map((h) => h?.switchOff()))
    await desk?.leave()
    await demo?.kill('SIGTERM')
  })

  test('a supervisor issues a session of the supply goods', async () => {
    desk = await sit('salem')
    await desk.look('home')
    await desk.go('/sessions/new')
    await desk.page.locator('input[name=site][value=warehouse]').check()
    await desk.page.getByLabel(desk.text('session.kind')).selectOption('partial')
    await desk.page.getByLabel(desk.text('issue.name-ar')).fill(name.ar)
    await desk.page.getByLabel(desk.text('issue.name-en')).fill(name.en)
    await desk.look('issue-place')
    await desk.press('next')
    await desk.page.locator('input[name=where][value=sections]').check()
    await desk.page.locator('input[name=sections][value=supply]').check()
    await desk.look('issue-scope')
    for (const step of ['rules', 'people', 'review']) {
      await desk.press('next')
      await desk.page.locator(`input[name=step][value=${step}]`).waitFor({ state: 'attached' })
      await desk.look('issue-' + step)
    }
    await desk.press('issue')
    await desk.page.waitForURL(/done=done.session-issued/)
    await desk.look('assign')
    session = decodeURIComponent(new URL(desk.page.url()).pathname.split('/')[2]!)
    goods = (await salem.all<Line>(`/sessions/${session}/lines`)).filter((l) => l.unit === 'piece').slice(0, 6).map((l) => ({ id: l.item, code: '' }))
    expect(goods).toHaveLength(6)
  })

  test('three handhelds pair: by the typed code, by its picture and by the link', async () => {
    const unpack = (name: string) => Handheld.unpack(name, language, demo.ports.society)
    ;[ali, sara, omar] = await Promise.all([unpack('ali'), unpack('sara'), unpack('omar')])
    await Promise.all([ali, sara, omar].map((h) => h.speak()))
    if (language === 'en') await ali.restart() // what he likes may take the browser a minute to write, and his is to crash
    await ali.look('pair')
    await ali.sheet(ali.button('do.settings'), 'settings')
    await ali.type(ali.page.getByLabel(ali.text('pair.code')), demo.told.codes[0]!)
    await ali.button('pair.do').click()
    await sara.scanKeys(`]Q1${sara.proxy.url}/app/#pair=${demo.told.codes[1]}`)
    await omar.page.goto(`${omar.proxy.url}/app/#pair=${demo.told.codes[2]}`)
    for (const h of [ali, sara, omar]) await h.page.getByLabel(h.text('signin.name')).waitFor()
    await ali.look('signin')
    expect(omar.page.url()).not.toContain('pair=')
  })

  test('counters sign in, take the session and hold its items with their codes', async () => {
    for (const [h, id] of [[ali, 'ali'], [sara, 'sara'], [omar, 'omar']] as const) await h.signIn(id, demo.login(id).pin!)
    await ali.look('sessions')
    await Promise.all([ali, sara, omar].map((h) => h.join(name[language])))
    await ali.look('tasks')
    await ali.sheet(ali.page.getByRole('button', { name: ali.text('menu.open') }), 'menu')
    await ali.sheet(ali.button('places.choose'), 'places')
    const codes = await ali.codes(goods.map((g) => g.id))
    goods = goods.map((g) => ({ id: g.id, code: codes[g.id]!.find((b) => b.pack === 1000)!.code }))
    expect(new Set(goods.map((g) => g.code)).size).toBe(6)
  })

  test('the network goes, and they count where they overlap', async () => {
    await sara.page.waitForFunction(() => navigator.serviceWorker.controller !== null) // the page of her first visit, too
    for (const h of [ali, sara, omar]) h.proxy.cut()
    for (const h of [ali, sara, omar]) await h.offline()
    await sara.look('offline')
    await sara.rescue() // what she never opened is there without a network

    // Ali's reader sends keys. He counts two places, and at the second the same goods that Sara counts.
    await ali.scanKeys(']C0T01-01')
    await ali.startCounting()
    await ali.look('counting')
    for (const [n, quantity] of [[0, '12'], [1, '30']] as const) {
      await ali.scanKeys(goods[n]!.code)
      await ali.inHand(goods[n]!.code)
      await ali.key(quantity)
    }
    await ali.button('condition.damaged').click()
    await ali.photograph()
    await ali.look('counted')
    await ali.sheet(ali.panel.locator('.chip'), 'details')
    await ali.confirm()
    await ali.look('recorded')
    await ali.sheet(ali.page.getByRole('button', { name: ali.text('mode.title') }), 'mode')
    await ali.sheet(ali.button('do.search'), 'find')
    await ali.sheet(ali.page.locator('.tools').getByRole('button', { name: ali.text('entries.title') }), 'entries')
    await ali.sheet(ali.page.getByRole('button', { name: ali.text('zero'), exact: true }), 'zero')
    await ali.finish()
    await ali.look('closed')
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
    await sara.finish()
    await sara.empty('T01-04')
    await sara.scanText('T02-01')
    await sara.scanText(']C0WHO-KNOWS-17')
    await sara.panel.getByText(sara.text('unknown')).first().waitFor()
    await sara.look('unknown')
    await sara.key('2')
    await sara.done.click()
    await sara.panel.getByText(sara.text('panel.unknown')).waitFor()
    await sara.finish()

    // Omar counts elsewhere, and finds nothing in three places.
    await omar.scanText('T01-03')
    await omar.startCounting()
    await omar.scanText(goods[4]!.code)
    await omar.inHand(goods[4]!.code)
    await omar.key('100')
    await omar.confirm()
    await omar.finish()
    for (const place of ['T02-02', 'T02-03', 'T02-04']) await omar.empty(place)
    expect(await ali.unsent()).toBeGreaterThan(4)
  })

  test('a browser is killed in the middle of a location, and knows everything when it is opened again', async () => {
    const before = await ali.unsent()
    await ali.kill()
    await ali.switchOn()
    await ali.button('start.more').waitFor()
    await ali.look('again')
    await ali.startCounting()
    await ali.inHand(goods[3]!.code)
    expect(await ali.unsent()).toBe(before)
    await ali.finish()
  })

  test('the server is killed while they come back, and everything is there once', async () => {
    await desk.go(ofSession())
    await desk.figure('disputes', 0)
    await desk.page.evaluate(() => { (window as unknown as { same: boolean }).same = true })
    // His app comes back by itself, at the next of its tries: at most a minute from now. The server has what he sent, and ends
    // before he knows it.
    const taken = ali.proxy.lose('"t":"ack"')
    ali.proxy.mend()
    await taken
    expect(await ali.unsent()).toBeGreaterThan(0)
    await demo.kill()
    ali.proxy.heed()
    await demo.run()
    for (const h of [sara, omar]) {
      h.proxy.mend()
      await h.syncNow()
    }
    for (const h of [ali, sara, omar]) await h.online()
    await ali.look('online')

    const passes = await salem.all<Pass>(`/sessions/${session}/passes`)
    expect(passes.map((p) => `${p.person} ${p.location} ${p.status} ${p.observations}/${p.declared.observations} ${p.quantity}/${p.declared.quantity}`).sort()).toEqual([
      'ali T01-01 closed 2/2 42000/42000', 'ali T01-02 closed 2/2 16000/16000', 'omar T01-03 closed 1/1 100000/100000', 'omar T02-02 closed 0/0 0/0',
      'omar T02-03 closed 0/0 0/0', 'omar T02-04 closed 0/0 0/0', 'sara T01-02 closed 2/2 15000/15000', 'sara T01-04 closed 0/0 0/0', 'sara T02-01 closed 1/1 2000/2000',
    ])
    expect(await salem.all(`/sessions/${session}/quarantine`)).toEqual([])
  })

  test('the dispute shows on the board without a reload', async () => {
    await desk.figure('disputes', 1)
    await desk.figure('unknown', 1)
    expect(await desk.page.evaluate(() => (window as unknown as { same?: boolean }).same)).toBe(true)
    await desk.look('board')
    for (const page of ['passes', 'log', 'quarantine', 'recounts', 'plan', 'codes', 'count-sheet']) await desk.visit(ofSession('/' + page), page)
  })

  test('what is damaged shows with its photo, taken without a network', async () => {
    await desk.go(ofSession('/line?' + new URLSearchParams({ section: 'supply', item: goods[1]!.id })))
    const photo = desk.page.locator('img.photo')
    await desk.page.getByText(desk.text('condition.damaged')).first().waitFor()
    const address = demo.told.society + (await photo.getAttribute('src'))
    const bytes = await until('the photo has come', async () => {
      const answer = await desk.page.request.get(address)
      return answer.ok() && answer.body()
    })
    expect(bytes.length).toBeLessThanOrEqual(200 << 10)
    await desk.page.reload()
    await photo.scrollIntoViewIfNeeded()
    const size = () => photo.evaluate((img: HTMLImageElement) => ({ width: img.naturalWidth, shape: img.naturalWidth / img.naturalHeight }))
    await expect.poll(async () => (await size()).shape).toBeCloseTo(4 / 3, 1)
    expect((await size()).width).toBeGreaterThanOrEqual(320)
    await desk.look('line-photo')
  })

  test('the unknown code is an item for good', async () => {
    await desk.go(ofSession('/codes?code=WHO-KNOWS-17&q=' + goods[5]!.code))
    await desk.page.locator(`input[name=item][value="${goods[5]!.id}"]`).check()
    await desk.page.getByLabel(desk.text('code.pack')).fill('1')
    await desk.look('code')
    await desk.press('attach')
    await desk.page.waitForURL(/done=done.code/)
  })

  test('a recount by the third, who had not counted there, settles it', async () => {
    await desk.go(ofSession('/disputes'))
    await desk.look('disputes')
    await desk.press(desk.page.locator('article.case button[formaction$="/recounts"]'))
    const who = desk.page.locator('select[name^="person:"]')
    expect(await who.locator('option').evaluateAll((all) => all.map((o) => (o as HTMLOptionElement).value))).not.toContain('ali')
    await who.selectOption('omar')
    await desk.page.getByLabel(desk.text('form.reason')).fill('two counters differ')
    await desk.look('recount')
    await desk.press('order')
    await desk.page.waitForURL(/done=done.recount-ordered/)
    await desk.go(ofSession())
    await desk.figure('disputes', 1)

    const task = omar.page.locator('button.row').filter({ hasText: omar.text('recount') })
    await task.waitFor()
    await omar.look('recount')
    await task.click()
    await omar.scanKeys(goods[3]!.code)
    await omar.inHand(goods[3]!.code)
    await omar.key('9')
    await omar.confirm()
    await omar.finish()
    await omar.online()
    await desk.figure('disputes', 0)
    await desk.visit(ofSession('/line?' + new URLSearchParams({ section: 'supply', item: goods[3]!.id })), 'line')
  })

  test('what nobody met is signed as zero', async () => {
    await desk.go(ofSession('/rest?section=supply'))
    await desk.look('rest')
    await desk.page.getByLabel(desk.text('form.reason')).first().fill('searched for, not there')
    await desk.press('sign')
    await desk.page.waitForURL(/done=done.rest-signed/)
  })

  test('who counted may not approve, and is told why', async () => {
    await admin.post('/people/ali/roles', { roles: ['counter', 'manager', 'financial-controller'] })
    await admin.post('/people/ali/password', { password: 'ali counts and approves' })
    const own = await Desk.signIn(office, 'ali', 'ali counts and approves', language, demo.told.society)
    for (const tier of [0, 1, 2]) {
      await own.go(ofSession(`/sheet?tier=${tier}`))
      if (await own.page.getByText(own.text('sheet.own')).count()) break
    }
    await own.page.getByText(own.text('sheet.own')).first().waitFor()
    await own.look('sheet-own')
    // Nothing here is offered to ali: the buttons are what a page from before would still have.
    const stale = async (value: string) => {
      for (const box of await own.page.locator('input[name=line]').all()) await box.uncheck()
      await own.page.locator('tbody tr').filter({ hasText: own.text('sheet.own') }).locator('input[name=line]').first().check()
      await own.page.locator('form#sheet').evaluate((form, value) => {
        form.appendChild(Object.assign(document.createElement('input'), { name: 'reason', value: 'I know it is right' }))
        form.appendChild(Object.assign(document.createElement('button'), { name: 'do', value }))
      }, value)
      await own.page.locator(`form#sheet button[name=do][value=${value}]`).last().click()
    }
    const at = own.page.url()
    await stale('approve')
    await own.page.getByText(own.text('barred.approver-counted')).first().waitFor()
    await own.page.goto(at)
    await stale('sign-approve')
    const said = await own.page.getByRole('alert').first().innerText()
    expect(said).toMatch(language === 'ar' ? /شاركت في عدّ .+ فلا يجوز لك البتّ فيه/s : /You counted .+ yourself and cannot decide on it/s)
    await own.look('refused')
    await own.leave()
  })

  test('others approve, tier by tier', async () => {
    for (const id of ['mona', 'faisal']) {
      await desk.leave()
      desk = await sit(id)
      for (const tier of [0, 1, 2]) {
        await desk.go(ofSession(`/sheet?tier=${tier}`))
        await desk.look(`sheet-${id}-${tier}`)
        if (!(await desk.does('approve').count())) continue
        await desk.press('approve')
        await desk.look(`approve-${id}-${tier}`)
        if (!(await desk.does('sign-approve').count())) continue // none of these is theirs
        await desk.page.locator('textarea[name=reason]').fill('checked on the shelf')
        await desk.press('sign-approve')
        await desk.page.locator('.notice[role=status]:visible, .notice[role=alert]:visible').first().waitFor()
      }
    }
    expect((await salem.get<{ totals: { waiting: number } }>(`/sessions/${session}`)).totals.waiting).toBe(0)
    await desk.leave()
    desk = await sit('mona')
  })

  test('it closes, every handheld hands in what it holds, and it is sealed', async () => {
    await desk.go(ofSession('/seal'))
    await desk.press('close')
    await desk.page.waitForURL(/done=done.closing/)
    await ali.page.getByText(ali.text('session.drained')).waitFor()
    await ali.look('drained')
    await until('nothing stands in the way of the seal', async () => !(await salem.get<{ blockers: unknown[] | null }>(`/sessions/${session}`)).blockers?.length)
    await desk.visit(ofSession('/seal'), 'seal')
    await desk.press('seal')
    await desk.page.waitForURL(/done=done.sealed/)
    await ali.page.getByText(ali.text('session.sealed')).first().waitFor()
  })

  test('it is delivered, and the ministry shows it verified', async () => {
    await until('the ministry accepts it', async () => {
      await desk.go('/results')
      return (await desk.page.locator('tbody tr', { has: desk.page.locator(`a[href="${ofSession()}"]`) }).getByText(desk.text('result.accepted')).count()) > 0
    })
    await desk.look('results')
    await desk.press(desk.page.locator('tbody tr', { has: desk.page.locator(`a[href="${ofSession()}"]`) }).locator('a').first())
    await desk.look('result')
    const hash = await desk.page.locator('dl.facts dd').filter({ hasText: /^[0-9a-f]{64}$/ }).first().innerText()
    await desk.visit(new URL(desk.page.url()).pathname + '/record', 'record')

    const badria = await Desk.signIn(office, 'badria', demo.told.officers.find((o) => o.id === 'badria')!.password!, language, demo.told.ministry)
    await badria.look('ministry')
    await badria.visit('/societies/rawda', 'ministry-society')
    await badria.go('/documents/rawda/' + hash)
    await badria.page.getByText(badria.text('document.sound')).waitFor()
    await badria.page.getByText(name[language]).first().waitFor()
    await badria.look('ministry-document')
    for (const page of ['societies', 'troubles', `documents/rawda/${hash}/record`]) await badria.visit('/' + page, 'ministry-' + page.split('/').at(-1))
    await badria.leave()
  })

  test('the other pages read as well', async () => {
    for (const [path, name] of [['/sessions', 'sessions'], [ofSession('/variance-sheet'), 'variance-sheet'], [ofSession('/log'), 'log-sealed'], ['/import', 'imports'], ['/import/items', 'import'],
      ['/sites', 'sites'], ['/sites/warehouse', 'site'], ['/sites/warehouse/sections/supply', 'section'], ['/labels', 'labels'], ['/labels/locations?place=site%3Dwarehouse%26section%3Dsupply&stock=s3x8&start=1', 'label-sheet'], ['/me', 'me']]) await desk.visit(path!, name!)
    await desk.leave()
    desk = await sit('admin')
    for (const [path, name] of [['/', 'home-admin'], ['/devices', 'devices'], ['/devices/pair', 'devices-pair'], ['/people', 'people'], ['/people/new', 'person-new'], ['/people/ali', 'person'],
      ['/trail', 'trail'], ['/sites/new', 'site-new']]) await desk.visit(path!, name!)
    await desk.page.goto(`${demo.told.society}/nowhere`)
    await desk.look('not-there')
  })
})
