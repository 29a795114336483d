// The server is upgraded while somebody counts: a second build of the app takes the first one's place, whose files the server has no
// longer. Until the counter takes the new version the app is the old one, whatever ends it and however it is opened again.
import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { version } from '../package.json'
import { Api, until } from './api'
import { newFolder } from './browser'
import { Demo } from './demo'
import { Handheld } from './handheld'
import { look, tellOnline } from './soak/page'

const session = 'upgrade', next = '99.1.0', app = resolve(import.meta.dirname, '..'), top = resolve(app, '..')
let demo: Demo, salem: Api, ali: Handheld
let place = '', pieces: string[] = [], all: string[] = [], old: string[] = []

const sight = () => look(ali.page, { each: ali.text('mode.each'), entries: ali.text('entries.title') })
const shows = (what: object) => expect.poll(sight, { timeout: 30_000, interval: 30 }).toMatchObject(what)

/** What the sync screen says of versions: the one that runs, and whether another is offered or may be taken. */
async function versions() {
  await ali.page.locator('.topline .link').click()
  const sheet = ali.page.getByRole('dialog')
  await sheet.waitFor()
  const said = { runs: (await sheet.locator('dd').last().innerText()).trim(), offered: await sheet.getByText(ali.text('update.waiting')).isVisible(), takes: await ali.button('update.apply').isVisible() }
  await ali.close()
  return said
}

/** A server whose app has another version, built of the same sources as an upgrade is. */
async function buildNext(): Promise<string> {
  const folder = await newFolder('next'), made = join(folder, 'scanner'), was = join(top, 'static/scanner')
  await build({
    root: app, configFile: join(app, 'vite.config.ts'), logLevel: 'error', build: { outDir: made, emptyOutDir: true },
    plugins: [{ name: 'next', enforce: 'pre', load: async (id) => (id === join(app, 'package.json') ? (await readFile(id, 'utf8')).replace(`"${version}"`, `"${next}"`) : undefined) }],
  })
  const files = (at: string) => (readdirSync(at, { recursive: true, withFileTypes: true })).filter((f) => f.isFile()).map((f) => join(f.parentPath, f.name).slice(at.length + 1))
  const now = files(made)
  all = files(was)
  old = all.filter((f) => !now.includes(f))
  const overlay = join(folder, 'overlay.json'), binary = join(folder, 'server')
  writeFileSync(overlay, JSON.stringify({ Replace: Object.fromEntries([...old.map((f) => [join(was, f), '']), ...now.map((f) => [join(was, f), join(made, f)])]) }))
  execFileSync('go', ['build', '-overlay', overlay, '-o', binary, './server'], { cwd: top })
  return binary
}

beforeAll(async () => {
  demo = await Demo.start(1, 600)
  const served = await (await fetch(demo.told.society + '/app/worker.json')).text()
  if (served !== (await readFile(join(top, 'static/scanner/worker.json'), 'utf8'))) throw new Error('the server has another build of the app than static/: build it anew')
  salem = await Api.signIn(demo.told.society, 'rawda', 'salem', demo.login('salem').password!)
  await salem.post('/sessions', { session, name: { ar: 'جرد الترقية', en: 'Count of the upgrade' }, site: 'warehouse', kind: 'full', tiers: [{ role: 'financial-controller' }] })
  place = (await salem.all<{ location: string; section: string }>(`/sessions/${session}/locations`)).find((l) => l.section === 'dry')!.location
  ali = await Handheld.unpack('ali', 'ar', demo.ports.society)
  ali.look = async () => {} // others do
  await ali.page.goto(`${ali.proxy.url}/app/#pair=${demo.told.codes[0]}`)
  await ali.signIn('ali', demo.login('ali').pin!)
  await ali.join('جرد الترقية')
  const lines = (await salem.all<{ item: string; unit: string; section: string }>(`/sessions/${session}/lines`)).filter((l) => l.unit === 'piece' && l.section === 'dry')
  pieces = (await ali.articles(lines.map((l) => l.item))).flatMap(({ barcodes = [], lots }) => (lots ? [] : barcodes.filter((b) => b.pack === 1000 && /^\d{13}$/.test(b.code)).slice(0, 1).map((b) => b.code)))
  await ali.page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  const newer = await buildNext()
  await ali.page.locator('.choice').getByText(ali.text('mode.quantity')).click()
  await ali.scanKeys(']C0' + place)
  await ali.panel.waitFor()
  await ali.scanKeys(pieces[0]!)
  await ali.inHand(pieces[0]!)
  await ali.key('5')
  await ali.confirm()
  await ali.online()
  demo.binary = newer
  await demo.kill('SIGTERM')
  await demo.run()
  await tellOnline(ali.page)
  await ali.online()
})

afterAll(async () => {
  await ali?.switchOff()
  await demo?.kill('SIGTERM')
})

test('the new version is offered in an open pass, and waits', async () => {
  expect(old.some((f) => /^assets\/index-.*\.js$/.test(f))).toBe(true)
  expect((await fetch(`${demo.told.society}/app/${old[0]}`)).status).toBe(404)
  await until('it is offered', async () => (await versions()).offered)
  expect(await versions()).toEqual({ runs: version, offered: true, takes: false })
  ali.proxy.cut()
  await ali.offline()
  await ali.scanKeys(pieces[1]!)
  await shows({ what: 'in hand', code: pieces[1], counted: 1 })
  await ali.key('6')
  await ali.confirm()
  await ali.scanKeys(pieces[2]!)
  await ali.key('42')
  await shows({ what: 'in hand', code: pieces[2], figure: '42', counted: 2 })
})

test.each([
  ['the tab ends, without a network', async () => { await ali.crashTab(); await ali.openTab() }],
  ['the browser ends, without a network', async () => { await ali.kill(); await ali.switchOn() }],
  ['the system ends the browser, without a network', async () => { await ali.killHard(); await ali.switchOn() }],
  ['the tab ends, with a network', async () => { ali.proxy.mend(); await ali.crashTab(); await ali.openTab() }],
  ['the system ends the browser, with a network', async () => { await ali.killHard(); await ali.switchOn() }],
])('%s: it opens as it was, the number too, and in the old version', async (_, end) => {
  const unsent = await ali.unsent()
  await end()
  await ali.startCounting()
  await shows({ what: 'in hand', code: pieces[2], figure: '42', counted: 2 })
  if (ali.proxy.isCut) expect([unsent, await ali.unsent()]).toEqual([1, 1])
  else await until('it is offered', async () => (await versions()).offered)
  expect(await versions()).toEqual({ runs: version, offered: !ali.proxy.isCut, takes: false })
})

test('all of the old version is there without a network, the camera too', async () => {
  ali.proxy.cut()
  const assets = all.filter((f) => f.startsWith('assets/'))
  expect(assets.some((f) => f.endsWith('.wasm'))).toBe(true)
  const missing = await ali.page.evaluate(async (files) => {
    const gone: string[] = []
    for (const f of files) if (!(await fetch('/app/' + f).catch(() => undefined))?.ok) gone.push(f)
    return gone
  }, assets)
  expect(missing).toEqual([])
  ali.proxy.mend()
})

test('once the location is finished it is taken when the counter says so, and nothing is lost, sent or not', async () => {
  ali.proxy.cut()
  await ali.offline()
  await ali.confirm()
  await ali.finish()
  expect(await ali.unsent()).toBeGreaterThan(0)
  expect(await versions()).toEqual({ runs: version, offered: true, takes: true })
  await ali.page.locator('.topline .link').click()
  await ali.button('update.apply').click()
  await ali.page.getByText(ali.text('update.failed')).waitFor() // there is no network: nothing is changed by it
  ali.proxy.mend()
  await Promise.all([ali.page.waitForEvent('load'), ali.button('update.apply').click()])
  await ali.page.locator('.topline').waitFor()
  expect(await versions()).toEqual({ runs: next, offered: false, takes: false })
  await tellOnline(ali.page)
  await ali.online()
  const passes = await salem.all<{ status: string; observations: number; quantity: number }>(`/sessions/${session}/passes`)
  expect(passes).toMatchObject([{ status: 'closed', observations: 3 }])
  await ali.restart()
  await ali.page.locator('.topline').waitFor()
  expect(await versions()).toEqual({ runs: next, offered: false, takes: false })
})
