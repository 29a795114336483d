// The listener in a real browser: what events come for each way a reader can type is the browser's affair, not ours.
import { resolve } from 'node:path'
import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { build } from 'vite'
import { newFolder, openProfile } from './browser'

const milk = ']E06271100010013', rice = ']E06271100010020'

let context: BrowserContext, page: Page, cdp: CDPSession

beforeAll(async () => {
  const built = await build({
    configFile: false, logLevel: 'silent',
    build: { write: false, minify: false, lib: { entry: resolve(import.meta.dirname, '../src/scan/capture.ts'), formats: ['iife'], name: 'capture' } },
  })
  const script = (Array.isArray(built) ? built[0]! : built as Extract<typeof built, { output: unknown }>).output[0].code
  context = await openProfile(await newFolder('capture'))
  page = context.pages()[0]!
  await page.setContent(`<html lang="en"><title>t</title><main><form><input id="quantity" value="12"><input id="pin" maxlength="4">
    <button id="go">Go</button></form><input id="find" type="search"><textarea id="notes"></textarea>
    <div role="dialog" aria-modal="true"><button id="ok">OK</button></div><section tabindex="0" id="pad">pad</section></main>`)
  await page.addScriptTag({ content: script })
  await page.evaluate(() => {
    const w = window as unknown as { capture: { captureScans(f: (s: object) => void, label: string): void }; scans: object[]; keys: string[]; sent: number }
    w.scans = []
    w.keys = []
    w.sent = 0
    w.capture.captureScans((s) => w.scans.push(s), 'Barcode reader')
    document.querySelector('form')!.addEventListener('submit', (e) => { e.preventDefault(); w.sent++ })
    document.addEventListener('keydown', (e) => w.keys.push(e.key))
  })
  cdp = await context.newCDPSession(page)
})

afterAll(() => context?.close())

beforeEach(async () => {
  await page.evaluate(() => {
    const w = window as unknown as { scans: object[]; keys: string[]; sent: number }
    w.scans = []
    w.keys = []
    w.sent = 0
    for (const [id, value] of [['quantity', '12'], ['pin', ''], ['find', 'milk'], ['notes', 'two\nlines']]) document.querySelector<HTMLInputElement>('#' + id)!.value = value!
    ;(document.activeElement as HTMLElement).blur()
  })
  await page.waitForFunction(() => document.activeElement?.className === 'scan-sink')
})

const state = () => page.evaluate(() => {
  const w = window as unknown as { scans: { raw: string; arabic: boolean; at: number }[]; keys: string[]; sent: number }
  const value = (id: string) => document.querySelector<HTMLInputElement>('#' + id)!.value
  return { raws: w.scans.map((s) => s.raw), arabic: w.scans.map((s) => s.arabic), at: w.scans.map((s) => s.at), keys: w.keys, sent: w.sent, quantity: value('quantity'), pin: value('pin'), find: value('find'), notes: value('notes'), sink: document.querySelector<HTMLInputElement>('.scan-sink')!.value }
})

const scans = async (n: number) => {
  await page.waitForFunction((n) => (window as unknown as { scans: unknown[] }).scans.length >= n, n)
  return state()
}

const insertText = (text: string) => cdp.send('Input.insertText', { text })

test('keys and Enter, into the sink', async () => {
  const before = Date.now()
  await page.keyboard.type(milk)
  await page.keyboard.press('Enter')
  const s = await scans(1)
  expect(s).toMatchObject({ raws: [milk], arabic: [false], sink: '', sent: 0, keys: [] })
  expect(s.at[0]).toBeGreaterThan(before - 1000)
  expect(s.at[0]).toBeLessThanOrEqual(Date.now())
})

test('keys without a terminator', async () => {
  await page.keyboard.type(milk)
  expect((await scans(1)).raws).toEqual([milk])
})

test('keys into a page too busy to hear them in time', async () => {
  for (const [i, busy] of [60, 150, 250].entries()) {
    await page.evaluate((ms) => {
      const w = window as unknown as { scans: unknown[] }, had = w.scans.length
      const work = () => {
        for (const end = performance.now() + ms; performance.now() < end;);
        if (w.scans.length === had) setTimeout(work)
      }
      setTimeout(work)
    }, busy)
    const keys = [...'6281185000175'].map((key) => ({ key, text: key })).concat({ key: 'Enter', text: '\r' })
    await Promise.all(keys.map((k) => cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', ...k })))
    expect((await scans(i + 1)).raws).toEqual(Array(i + 1).fill('6281185000175'))
  }
})

test('text committed in one piece, twice at once', async () => {
  await insertText(milk)
  await insertText(rice)
  expect(await scans(2)).toMatchObject({ raws: [milk, rice], sink: '' })
})

test('committed text with its own line end, and one with an Enter behind it', async () => {
  await insertText(milk + '\n')
  await insertText(rice)
  await page.keyboard.press('Enter')
  expect(await scans(2)).toMatchObject({ raws: [milk, rice], sink: '', sent: 0 })
})

test('a composition', async () => {
  for (const end of [3, 8, milk.length]) await cdp.send('Input.imeSetComposition', { text: milk.slice(0, end), selectionStart: end, selectionEnd: end })
  await insertText(milk)
  expect(await scans(1)).toMatchObject({ raws: [milk], sink: '' })
})

test.each(['quantity', 'pin'])('a burst into a field leaves it as it was: %s', async (id) => {
  await page.focus('#' + id)
  await page.keyboard.press('End')
  await page.keyboard.type(milk)
  await page.keyboard.press('Enter')
  await insertText(rice)
  await cdp.send('Input.imeSetComposition', { text: milk, selectionStart: milk.length, selectionEnd: milk.length })
  await insertText(milk)
  expect(await scans(3)).toMatchObject({ raws: [milk, rice, milk], quantity: '12', pin: '', sent: 0 })
  await page.keyboard.type('3')
  await page.waitForFunction((id) => document.querySelector<HTMLInputElement>('#' + id)!.value.endsWith('3'), id)
})

test('what a person types into a field stays, and Enter sends the form', async () => {
  await page.focus('#quantity')
  await page.keyboard.press('End')
  await page.keyboard.type('50')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => (window as unknown as { sent: number }).sent === 1)
  expect(await state()).toMatchObject({ raws: [], quantity: '1250' })
})

test('keys that are no scan go where the focus was', async () => {
  await page.click('#pad')
  await page.waitForFunction(() => document.activeElement?.className === 'scan-sink')
  await page.keyboard.press('7')
  await page.waitForFunction(() => (window as unknown as { keys: string[] }).keys.includes('7'))
  await page.keyboard.press('Escape')
  expect((await state()).keys).toEqual(['7', 'Escape'])
})

test('a scan presses no button, and a tapped button lends its focus', async () => {
  await page.click('#go')
  await page.keyboard.type(milk)
  await page.keyboard.press('Enter')
  expect(await scans(1)).toMatchObject({ raws: [milk], sent: 1 }) // by the tap
  await page.focus('#go')
  await page.keyboard.type(milk)
  await page.keyboard.press('Enter')
  expect(await scans(2)).toMatchObject({ sent: 1 })
})

test('the separator as Ctrl+]', async () => {
  const keys = (text: string) => [...text].map((key): KeyEvent => ({ key, text: key }))
  await Promise.all([...keys(']C1010627110001001310AB'), { key: ']', code: 'BracketRight', modifiers: 2 }, ...keys('17271231')].map(press))
  expect((await scans(1)).raws).toEqual([']C1010627110001001310AB\x1d17271231'])
})

test('an Arabic layout, with its keys named and without', async () => {
  const arabic = 'د\u064f٠٦٢٧١١٠٠٠١٠٠١٣'
  const codes = ['BracketRight', 'KeyE', ...[...milk.slice(2)].map((d) => 'Digit' + d)]
  for (const named of [true, false]) {
    await Promise.all([...arabic].flatMap((key, i) => { // one upon the other, as a reader's
      const e = { key, code: named ? codes[i]! : '', ...(named && i === 1 ? { modifiers: 8 } : {}) }
      return [press({ ...e, text: key }), cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...e })]
    }))
    await page.keyboard.press('Enter')
  }
  expect(await scans(2)).toMatchObject({ raws: [milk, arabic], arabic: [true, true] })
})

// Every way in which a scan can arrive, into whatever has the focus: it comes out once and leaves no trace.

interface KeyEvent { key: string; text?: string; code?: string; modifiers?: number; windowsVirtualKeyCode?: number }
const press = (e: KeyEvent) => cdp.send('Input.dispatchKeyEvent', { type: e.text === undefined ? 'rawKeyDown' : 'keyDown', ...e })
const unidentified = () => press({ key: 'Unidentified', windowsVirtualKeyCode: 229 })
const compose = (text: string) => cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })

/** DataWedge and its like, by what they are set to. */
const ways: Record<string, (raw: string) => Promise<unknown>> = {
  'characters as events': (raw) => Promise.all([...raw].map((key) => press({ key, text: key }))),
  'characters as events, 100 ms apart': async (raw) => { for (const key of raw) { await press({ key, text: key }); await page.waitForTimeout(95) } },
  'committed text': insertText,
  'committed text behind a key of no name': async (raw) => { await unidentified(); await insertText(raw) },
  'a composition that grows by characters': async (raw) => {
    for (let n = 1; n <= raw.length; n++) { await unidentified(); await compose(raw.slice(0, n)) }
    await insertText(raw)
  },
  'a composition in one piece': async (raw) => { await compose(raw); await insertText(raw) },
  'characters committed one by one': async (raw) => { for (const c of raw) { await unidentified(); await insertText(c) } },
}

const ends: Record<string, () => Promise<unknown> | undefined> = {
  'Enter': () => page.keyboard.press('Enter'), 'Tab': () => page.keyboard.press('Tab'), 'nothing': () => undefined,
  'a carriage return as text': () => insertText('\r'), 'a line feed as text': () => insertText('\n'), 'a tab as text': () => insertText('\t'),
}

const states = { quantity: '12', pin: '', find: 'milk', notes: 'two\nlines', sent: 0 }

for (const [way, send] of Object.entries(ways)) {
  test.each(Object.entries(ends))(`${way}, ended by %s`, async (_, end) => {
    await send(milk)
    await end()
    expect(await scans(1)).toMatchObject({ raws: [milk], sink: '', ...states })
  })

  test.each(['quantity', 'find', 'notes', 'pin'])(`${way}, into the field %s`, async (id) => {
    await page.focus('#' + id)
    await send(rice)
    await page.keyboard.press('Enter')
    expect(await scans(1)).toMatchObject({ raws: [rice], sink: '', ...states })
    expect(await page.evaluate(() => document.activeElement?.id)).toBe(id)
  })

  test(`${way}, while a dialog has the focus`, async () => {
    await page.focus('#ok')
    await send(milk)
    await page.keyboard.press('Enter')
    const { keys, ...s } = await scans(1)
    expect(s).toMatchObject({ raws: [milk], ...states })
    expect(keys.filter((k) => k !== 'Unidentified')).toEqual([]) // which says nothing, and presses nothing
  })
}

test('whole texts with their own ends', async () => {
  for (const [n, end] of ['\r', '\n', '\r\n', '\t', ''].entries()) {
    await insertText(milk + end)
    expect((await scans(n + 1)).raws[n]!.trimEnd()).toBe(milk)
  }
})

test('two scans within 50 ms are two, by keys and by text, ended or not', async () => {
  const keys = (raw: string) => [...raw].map((key): KeyEvent => ({ key, text: key }))
  await Promise.all([...keys(milk), { key: 'Enter', text: '\r' }, ...keys(rice), { key: 'Enter', text: '\r' }].map(press))
  await scans(2)
  await page.waitForTimeout(500)
  await Promise.all([...keys(milk), ...keys(milk)].map(press))
  await scans(4)
  await Promise.all([insertText(rice), insertText(rice)])
  const { raws, at } = await scans(6)
  expect(raws).toEqual([milk, rice, milk, milk, rice, rice])
  expect(at[1]! - at[0]!).toBeLessThan(50)
})

test('two numbers without identifier or terminator, one soon after the other, are two', async () => {
  const keys = (raw: string) => Promise.all([...raw].map((key) => press({ key, text: key })))
  await keys('6291003012341')
  await page.waitForTimeout(80)
  await keys('4006381333931')
  expect((await scans(2)).raws).toEqual(['6291003012341', '4006381333931'])
})

test.each(['keys', 'text'])('"^" in place of the separator, by %s', async (way) => {
  const raw = ']C1010627110001001310AB^17271231'
  if (way === 'text') await insertText(raw)
  else await Promise.all([...raw].map((key) => press({ key, text: key })))
  await page.keyboard.press('Enter')
  expect((await scans(1)).raws).toEqual([raw.replace('^', '\x1d')])
})

test.each(['keys', 'text', 'a composition'])('an Arabic layout by %s: digits alone, letters, the separator', async (way) => {
  const send = (raw: string) => (way === 'text' ? insertText(raw) : way === 'keys' ? Promise.all([...raw].map((key) => press({ key, text: key }))) : compose(raw).then(() => insertText(raw)))
  await send('٦٢٧١١٠٠٠١٠٠١٣')
  await page.keyboard.press('Enter')
  await scans(1)
  const lot = 'د}٠١٠٦٢٧١١٠٠٠١٠٠١٣١٠\u0650\ufef5', serial = '٢١\u0652'
  if (way === 'keys') {
    await send(lot)
    await press({ key: 'د', code: '', modifiers: 2 })
    await send(serial)
  } else await send(lot + '\x1d' + serial)
  await page.keyboard.press('Enter')
  const s = await scans(2)
  expect(s.arabic).toEqual([true, true])
  expect(s.raws[0]).toBe('٦٢٧١١٠٠٠١٠٠١٣')
  expect(s.raws[1]).toBe(lot + '\x1d' + serial)
})
