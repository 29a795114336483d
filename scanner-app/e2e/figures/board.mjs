// What a supervisor's desk sees of the handhelds, and how soon.
import { chromium } from 'playwright-core'
import { launch, say, spread } from './stage.mjs'

const watched = 60_000 // ms

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
  await page.goto(d.society + '/sign-in')
  await page.fill('input[name=person]', 'salem')
  await page.fill('input[name=password]', d.people.find((p) => p.id === 'salem').password)
  await page.locator('main button.primary').click()
  await page.waitForURL((u) => !u.pathname.startsWith('/sign-in'))
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
