// Every scene of the gallery, as those see it who use it: with axe in both languages, one in the light theme and one in the dark;
// on the smallest, the usual and a large handheld, with usual and large text, nothing is cut off, covered, too small for a finger or
// wider than the screen; and while one counts nothing moves. Pictures are kept where JARD_SHOTS says. JARD_SCENES names some scenes
// to look at alone, which then have a picture of the smallest screen as well.
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import { openBrowser } from './browser'
import { openGallery } from './gallery'
import { addAxe, findings, type Language } from './look'
import { faults } from './measure'

// The hardest of what is in use, and the usual one first: large text takes the most room, the smallest screen has the least.
const screens = [
  { width: 360, height: 640, size: 'usual' }, { width: 360, height: 640, size: 'large' }, { width: 320, height: 570, size: 'usual' }, { width: 320, height: 570, size: 'large' }, { width: 411, height: 823, size: 'large' },
] as const
const folder = process.env.JARD_SHOTS && join(process.env.JARD_SHOTS, 'scenes')
const wanted = process.env.JARD_SCENES?.split(',')

const wasm = readFileSync(join(import.meta.dirname, '../node_modules/zxing-wasm/dist/reader/zxing_reader.wasm'))
prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) as ArrayBuffer } })

let browser: Browser, gallery: Awaited<ReturnType<typeof openGallery>>
beforeAll(async () => {
  ;[browser, gallery] = await Promise.all([openBrowser(), openGallery()])
  if (folder) await mkdir(folder, { recursive: true })
})
afterAll(async () => {
  await browser?.close()
  gallery?.close()
})

/** Walks all scenes in one language and theme, and says what is wrong. */
async function walk(language: Language, theme: 'light' | 'dark'): Promise<string[]> {
  const page = await browser.newPage({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true, reducedMotion: 'reduce' })
  const cdp = await page.context().newCDPSession(page)
  const resize = ({ width, height }: { width: number; height: number }) => cdp.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: true })
  await page.goto(gallery.url)
  await page.evaluate(() => window.ready)
  await page.evaluate(() => document.fonts.ready)
  await addAxe(page)
  const found: string[] = [], pads = new Map<string, string>()
  for (const scene of await page.evaluate(() => window.scenes)) {
    if (wanted && !wanted.includes(scene)) continue
    const say = (where: string, what: string[]) => found.push(...what.map((w) => `${scene} in ${language}, ${where}: ${w}`))
    const shoot = async (name: string) => folder && writeFile(join(folder, name + '.png'), (await cdp.send('Page.captureScreenshot')).data, 'base64') // of the screen as it is set
    await resize(screens[0])
    await page.evaluate(([scene, settings]) => window.show(scene, settings), [scene, { language, theme, size: 'usual', hand: 'right', digits: 'latn' }] as const)
    await shoot(`${scene}-${language}`)
    say(theme, await findings(page))
    for (const screen of screens) {
      const { width, height, size } = screen
      if (screen !== screens[0]) {
        await resize(screen)
        await page.evaluate((s) => window.dress(s), { size, hand: size === 'usual' ? 'right' : 'left', digits: size === 'usual' ? 'latn' : 'arab' } as const)
      }
      const at = `${width}×${height} ${size}`
      const { faults: these, keypad } = await page.evaluate(faults)
      say(at, these)
      if (wanted && screen === screens[1]) await shoot(`${scene}-${language}-large`)
      if (wanted && screen === screens[3]) await shoot(`${scene}-${language}-small`)
      if (!keypad || !scene.startsWith('count-')) continue
      if ((pads.get(at) ?? keypad) !== keypad) say(at, [`the keypad moved, ${pads.get(at)} → ${keypad}`])
      pads.set(at, keypad)
    }
  }
  return found
}

test('every scene is well to read, to press and to look at, in both languages', async () => {
  const found = (await Promise.all([walk('ar', 'light'), walk('en', 'dark')])).flat() // two cores
  expect(found.join('\n')).toBe('')
})

test('a tap that comes together with a question presses none of its answers, and a later one does', async () => {
  const page = await browser.newPage({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true })
  await page.goto(gallery.url)
  await page.evaluate(() => window.ready)
  const pressed = await page.evaluate(async () => {
    await window.show('large')
    const answers = [...document.querySelectorAll('.sheet .foot button')]
    return answers.filter((b) => { const r = b.getBoundingClientRect(); return b.contains(document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2)) }).length
  })
  expect(pressed).toBe(0)
  await page.locator('.sheet .foot button').first().tap() // waits until the sheet takes it
  expect(await page.evaluate(() => window.asked)).toEqual(['answer accept'])
  await page.close()
})

test.each([[360, 640], [320, 570]])('the codes of a rescue are read off a screen of %i×%i, in either theme', async (width, height) => {
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, reducedMotion: 'reduce' })
  await page.goto(gallery.url)
  await page.evaluate(() => window.ready)
  for (const theme of ['light', 'dark'] as const) {
    await page.evaluate((theme) => window.show('rescue-codes', { theme }), theme)
    const of = page.locator('.code-shown')
    const box = (await of.boundingBox())!
    expect([box.x >= 0, box.y >= 0, box.x + box.width <= width, box.y + box.height <= height]).toEqual([true, true, true, true])
    const seen = await page.screenshot() // of what is in sight, as another device sees it
    const found = await readBarcodes(new Blob([new Uint8Array(seen)]), { formats: ['QRCode'], tryHarder: true })
    expect(found.map((f) => f.text)).toEqual(['JARD1.0a1b2c3d.1.2.'.padEnd(1400, '1Kq7-x_Zb0')])
  }
  await page.close()
})
