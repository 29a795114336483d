// What one handheld takes: to open, to hold the pack, to answer a scan, to search, and to hand over a long shift.
import { gzipSync } from 'node:zlib'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { fill } from './outbox.mjs'
import { launch, median, say, seconds, spread, wire } from './stage.mjs'

const queued = 20_000, inPass = 500, scans = 200, long = 2_000, link = 50 // ms there and back
const view = { viewport: { width: 360, height: 640 }, locale: 'ar-KW' }

/** Notes when each screen was first there, since the navigation began; and beeps, and how long keys of a search took. */
export function watch() {
  try { if (!localStorage.getItem('jard.settings')) localStorage.setItem('jard.settings', '{"toured":true}') } catch { /* about:blank has none */ }
  window.seen = {}
  new MutationObserver(() => { for (const c of ['topline', 'field', 'prompt', 'panel']) if (!(c in window.seen) && document.querySelector('.' + c)) window.seen[c] = performance.now() })
    .observe(document, { childList: true, subtree: true })
  window.beeps = []
  window.ends = []
  window.finds = []
  const start = OscillatorNode.prototype.start
  OscillatorNode.prototype.start = function (...when) { window.beeps.push(performance.now()); return start.apply(this, when) }
  addEventListener('keydown', (e) => { if (e.key === 'Enter') window.ends.push(e.timeStamp) }, true)
  addEventListener('input', (e) => {
    if (e.target.type !== 'search') return
    const query = e.target.value, rows = document.querySelector('ul.rows')
    const drawn = (then) => { // after the frame whose callbacks run now
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = then
      port2.postMessage(0)
    }
    let framing = false
    requestAnimationFrame(() => { framing = true; drawn(() => { framing = false }) })
    const found = new MutationObserver(() => { // what is found for it is there, unless another key came before
      found.disconnect()
      const shown = () => window.finds.push(performance.now() - e.timeStamp)
      if (rows.dataset.of === query) framing ? drawn(shown) : requestAnimationFrame(() => drawn(shown))
    })
    found.observe(rows, { attributes: true, attributeFilter: ['data-of'] })
  }, true)
}

/** When it was seen. The page is asked seldom: each look takes the slowed processor's time. */
async function seen(page, c) {
  for (let n = 0; n < 480; n++) {
    const at = await page.evaluate((c) => window.seen?.[c], c).catch(() => undefined) // it is being loaded
    if (at) return at
    await page.waitForTimeout(250)
  }
  throw new Error(`.${c} was not seen`)
}

/** All of the app's JavaScript, and what a first visit fetches of it until its first screen: measured, as the browser sees it. */
async function first(d, slow) {
  const times = []
  let fetched = new Map()
  for (let n = 0; n < 5; n++) {
    const browser = await chromium.launch(launch)
    const page = await (await browser.newContext(view)).newPage()
    await (await page.context().newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: slow })
    await page.addInitScript(watch)
    const requests = []
    page.on('request', (r) => requests.push(r))
    await page.goto(d.url + '/app/')
    times.push(await seen(page, 'field'))
    const until = await page.evaluate(() => ({ at: performance.timeOrigin + window.seen.field }))
    fetched = new Map()
    for (const r of requests) {
      if (!r.url().endsWith('.js') || /\/sw-[^/]*\.js$/.test(r.url()) || r.timing().startTime > until.at) continue
      fetched.set(r.url(), (await r.sizes()).responseBodySize)
    }
    await browser.close()
  }
  return { time: median(times), fetched }
}

export async function sizes(d) {
  const { fetched } = await first(d, 1)
  const bytes = [...fetched.values()].reduce((a, b) => a + b, 0)
  say('app JavaScript fetched until the first screen, one language, gzip', `${(bytes / 1000).toFixed(1)} kB in ${fetched.size} files`)
  const assets = resolve(import.meta.dirname, '../../../static/scanner/assets')
  let all = 0, apart = 0
  for (const f of (await readdir(assets)).filter((f) => f.endsWith('.js') && !f.startsWith('en-'))) {
    const size = gzipSync(await readFile(join(assets, f))).length
    if (/^(camera|reader|zxing)/.test(f)) apart += size
    else all += size
  }
  say('all of it with one language, without the camera', `${(all / 1000).toFixed(1)} kB${apart ? `; the camera ${(apart / 1000).toFixed(1)} kB` : ''}`)
}

export async function firstScreens(d, slows) {
  for (const slow of slows) say(`first navigation to the first screen, ${slow}×, median of 5`, seconds((await first(d, slow)).time))
}

/** Locations where nobody counted on this device, as its pack names them. */
function freePlaces(page) {
  return page.evaluate(async () => {
    const ask = (r) => new Promise((done, fail) => { r.onsuccess = () => done(r.result); r.onerror = () => fail(r.error) })
    const db = await ask(indexedDB.open('jard')), all = (store) => ask(db.transaction(store).objectStore(store).getAll())
    const used = new Set((await all('passes')).map((p) => p.location)), [pack] = await all('packs')
    db.close()
    return pack.site.locations.map((l) => l.id).filter((l) => !used.has(l))
  })
}

/** A handheld that is paired and signed in, with the session's pack. */
export class Handheld {
  static async open(folder, d) {
    const h = new Handheld()
    h.d = d
    h.wire = await wire(Number(new URL(d.society).port))
    h.context = await chromium.launchPersistentContext(join(folder, 'handheld'), { ...launch, ...view })
    h.page = h.context.pages()[0]
    h.cdp = await h.context.newCDPSession(h.page)
    await h.page.addInitScript(watch)
    return h
  }

  slow(rate) { return this.cdp.send('Emulation.setCPUThrottlingRate', { rate }) }

  async join(slow) {
    const { page, d } = this
    await this.slow(slow)
    await page.goto(d.pairing[0].replace(d.society, this.wire.url))
    await page.getByLabel('اسم الدخول').fill('ali', { timeout: 120_000 })
    await page.locator('form button[type=submit]').click()
    await page.locator('.keypad').waitFor()
    await page.keyboard.type(d.people.find((p) => p.id === 'ali').pin, { delay: 200 })
    await page.locator('.keypad .done').click()
    await page.locator('ul.rows .row').first().waitFor({ timeout: 60_000 })
    const began = await page.evaluate(() => { document.querySelector('ul.rows .row').click(); return performance.now() })
    const ready = (await seen(page, 'prompt')) - began
    await page.waitForFunction(() => navigator.serviceWorker.controller ?? navigator.serviceWorker.ready, undefined, { timeout: 120_000 })
    await page.getByText('حبة حبة', { exact: true }).click() // one a scan
    await page.waitForTimeout(1000)
    return ready
  }

  async heap() {
    await this.cdp.send('HeapProfiler.collectGarbage')
    const { usedSize, backingStorageSize = 0 } = await this.cdp.send('Runtime.getHeapUsage')
    return { used: usedSize, buffers: backingStorageSize }
  }

  /** Fills the outbox with a long shift. The app is closed meanwhile, and the wire is cut. */
  async shift() {
    this.wire.cut()
    await this.page.goto('about:blank')
    await this.slow(1)
    await this.page.goto(this.wire.url + '/app/icon.svg').catch(() => {}) // of the worker's cache: there is no server
    return fill(this.page, queued, inPass)
  }

  async start(slow, times) {
    await this.slow(slow)
    const list = []
    for (let n = 0; n < times; n++) {
      await this.page.goto('about:blank')
      await this.page.goto(this.wire.url + '/app/')
      list.push(await seen(this.page, 'prompt'))
    }
    return median(list)
  }

  /** From the navigation to the beep of the first item, where a location's label and an item are scanned as soon as the screen asks for them. */
  async firstBeep(slow, times, code) {
    const { page } = this, list = []
    const places = await freePlaces(page)
    await this.slow(slow)
    for (let n = 0; n < times; n++) {
      await page.goto('about:blank')
      await page.goto(this.wire.url + '/app/')
      await page.locator('.prompt').waitFor()
      await this.scan(']C0' + places.pop())
      await this.scan(']E0' + code)
      list.push(await page.waitForFunction(() => window.beeps[1], undefined, { polling: 250 }).then((v) => v.jsonValue())) // the label's own is before it
      await page.locator('.tools .strong').click()
      await page.locator('.sheet .button.main').click()
      await page.locator('.prompt').waitFor()
    }
    return median(list)
  }

  /** Leaves a pass open in which so many are counted, and goes on in it. */
  async lengthen(entries) {
    const { page } = this
    await page.goto('about:blank')
    await this.slow(1)
    await page.goto(this.wire.url + '/app/icon.svg').catch(() => {})
    await fill(page, entries + 2, entries + 2, true)
    await page.goto(this.wire.url + '/app/')
    await page.locator('.foot .button.main').click({ timeout: 60_000 })
    await page.locator('.panel').waitFor()
  }

  /** As the fastest readers type: a key every ten milliseconds, and Enter. Sooner, a slowed page hears the last only after it dealt with those before. */
  async scan(raw) {
    const sent = []
    for (const k of [...[...raw].map((key) => ({ key, text: key })), { key: 'Enter', text: '\r' }]) {
      sent.push(this.cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', ...k }), this.cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key: k.key }))
      await new Promise((next) => setTimeout(next, 10))
    }
    await Promise.all(sent)
  }

  async openPass(place) {
    await this.page.locator('.prompt').click() // the tap that lets it make sounds
    await this.scan(']C0' + place)
    await this.page.locator('.panel').waitFor({ timeout: 60_000 })
  }

  async scans(slow, times, codes) {
    const { page } = this
    await this.slow(slow)
    await page.evaluate(() => { window.beeps.length = 0; window.ends.length = 0 })
    const waits = []
    for (let n = 0; n < times; n++) {
      await this.scan(']E0' + codes[n % codes.length])
      await page.waitForTimeout(slow * 60) // the page is not asked meanwhile: that would take its time
      waits.push(await page.waitForFunction((n) => window.beeps.length > n && window.beeps[n] - window.ends[n], n, { polling: 100 }).then((v) => v.jsonValue()))
    }
    return waits
  }

  async search(slow, queries) {
    const { page } = this
    await this.slow(slow)
    await page.locator('.tools button').nth(1).click()
    const field = page.locator('input[type=search]')
    await field.waitFor()
    await page.evaluate(() => { window.finds.length = 0 })
    for (const q of queries) {
      await field.fill('')
      await page.waitForTimeout(200)
      for (const key of q) {
        await page.keyboard.insertText(key)
        await page.waitForTimeout(150)
      }
    }
    const finds = await page.evaluate(() => window.finds)
    await page.keyboard.press('Escape')
    return finds
  }

  /** How long the queued events take over the link, from the network's return to the last acknowledgement. */
  async drain(slow) {
    await this.page.goto('about:blank')
    await this.page.goto(this.wire.url + '/app/')
    await this.page.locator('.topline .unsent:not(.none)').waitFor({ timeout: 120_000 }) // ready, whether a pass lies open or not
    await this.slow(slow)
    this.wire.delay = link / 2
    this.wire.mend()
    const began = await this.page.evaluate(() => { dispatchEvent(new Event('online')); return performance.now() })
    const ended = await this.page.waitForFunction(() => document.querySelector('.topline .unsent.none') && performance.now(), undefined, { timeout: 300_000, polling: 50 }).then((v) => v.jsonValue())
    this.wire.delay = 0
    return ended - began
  }

  async close() {
    await this.context.close()
    this.wire.close()
  }
}

export async function handheld(d, folder, wanted, slows) {
  const h = await Handheld.open(folder, d)
  try {
    const items = d.items?.toLocaleString('en') ?? ''
    const pack = await h.join(slows[0])
    if (wanted('pack')) say(`session chosen to ready with its ${items} items, ${slows[0]}×`, seconds(pack))
    if (wanted('heap')) {
      const { used, buffers } = await h.heap()
      say('memory of the page with them: JavaScript heap, and buffers beside it', `${(used / 1e6).toFixed(1)} MB + ${(buffers / 1e6).toFixed(1)} MB`)
    }
    if (wanted('start') || wanted('beep') || wanted('scan') || wanted('long') || wanted('drain')) await h.shift()
    if (wanted('start')) for (const slow of slows) say(`offline, with ${queued.toLocaleString('en')} events queued: navigation to ready, ${slow}×, median of 7`, seconds(await h.start(slow, 7)))
    const { location, codes } = d.samples[0]
    if (wanted('beep')) {
      await h.start(1, 1)
      for (const slow of slows) say(`offline, with ${queued.toLocaleString('en')} events queued: navigation to the beep of an item, its location scanned and it as soon as the screen asks, ${slow}×, median of 5`, seconds(await h.firstBeep(slow, 5, codes[0])))
    }
    if (wanted('scan') || wanted('search')) {
      await h.start(1, 1)
      await h.openPass(location)
    }
    if (wanted('scan')) for (const slow of slows) say(`scan to beep, ${queued.toLocaleString('en')} events queued, ${slow}×, ${scans} scans`, spread(await h.scans(slow, scans, codes)))
    if (wanted('search')) {
      await h.search(1, ['حليب'])
      for (const slow of slows) {
        const queries = ['حليب كامل', 'أرز بسمتي', 'ه', 'tuna 185', codes[0], 'زيت ذرة ٢ لتر', 'packing 3', 'qqq'], finds = await h.search(slow, queries)
        say(`search among ${items} items, a key to what it finds on the screen, ${slow}×, ${finds.length} of ${queries.join('').length} keys`, spread(finds))
      }
    }
    if (wanted('long')) {
      await h.lengthen(long)
      for (const slow of slows) say(`scan to beep, ${long.toLocaleString('en')} entries in the open pass, ${slow}×, 50 scans`, spread(await h.scans(slow, 50, codes)))
    }
    if (wanted('drain')) {
      for (const slow of [1, ...slows.slice(0, 1)]) {
        if (slow > 1) await h.shift()
        const ms = await h.drain(slow)
        say(`${queued.toLocaleString('en')} queued events drained, ${link} ms there and back, ${slow}×`, `${seconds(ms)}, ${Math.round(queued / ms * 1000).toLocaleString('en')} events/s`)
      }
    }
  } finally {
    await h.close()
  }
}
