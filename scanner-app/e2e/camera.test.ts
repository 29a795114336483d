// The camera as a scanner, from the first minute: refused, allowed, pairing by QR, a location's label, goods one after the
// other, and all of it again without a network. Chromium's camera sees a film of real symbols.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { formatDay } from '../src/i18n/number'
import { newFolder } from './browser'
import { Demo } from './demo'
import { Handheld } from './handheld'
import { picture } from './look'
import { fakeCamera, show, type Symbol } from './symbols'

let demo: Demo, h: Handheld, film: string
let location = '', codes: string[] = []

const ean = (text: string): Symbol => ({ format: 'EAN13', text })

beforeAll(async () => {
  film = join(await newFolder('film'), 'camera.y4m')
  demo = await Demo.start(1, 500)
  ;({ location, codes } = demo.told.samples[0]!)
  await show(film, [0.2, { format: 'QRCode', text: `http://127.0.0.1:${demo.ports.society}/app/#pair=${demo.told.codes[0]}` }])
  h = await Handheld.unpack('camera', 'ar', demo.ports.society, fakeCamera(film))
})

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail' && h) await picture(h.page, 'ar', 'failed-camera').catch(() => undefined)
})

afterAll(async () => {
  await h?.switchOff()
  await demo?.kill('SIGTERM')
})

const open = () => h.button('camera.title').click()
const dialog = () => h.page.getByRole('dialog', { name: h.text('camera.title') })
/** What the camera says of its last scan. */
const said = () => dialog().locator('.camera-said')

test('the first load brings no reader of pictures', async () => {
  await h.button('do.settings').waitFor()
  const loaded = await h.page.evaluate(() => performance.getEntriesByType('resource').map((r) => r.name))
  expect(loaded.filter((name) => /wasm|picture/.test(name))).toEqual([])
})

test('a camera that is not allowed is said, with what to do, and taken once it is', async () => {
  await h.allowCamera('denied')
  await open()
  await h.page.getByText(h.text('camera.denied.do')).waitFor()
  await h.look('camera-denied')
  await h.allowCamera('granted')
  await h.button('do.retry').click()
})

test('the device pairs by the picture of its code', async () => {
  await h.page.getByLabel(h.text('signin.name')).waitFor()
  expect(await dialog().count()).toBe(0)
  await h.signIn('ali', demo.login('ali').pin!)
  await h.page.locator('ul.rows .row').first().click()
  await h.page.getByRole('heading', { name: h.text('tasks.scan') }).waitFor()
})

test('a location’s label opens it', async () => {
  await show(film, [0.2, { format: 'Code128', text: location }])
  await open()
  await h.startCounting()
  expect(await dialog().count()).toBe(0)
})

test('in mode quantity it gives way to the number, in mode each it goes on', async () => {
  await show(film, [0.2, ean(codes[0]!)])
  await open()
  await h.inHand(codes[0]!)
  expect(await dialog().count()).toBe(0)
  await h.button('do.undo').click() // nothing is counted yet, so the mode may change

  await h.page.getByRole('button', { name: h.text('mode.title') }).click()
  await h.page.getByText(h.text('mode.each'), { exact: true }).click()
  await h.close()
  await show(film, [0.8, ean(codes[1]!)], [1.8])
  await open()
  await said().getByText('+1').waitFor()
  await h.look('camera')
  await h.entries(2) // the same one again, once it had been away
  await h.close()
})

test('GS1 symbols bring lot and expiry, and nobody’s codes are counted as such', async () => {
  await show(film, [0.8, { format: 'DataMatrix', gs1: true, text: `(01)0${codes[0]!}(17)271200(10)L7` }], [1.8], [0.8, { format: 'Code128', text: 'WHO-KNOWS-17' }], [1.8])
  await open()
  await said().getByText(h.text('panel.unknown')).waitFor()
  await h.close()
  await h.page.locator('.tools').getByRole('button', { name: h.text('entries.title') }).click()
  const list = h.page.getByRole('dialog')
  await list.getByText('L7').first().waitFor()
  await list.getByText(formatDay('2027-12-31', 'ar', 'latn')).first().waitFor()
  await list.getByText('WHO-KNOWS-17').first().waitFor()
  await h.close()
})

test('all of it without a network', async () => {
  await h.online()
  await h.page.evaluate(() => navigator.serviceWorker.ready)
  h.proxy.cut()
  await h.restart()
  await h.allowCamera('granted')
  await show(film, [0.2, { format: 'DataBarExp', gs1: true, text: `(01)0${codes[1]!}(17)271231` }])
  await h.startCounting()
  await open()
  await said().getByText('+1').waitFor()
  await h.close()
})

// And the reader in the same app, still without a network.

test('a scan while something is searched for is a scan, and leaves the search', async () => {
  await h.button('do.search').click()
  const field = h.page.getByLabel(h.text('find.query'))
  await h.type(field, 'شا')
  const before = await h.page.locator('.tools bdi').first().innerText()
  await h.scanText(']E0' + codes[1]!)
  await field.waitFor({ state: 'detached' })
  await h.entries(Number(before) + 1)
})

test('an Arabic keyboard is said where the counter looks, until it was read', async () => {
  await h.scanText('د\u064f٠' + [...codes[1]!].map((d) => String.fromCharCode(0x660 + Number(d))).join(''))
  const warning = h.page.getByRole('alert').filter({ hasText: h.text('notice.keyboard') })
  await warning.waitFor()
  await h.look('keyboard')
  await warning.getByRole('button').click()
  await h.page.getByRole('dialog').getByText(h.text('notice.keyboard.do')).waitFor()
  await warning.waitFor({ state: 'detached' })
  await h.close()
})

test('the scanner test shows what arrives, counts nothing, and saves a file', async () => {
  const counted = async () => [await h.unsent(), await h.page.locator('.tools bdi').first().innerText(), await h.panel.innerText()]
  const before = await counted()
  await h.page.goto(h.proxy.url + '/app/?scandebug=1') // from the worker's cache
  const sheet = h.page.getByRole('dialog', { name: h.text('debug.title') })
  await sheet.getByText(h.text('debug.none')).waitFor()
  await h.page.waitForFunction(() => document.querySelector('.scan-sink'))
  await h.scanKeys(`]C1010${codes[1]!}10AB`)
  await sheet.getByText(`]C1010${codes[1]!}10AB`).first().waitFor()
  await sheet.getByText('"lot":"AB"').waitFor()
  await sheet.getByText('keydown').first().waitFor()
  await h.scanText(`]Q1${h.proxy.url}/app/#pair=ABCD-EFGH`)
  await sheet.getByText('{"kind":"unknown"}').waitFor()
  await h.look('scandebug')
  const [file] = await Promise.all([h.page.waitForEvent('download'), h.button('debug.save').click()])
  const { events, app } = JSON.parse(await readFile(await file.path(), 'utf8')) as { app: string; events: { gap: number; event?: { type: string; key?: string }; scan?: { raw: string } }[] }
  expect(file.suggestedFilename()).toMatch(/^jard-scans-[\d-]+\.json$/)
  expect(app).toMatch(/\d/)
  expect(events.filter((e) => e.scan).map((e) => e.scan!.raw)).toEqual([`]C1010${codes[1]!}10AB`, '…'])
  expect(events.filter((e) => e.event?.type === 'keydown').map((e) => e.event!.key).join('')).toContain(`]C1010${codes[1]!}10ABEnter`)
  expect(JSON.stringify(events)).not.toContain('ABCD')
  expect(Math.min(...events.map((e) => e.gap))).toBeGreaterThanOrEqual(0)
  await h.close()
  await h.startCounting()
  expect(await counted()).toEqual(before)
})
