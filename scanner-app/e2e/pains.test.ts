// What counters and supervisors of other systems complain of (see DESIGN.md, "Where others hurt"), done to the real app in a real
// browser with the real server behind it.
import type { Locator } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Api, until } from './api'
import { Demo } from './demo'
import { Handheld } from './handheld'
import { picture } from './look'
import { look, rig, tellOnline, type Answer } from './soak/page'

const session = 'pains'
let demo: Demo, salem: Api, admin: Api, ali: Handheld
let pieces: string[] = [], lotted = '', cartons: { code: string; size: number; piece: string }[] = []
const item = new Map<string, string>()
let answers: Answer[] = []

interface Line { section: string; item: string; unit: string; status: string; counted: number; book: number }
const line = async (code: string) => (await salem.all<Line>(`/sessions/${session}/lines?item=${item.get(code)!}&section=dry`))[0]

const sight = () => look(ali.page, { each: ali.text('mode.each'), entries: ali.text('entries.title') })
const shows = (what: object) => expect.poll(sight, { timeout: 30_000, interval: 30 }).toMatchObject(what)
const heard = (...wanted: Answer[]) => expect.poll(() => answers, { timeout: 30_000, interval: 20 }).toEqual(wanted)

/** At a place where nothing was counted yet, in a mode. */
let places: string[] = []
async function begin(mode: 'each' | 'quantity'): Promise<void> {
  if (await ali.panel.isVisible()) await ali.finish('finish')
  await ali.page.locator('.choice').getByText(ali.text(mode === 'each' ? 'mode.each' : 'mode.quantity')).click()
  answers = []
  await ali.scanKeys(']C0' + places.shift()!)
  await heard('ok')
  await shows({ mode, what: 'nothing', counted: 0 })
  answers = []
}

beforeAll(async () => {
  demo = await Demo.start(1, 600, '--locations', '200')
  const as = (id: string) => Api.signIn(demo.told.society, 'rawda', id, demo.login(id).password!)
  ;[salem, admin] = await Promise.all([as('salem'), as('admin')])
  await salem.post('/sessions', { session, name: { ar: 'جرد الشكاوى', en: 'Count of pains' }, site: 'warehouse', kind: 'full', tiers: [{ role: 'financial-controller' }] })
  places = (await salem.all<{ location: string; section: string }>(`/sessions/${session}/locations`)).filter((l) => l.section === 'dry').map((l) => l.location)
  ali = await Handheld.unpack('ali', 'ar', demo.ports.society)
  ali.look = async () => {} // others do
  ali.prepare = (page) => rig(page, 0, (a) => void answers.push(a))
  await ali.page.goto(`${ali.proxy.url}/app/#pair=${demo.told.codes[0]}`)
  await ali.signIn('ali', demo.login('ali').pin!)
  await ali.join('جرد الشكاوى')
  const lines = (await salem.all<Line>(`/sessions/${session}/lines`)).filter((l) => l.unit === 'piece' && l.section === 'dry')
  for (const { id, barcodes: codes = [], lots } of await ali.articles(lines.map((l) => l.item))) {
    const piece = codes.find((b) => b.pack === 1000 && /^\d{13}$/.test(b.code))
    if (lots) lotted ||= piece?.code ?? ''
    if (lots) continue
    const carton = codes.find((b) => b.pack > 1000)
    if (!piece) continue
    pieces.push(piece.code)
    item.set(piece.code, id)
    if (carton) cartons.push({ code: carton.code, size: carton.pack / 1000, piece: piece.code })
  }
  await ali.page.waitForFunction(() => navigator.serviceWorker.ready.then(() => true))
  await ali.restart()
  await ali.page.locator('.topline .kept.good').waitFor() // the browser was asked, and keeps what lies here
})

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail' && ali) await picture(ali.page, 'ar', 'failed-pain').catch(() => undefined)
})

afterAll(async () => {
  await ali?.switchOff()
  await demo?.kill('SIGTERM')
})

test('five scans as fast as the reader goes are five, and each is heard', async () => {
  await begin('each')
  const five = pieces.slice(0, 5)
  await Promise.all(five.map((code) => ali.scanKeys(']E0' + code)))
  await heard('ok', 'ok', 'ok', 'ok', 'ok')
  await shows({ counted: 5, code: five[4] })
})

test('five scans of one article are five of it', async () => {
  await begin('each')
  for (let n = 0; n < 5; n++) {
    await ali.scanText(pieces[0]!)
    await new Promise((done) => setTimeout(done, 450)) // a hand is no faster; a bouncing switch is
  }
  await heard('ok', 'ok', 'ok', 'ok', 'ok')
  await shows({ counted: 5, code: pieces[0] })
  expect((await ali.panel.locator('.standing strong').innerText()).replace(/\D/g, '')).toBe('5')
})

test('neither the wheel nor a swipe changes a number, nor an arrow key', async () => {
  await begin('quantity')
  await ali.scanKeys(pieces[0]!)
  await shows({ what: 'in hand' })
  await ali.key('12')
  await shows({ what: 'in hand', figure: '12' })
  const figure = (await ali.panel.locator('.big').boundingBox())!
  await ali.page.mouse.move(figure.x + figure.width / 2, figure.y + figure.height / 2)
  await ali.page.mouse.wheel(0, 300)
  await ali.page.mouse.wheel(0, -500)
  for (const k of ['ArrowUp', 'ArrowDown', 'PageUp']) await ali.page.keyboard.press(k)
  await shows({ what: 'in hand', figure: '12', counted: 0 })
  await ali.confirm()
  await shows({ what: 'recorded', figure: '12', counted: 1 })
})

test('digits of an Arabic keyboard are digits', async () => {
  await begin('quantity')
  await ali.scanKeys(pieces[1]!)
  await shows({ what: 'in hand' })
  for (const [digit, figure] of [['٣', '3'], ['۵', '35']] as const) {
    await ali.press(digit)
    await shows({ figure })
  }
  await ali.press('Enter')
  await shows({ what: 'recorded', figure: '35' })
})

test('a scan while a search is being typed is a scan, and no part of the search', async () => {
  await begin('quantity')
  await ali.button('do.search').click()
  const field = ali.page.getByRole('searchbox')
  await ali.type(field, 'أرز')
  await new Promise((done) => setTimeout(done, 300)) // from the keyboard to the trigger
  await ali.scanKeys(']E0' + pieces[2]!)
  await shows({ what: 'in hand', code: pieces[2], dialog: '' }) // the sheet goes when the sound was played
  expect(await field.count()).toBe(0)
  await ali.key('3')
  await ali.confirm()
  await shows({ what: 'recorded', figure: '3' })
})

test('a scan over a number that is being keyed is the next article, never a part of the number', async () => {
  await begin('quantity')
  await ali.scanKeys(pieces[3]!)
  await shows({ what: 'in hand' })
  await ali.key('7')
  await ali.scanKeys(']E0' + pieces[4]!)
  await shows({ what: 'in hand', code: pieces[4], figure: '', counted: 1 })
  await ali.key('8')
  await ali.confirm()
  await shows({ counted: 2, figure: '8' })
})

test('a scan into the day or the lot that is asked for is no part of them, and comes after the answer', async () => {
  await begin('quantity')
  const ways: [string, (raw: string) => Promise<void>][] = [['keys', (raw) => ali.scanKeys(raw)], ['text', (raw) => ali.scanText(raw)], ['composition', (raw) => ali.scanComposed(raw)]]
  const left: string[] = [], wanted: string[] = []
  const leaves = async (field: Locator, keyed: string, value = keyed) => {
    for (const [way, scan] of ways) for (const raw of [']E0' + pieces[21]!, pieces[21]!]) {
      await field.fill('')
      await ali.type(field, keyed)
      answers = []
      await scan(raw)
      await expect.poll(() => answers.length, { timeout: 30_000, interval: 20 }).toBeGreaterThan(0)
      const there = await field.evaluate((e: HTMLInputElement) => [e.value, e === document.activeElement].join())
      left.push([way, raw, answers.join('+'), there].join(' '))
      wanted.push([way, raw, 'check', value + ',true'].join(' '))
    }
  }
  const day = ali.page.locator('#day'), lot = ali.page.getByLabel(ali.text('details.lot'), { exact: true })

  await ali.scanKeys(lotted)
  await shows({ what: 'in hand', code: lotted })
  await ali.key('5')
  await ali.done.click()
  await ali.page.getByRole('dialog', { name: ali.text('ask.lot') }).waitFor()
  await leaves(lot, 'L7')
  await leaves(day, '')
  await leaves(day, '310327', '31 / 03 / 27')
  await leaves(lot, 'L7')
  expect(left).toEqual(wanted)
  await ali.page.getByRole('dialog').getByText('أجب عن السؤال الظاهر أولًا').waitFor()
  await shows({ counted: 0, code: lotted })
  await ali.done.last().click()
  await shows({ what: 'recorded', figure: '5', counted: 1 })
  await ali.panel.getByText(/L7/).waitFor()
})

test('a scan into the note of an article is the next article, and no part of the note', async () => {
  await begin('quantity')
  for (const [n, scan] of [ali.scanKeys, ali.scanText, ali.scanComposed].entries()) {
    for (const [m, aim] of [']E0', ''].entries()) {
      const code = pieces[22 + 4 * n + 2 * m]!, next = pieces[23 + 4 * n + 2 * m]!, counted = 4 * n + 2 * m
      await ali.scanKeys(code)
      await shows({ what: 'in hand', code, counted })
      await ali.key('2')
      await shows({ figure: '2' })
      await ali.panel.locator('.chip').click()
      const note = ali.page.getByLabel(ali.text('details.note'), { exact: true })
      await ali.type(note, 'open')
      await scan.call(ali, aim + next)
      await shows({ what: 'in hand', code: next, figure: '', counted: counted + 1, dialog: '' })
      await ali.key('3')
      await ali.confirm()
      await shows({ counted: counted + 2, figure: '3' })
    }
  }
})

test('zero was counted, and what nobody looked for was not', async () => {
  await begin('quantity')
  await ali.scanKeys(pieces[5]!)
  await shows({ what: 'in hand' })
  await ali.page.getByRole('button', { name: ali.text('zero'), exact: true }).click()
  await shows({ what: 'recorded', figure: '0' })
  await ali.panel.getByText(ali.text('zero.counted')).waitFor()
  await ali.finish()
  await ali.online()
  expect((await line(pieces[5]!))!.status).not.toBe('not-counted')
  expect((await line(pieces[5]!))!.counted).toBe(0)
  expect((await line(pieces[20]!))!.status).toBe('not-counted')
})

test('a carton is as many as it holds, and says so before it counts', async () => {
  await begin('quantity')
  const { code, size, piece } = cartons.find((c) => pieces.indexOf(c.piece) > 40)!
  await ali.scanKeys(code)
  await shows({ what: 'in hand', code })
  await ali.panel.getByText(ali.text('unit.carton.of', { size: String(size) }), { exact: true }).waitFor()
  await ali.key('2')
  await ali.confirm()
  expect((await ali.panel.locator('.standing strong').innerText()).replace(/\D/g, '')).toBe(String(2 * size))
  await ali.finish()
  await ali.online()
  expect((await line(piece))!.counted).toBe(2000 * size)
})

test('ten thousand characters are refused in words, and the next scan counts', async () => {
  await begin('each')
  await ali.scanText('X'.repeat(10_000))
  await heard('check')
  await ali.page.getByRole('main').getByRole('alert').first().waitFor()
  await ali.scanKeys(']E0' + pieces[6]!)
  await shows({ counted: 1, code: pieces[6] })
})

test('who loses the network counts on where they stand, and what they counted is sent when it is back, without another scan', async () => {
  await begin('quantity')
  await ali.online()
  ali.proxy.cut()
  await ali.offline()
  for (const [n, code] of pieces.slice(7, 10).entries()) {
    await ali.scanKeys(code)
    await shows({ what: 'in hand', code })
    await ali.key(String(n + 1))
  }
  await ali.confirm()
  await shows({ counted: 3 })
  await expect.poll(() => ali.unsent()).toBeGreaterThanOrEqual(3)
  ali.proxy.mend()
  await tellOnline(ali.page)
  await ali.online()
  await shows({ counted: 3 })
  const passes = await salem.all<{ status: string; observations: number }>(`/sessions/${session}/passes`)
  expect(passes.filter((p) => p.status === 'open').map((p) => p.observations)).toEqual([3])
})

test('a tab killed in the middle of a number has the number when it is opened again', async () => {
  await begin('quantity')
  await ali.scanKeys(pieces[10]!)
  await shows({ what: 'in hand' })
  await ali.key('42')
  await shows({ what: 'in hand', figure: '42' })
  await ali.crashTab()
  await ali.openTab()
  await ali.startCounting()
  await shows({ what: 'in hand', code: pieces[10], figure: '42', counted: 0 })
  await ali.confirm()
  await shows({ what: 'recorded', figure: '42', counted: 1 })
})

test('a second tab says where the count is, and goes on when the first is closed', async () => {
  await begin('each')
  await ali.scanKeys(']E0' + pieces[11]!)
  await shows({ counted: 1 })
  const first = ali.page
  await ali.openBeside()
  await ali.page.getByRole('heading', { name: ali.text('other') }).waitFor()
  await first.close()
  await ali.startCounting()
  await shows({ counted: 1, code: pieces[11] })
  await ali.scanKeys(']E0' + pieces[12]!)
  await shows({ counted: 2, code: pieces[12] })
})

test('a device that is revoked while it is out of reach gives what it holds, for a supervisor to judge', async () => {
  await begin('each')
  await ali.online()
  ali.proxy.cut()
  await ali.offline()
  await ali.scanKeys(']E0' + pieces[13]!)
  await shows({ counted: 1 })
  const device = (await salem.all<{ device: string }>(`/sessions/${session}/streams`))[0]!.device
  await admin.post(`/devices/${device}/revoke`, { reason: 'left in a taxi' })
  ali.proxy.mend()
  await tellOnline(ali.page)
  await ali.page.getByRole('heading', { name: ali.text('revoked') }).waitFor()
  await ali.page.getByText(ali.text('revoked.sent')).waitFor()
  const held = await until('it is in quarantine', async () => {
    const list = await salem.all<{ reason?: string; note?: string }>(`/sessions/${session}/quarantine`)
    return list.length > 0 && list
  })
  expect(JSON.stringify(held)).toContain('device-revoked')
})
