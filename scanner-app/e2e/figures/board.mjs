// What a supervisor's desk sees of the handhelds, and how soon.
import { chromium } from 'playwright-core'
import { launch, say, spread } from './stage.mjs'

const watched = 60_000 // ms

async function signIn(page, d) {
  await page.goto(d.society + '/sign-in')
  await page.fill('input[name=person]', 'salem')
  await page.fill('input[name=password]', d.people.find((p) => p.id === 'salem').password)
  await page.locator('main button.primary').click()
  await page.waitForURL((u) => !u.pathname.startsWith('/sign-in'))
}

/** How soon the board shows what the server pushed, and how it moves, with fifty counters behind it. */
export async function board(d, counters) {
  const browser = await chromium.launch(launch)
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } })
  await context.addCookies([{ name: 'lang', value: 'ar', url: d.society }])
  const page = await context.newPage()
  await page.addInitScript(() => {
    // From the instant that a message bears to the frame after the one that changed the page.
    window.shown = []
    window.pushes = 0
    const Real = WebSocket
    window.WebSocket = class extends Real {
      constructor(...given) {
        super(...given)
        this.addEventListener('message', (e) => {
          const m = JSON.parse(e.data)
          if (m.type !== 'change') return
          window.pushes++
          const seen = new MutationObserver(() => {
            seen.disconnect()
            requestAnimationFrame(() => window.shown.push(Date.now() - m.at))
          })
          seen.observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true })
          setTimeout(() => seen.disconnect(), 2000)
        })
      }
    }
  })
  await signIn(page, d)
  await page.goto(`${d.society}/sessions/${d.session}`)
  await page.waitForFunction(() => document.querySelectorAll('#grid-body > *').length > 10, undefined, { timeout: 60_000 })
  // Enrolments are limited by address: it takes some minutes until all are on the floor.
  await page.waitForFunction((n) => document.querySelectorAll('#counters > li').length >= n, counters, { timeout: 600_000 })
  const log = () => page.evaluate(async () => { // how many entries it has, as its page says above the table
    const there = new DOMParser().parseFromString(await (await fetch(location.pathname + '/log')).text(), 'text/html')
    return Number(there.querySelector('p.soft bdi, p.soft').textContent.match(/[\d,]+/)[0].replaceAll(',', ''))
  })
  const before = await log()
  await page.evaluate(() => { window.shown.length = 0; window.pushes = 0 })
  await page.waitForTimeout(watched)
  const { shown, pushes } = await page.evaluate(() => ({ shown: window.shown, pushes: window.pushes }))
  const events = (await log() - before) / (watched / 1000)
  say(`server push to visible change, ${pushes} pushes in ${watched / 1000} s, ${events.toFixed(0)} events a second from ${counters} devices`, spread(shown))

  const frames = await page.evaluate(async () => {
    const grid = document.querySelector('#grid'), list = []
    const frame = () => new Promise((done) => requestAnimationFrame(done))
    let last = await frame()
    for (let n = 0; n < 600; n++) {
      grid.scrollTop = (n < 300 ? n : 600 - n) * (n % 3 === 0 ? 2400 : 60) // by the wheel, and by the bar
      const now = await frame()
      list.push(now - last)
      last = now
    }
    return list
  })
  say('scrolling 25,000 lines: frames', spread(frames))
  const sorts = await page.evaluate(async () => {
    const list = []
    for (let n = 0; n < 30; n++) {
      const heads = document.querySelectorAll('#grid-head button.sort')
      const begun = performance.now()
      heads[n % heads.length].click()
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
      list.push(performance.now() - begun)
      await new Promise((done) => setTimeout(done, 100))
    }
    return list
  })
  say('sorting 25,000 lines: from the press to the frame', spread(sorts))
  await browser.close()
}

/** A made-up variance for every line, with a band for some: nobody has counted the demo's, and lines without one cost less to draw. */
function vary() {
  const change = (text) => {
    const m = JSON.parse(text)
    m.lines?.forEach((l, n) => {
      const v = (n * 7919) % 9000 - 4500
      l.splice(2, 1, 'outside')
      l.splice(5, 6, l[3] + v, v, n % 3 ? v : v - 2000, n % 3 ? v : v + 1000, 1000, v * 7) // counted, variance, low, high, limit, value
      l[11] = 65 // it has a variance and waits
    })
    if (m.type === 'all') window.all = m
    return JSON.stringify(m)
  }
  const Real = WebSocket
  window.WebSocket = class extends Real {
    set onmessage(f) {
      super.onmessage = (e) => f({ data: change(e.data) })
      window.tell = (lines) => { // as if the feed told of changed lines
        const { feed, number, offset } = window.all
        f({ data: JSON.stringify({ type: 'change', feed, from: number, number, offset, at: Date.now(), lines }) })
      }
    }
  }
}

/** How the desk of variances moves with all its lines waiting: one run of scrolling, filtering, searching, grouping and choosing. */
export async function desk(d, lines) {
  const browser = await chromium.launch(launch)
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } })
  await context.addCookies([{ name: 'lang', value: 'ar', url: d.society }])
  const page = await context.newPage()
  await page.addInitScript(vary)
  await signIn(page, d)
  await page.goto(`${d.society}/sessions/${d.session}/desk`)
  await page.waitForFunction(() => document.querySelector('#live')?.dataset.link === 'live', undefined, { timeout: 60_000 })
  await page.waitForFunction((n) => Number(document.querySelector('#grid').getAttribute('aria-rowcount')) > n, lines, { timeout: 60_000 })
  await page.waitForTimeout(3000) // the names are made ready for a search while nobody does anything
  const run = await page.evaluate(async () => {
    const grid = document.querySelector('#grid'), frames = [], acts = {}
    const frame = () => new Promise((done) => requestAnimationFrame(done))
    let last = await frame(), over = false
    void (async () => { while (!over) { const now = await frame(); frames.push(now - last); last = now } })()
    for (let n = 0; n < 600; n++) {
      grid.scrollTop = (n < 300 ? n : 600 - n) * (n % 3 === 0 ? 4800 : 60) // by the wheel, and by the bar
      await frame()
    }
    const scrolled = frames.length
    const act = async (name, f) => { // from the press to the end of the frame that shows it
      const begun = performance.now()
      f()
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
      ;(acts[name] ??= []).push(performance.now() - begun)
      await new Promise((done) => setTimeout(done, 150))
    }
    const pick = (id, value) => () => { const e = document.getElementById(id); e.value = value; e.dispatchEvent(new Event('change')) }
    const press = (key, more) => () => grid.dispatchEvent(new KeyboardEvent('keydown', { key, code: key.length === 1 ? 'Key' + key.toUpperCase() : key, bubbles: true, ...more }))
    const type = (text) => () => { const e = document.getElementById('search'); e.value = text; e.dispatchEvent(new Event('input')) }
    for (let n = 0; n < 5; n++) {
      for (const by of ['custodian', 'none', 'section']) await act('grouping', pick('by', by))
      for (const sign of ['short', 'over', '']) await act('filtering', pick('sign', sign))
      for (const status of ['', 'variance', 'waits']) await act('filtering', pick('status', status))
      for (const text of ['حليب', 'حليب ك', '']) await act('searching', type(text))
      for (let key = 0; key < 3; key++) await act('moving the cursor', press('j'))
      const of = window.all.lines[n * 501]
      await act('a line changes', () => { of[6] -= 1000; of[10] -= 5000; window.tell([of]) })
      await act('settling', press('s'))
      await act('folding', press('Home'))
      await act('choosing all', press('a', { ctrlKey: true }))
      await act('choosing none', press('Escape'))
      await act('choosing a group', press('g'))
      await act('choosing none', press('Escape'))
    }
    over = true
    return { scroll: frames.slice(0, scrolled), frames, acts }
  })
  const shown = lines.toLocaleString('en')
  say(`the desk with ${shown} lines, scrolling: frames`, spread(run.scroll))
  for (const [name, list] of Object.entries(run.acts)) say(`… ${name}: from the press to the frame`, spread(list))
  say('… all of it: frames', spread(run.frames))
  const opened = []
  for (let n = 0; n < 5; n++) { // from the press to the first paint of the line's page
    await page.evaluate((n) => { const grid = document.getElementById('grid'); grid.focus(); for (let k = 0; k < 3 + n; k++) grid.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', code: 'KeyJ', bubbles: true })) }, n)
    const begun = Date.now()
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/line\?/)
    opened.push(await page.evaluate(async (begun) => {
      let paint
      while (!(paint = performance.getEntriesByName('first-contentful-paint')[0])) await new Promise((done) => setTimeout(done, 5))
      return performance.timeOrigin + paint.startTime - begun
    }, begun))
    await page.goBack()
    await page.waitForFunction((n) => Number(document.querySelector('#grid').getAttribute('aria-rowcount')) > n, lines, { timeout: 60_000 })
  }
  say('… opening a line: from the press to its page', spread(opened))
  await browser.close()
}
