// A handheld whose browser gives the app no more room: what is said, what is still counted, and that what was heard as good is in the
// server's log, once and in its order, and nothing else.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Api, until } from './api'
import { Demo } from './demo'
import { Handheld } from './handheld'
import { picture } from './look'
import { entries } from './soak/ledger'
import { rig, sleep, type Answer } from './soak/page'

const session = 'full'
let demo: Demo, salem: Api, places: string[], h: Handheld
let pieces: string[], answers: Answer[], scans: number, begun: number
/** What was heard as good, in its order. */
let good: string[]

/** A handheld that counts, with its reserve set aside and the network cut. */
async function counting(): Promise<void> {
  h = await Handheld.unpack('ali', 'ar', demo.ports.society)
  h.look = async () => {} // others do
  h.prepare = (page) => rig(page, 0, (a) => void answers.push(a))
  await h.page.goto(`${h.proxy.url}/app/#pair=${demo.told.codes.shift()}`)
  await h.signIn('ali', demo.login('ali').pin!)
  await h.join('جرد الذاكرة')
  const lines = await salem.all<{ section: string; item: string; unit: string }>(`/sessions/${session}/lines`)
  const articles = await h.articles(lines.filter((l) => l.unit === 'piece' && l.section === 'dry').map((l) => l.item))
  pieces = articles.flatMap((a) => (a.lots ? [] : (a.barcodes ?? []).filter((b) => b.pack === 1000 && /^\d{13}$/.test(b.code)).slice(0, 1))).map((b) => b.code)
  await h.page.waitForFunction(() => navigator.serviceWorker.ready.then(() => true))
  await h.openTab()
  await h.page.locator('.choice').getByText(h.text('mode.each')).click()
  await h.scanKeys(']C0' + places.shift()!)
  await h.startCounting()
  await until('the reserve is set aside', hasReserve)
  await count()
  await h.online()
  h.proxy.cut()
  await h.offline()
}

const hasReserve = () => h.page.evaluate(async () => (await (await caches.open('jard-room')).keys()).some((r) => r.url.endsWith('/reserve')))

/** Scans the next article and hears what the handheld answers. */
async function count(): Promise<Answer> {
  answers = []
  const code = pieces[scans++ % pieces.length]!
  await h.scanKeys(']E0' + code)
  await expect.poll(() => answers, { timeout: 20_000, interval: 10 }).toHaveLength(1)
  if (answers[0] === 'ok') good.push(code)
  return answers[0]!
}

/** Counts until it is refused. */
async function countOut(most: number): Promise<void> {
  for (let n = 0; n < most; n++) {
    if ((await count()) !== 'ok') return
    if (n % 10 === 9) await sleep(h.page, 6000) // it is looked every 5 s
  }
  throw new Error(`${most} were taken, and none was refused`)
}

const heading = () => h.page.getByRole('heading', { name: h.text('storage.full') })

async function saysFull(): Promise<void> {
  await heading().waitFor()
  await h.page.getByText(h.text('storage.full.do')).waitFor()
}

/** What the app noticed, as the counter reads it. */
async function notices(): Promise<string> {
  await h.page.getByRole('button', { name: h.text('notices.title') }).click()
  const said = await h.page.getByRole('dialog').innerText()
  await h.close()
  return said
}

/** Everything that is owed arrives, and is what was heard as good. */
async function settle(): Promise<void> {
  h.proxy.mend()
  await h.syncNow()
  await h.online()
  const log = await entries(salem, session)
  expect(log.slice(begun).flatMap((e) => (e.body?.kind === 'observed' ? [e.body.code] : []))).toEqual(good)
}

beforeAll(async () => {
  demo = await Demo.start(1, 500)
  salem = await Api.signIn(demo.told.society, 'rawda', 'salem', demo.login('salem').password!)
  await salem.post('/sessions', { session, name: { ar: 'جرد الذاكرة', en: 'Full memory' }, site: 'warehouse', kind: 'full', tiers: [{ role: 'financial-controller' }] })
  places = (await salem.all<{ location: string; section: string }>(`/sessions/${session}/locations`)).filter((l) => l.section === 'dry').map((l) => l.location)
})

beforeEach(async () => {
  good = []
  scans = 0
  begun = (await entries(salem, session)).length
})

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail' && h) await picture(h.page, 'ar', 'failed-full').catch(() => undefined)
  await h?.switchOff().catch(() => undefined)
})

afterAll(() => demo?.kill('SIGTERM'))

test('where the browser gives no more room it counts on in the reserve, refuses in words, keeps what it has, and goes on by itself', async () => {
  await counting()
  const { origin } = new URL(h.proxy.url), browser = await h.beside() // a tab that is killed takes its settings along
  const used = async () => (await browser.send('Storage.getUsageAndQuota', { origin })).usage
  const leave = async (bytes: number) => browser.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: (await used()) + bytes })

  await leave(100 << 10)
  await sleep(h.page, 6000)
  for (let n = 0; n < 30; n++) expect(await count()).toBe('ok')
  expect(await hasReserve()).toBe(false)
  expect(await notices()).toContain(h.text('storage.low'))

  await leave(300 << 10)
  await countOut(2000)
  await saysFull()
  for (let n = 0; n < 3; n++) expect(await count()).toBe('check')

  await h.crashTab()
  await h.openTab()
  await h.startCounting()
  await h.entries(good.length)
  await sleep(h.page, 6000)
  await countOut(100)
  await saysFull()

  await browser.send('Storage.overrideQuotaForOrigin', { origin })
  await heading().waitFor({ state: 'hidden', timeout: 20_000 })
  for (let n = 0; n < 5; n++) expect(await count()).toBe('ok')
  await settle()
})
