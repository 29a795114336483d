// The figures that need a browser: node e2e/figures.mjs SERVER. A real Chromium on a running demo of 25,000 items; the
// handheld's processor is slowed down four times, the desk's is not. Prints a table; with "board" behind it, the board's part.
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'

const server = resolve(process.argv[2])
const temp = await mkdtemp(join(tmpdir(), 'jard-figures-'))
const launch = { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--autoplay-policy=no-user-gesture-required'] }
const slow = 4, scans = 200, counters = 50, watched = 60_000

const at = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]
const spread = (list) => {
  const s = list.toSorted((a, b) => a - b)
  return `${at(s, 0.5).toFixed(1)} / ${at(s, 0.99).toFixed(1)} / ${s.at(-1).toFixed(1)} ms`
}
const say = (what, figure) => console.log(`| ${what} | ${figure} |`)

async function demo(...more) {
  const p = spawn(server, ['demo', '--json', '--data', join(temp, 'demo'), '--listen', '127.0.0.1:18420', '--ministry-listen', '127.0.0.1:18421', ...more], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((done) => p.once('exit', done))
  const told = await Promise.race([new Promise((done) => createInterface({ input: p.stdout }).once('line', (l) => done(JSON.parse(l)))), ended])
  if (!told?.society) throw new Error('the demo ended')
  return { ...told, stop: (signal) => { p.kill(signal); return ended } }
}

/** What one handheld takes: to open, to hold the pack, to answer a scan, and to open again with no server there. */
async function handheld(d) {
  const context = await chromium.launchPersistentContext(join(temp, 'handheld'), { ...launch, viewport: { width: 360, height: 640 }, locale: 'ar-KW' })
  await context.addInitScript(() => { try { localStorage.setItem('jard.settings', '{"toured":true}') } catch {} })
  const page = context.pages()[0]
  const cdp = await context.newCDPSession(page)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: slow })
  await page.addInitScript(() => {
    window.seen = {} // when each was first on the screen, since the navigation began
    new MutationObserver(() => { for (const c of ['topline', 'field', 'prompt']) if (!(c in window.seen) && document.querySelector('.' + c)) window.seen[c] = performance.now() })
      .observe(document, { childList: true, subtree: true })
    window.beeps = []
    window.ends = []
    const start = OscillatorNode.prototype.start
    OscillatorNode.prototype.start = function (...when) { window.beeps.push(performance.now()); return start.apply(this, when) }
    addEventListener('keydown', (e) => { if (e.key === 'Enter') window.ends.push(e.timeStamp) }, true)
  })
  const seen = (c) => page.waitForFunction((c) => window.seen[c], c, { timeout: 120_000 }).then((v) => v.jsonValue())

  await page.goto(d.pairing[0])
  await page.getByLabel('اسم الدخول').waitFor({ timeout: 120_000 })
  const first = await seen('field')
  await page.getByLabel('اسم الدخول').fill('ali')
  await page.locator('form button[type=submit]').click()
  await page.locator('.keypad').waitFor()
  await page.keyboard.type(d.people.find((p) => p.id === 'ali').pin, { delay: 200 })
  await page.locator('.keypad .done').click()
  await page.locator('ul.rows .row').first().waitFor()
  const began = await page.evaluate(() => { document.querySelector('ul.rows .row').click(); return performance.now() })
  const pack = (await seen('prompt')) - began
  say('first: from navigation to the first screen', `${(first / 1000).toFixed(2)} s`)
  say('first: from the session chosen to ready with its 25,000 items', `${(pack / 1000).toFixed(2)} s`)

  const scan = (raw) => Promise.all([...raw].map((key) => ({ key, text: key })).concat({ key: 'Enter', text: '\r' })
    .flatMap((k) => [cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', ...k }), cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key: k.key })]))
  const { location, codes } = d.samples[0]
  await page.getByText('حبة حبة', { exact: true }).click()
  await page.locator('.prompt').click() // the tap that lets it make sounds
  await scan(']C0' + location)
  await page.locator('.panel').waitFor()
  await page.evaluate(() => { window.beeps.length = 0; window.ends.length = 0 })
  const waits = []
  for (let n = 0; n < scans; n++) {
    await scan(']E0' + codes[n % codes.length])
    waits.push(await page.waitForFunction((n) => window.beeps.length > n && window.beeps[n] - window.ends[n], n, { polling: 20 }).then((v) => v.jsonValue()))
  }
  const counted = Number(await page.locator('.tools button').nth(2).locator('bdi').innerText())
  if (counted !== scans) throw new Error(`${scans} scans, ${counted} recorded`)
  say(`scan to beep, ${scans} scans`, spread(waits))

  await page.waitForFunction(() => navigator.serviceWorker.controller ?? navigator.serviceWorker.ready, undefined, { timeout: 120_000 })
  await page.locator('.topline .unsent.none').waitFor({ timeout: 120_000 })
  await page.locator('.tools .strong').click()
  await page.locator('[role=dialog] .button.main').click()
  await page.locator('.prompt').waitFor()
  await d.stop('SIGKILL')
  const again = []
  for (let n = 0; n < 7; n++) {
    await page.goto('about:blank')
    await page.goto(d.society + '/app/')
    again.push((await seen('prompt')) / 1000)
  }
  say('offline: from navigation to ready, median of 7', `${at(again.toSorted((a, b) => a - b), 0.5).toFixed(2)} s`)
  await context.close()
}

/** How soon the board shows what the server pushed, and how it moves, with fifty counters behind it. */
async function board(d) {
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

try {
  const assets = resolve(import.meta.dirname, '../../static/scanner/assets')
  let bytes = 0
  for (const f of await readdir(assets)) if (f.endsWith('.js') && !f.startsWith('en-')) bytes += gzipSync(await readFile(join(assets, f))).length
  console.log(`| figure | p50 / p99 / most, or once; the handheld ${slow} times slowed down |\n|---|---|`)
  say('app JavaScript with one language, gzip', `${(bytes / 1024).toFixed(1)} KiB`)
  const fresh = await demo()
  say('demo, from an empty directory to ready', `${fresh.ready_seconds.toFixed(2)} s`)
  await (process.argv[3] === 'board' ? fresh.stop('SIGTERM') : handheld(fresh))
  const busy = await demo('--simulate', String(counters), '--haste', '4')
  say('demo, started again', `${busy.ready_seconds.toFixed(2)} s`)
  try { await board(busy) } finally { await busy.stop('SIGTERM') }
} finally {
  await rm(temp, { recursive: true, force: true })
}
