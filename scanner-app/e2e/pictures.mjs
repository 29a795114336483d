// The README's pictures: real screens of a running demo. node e2e/pictures.mjs SERVER FOLDER
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const [server, folder] = process.argv.slice(2)
const temp = await mkdtemp(join(tmpdir(), 'jard-pictures-'))
await mkdir(folder, { recursive: true })

const demo = spawn(server, ['demo', '--json', '--data', join(temp, 'demo'), '--listen', '127.0.0.1:0', '--ministry-listen', '127.0.0.1:0', '--simulate', '8'], { stdio: ['ignore', 'pipe', 'inherit'] })
const told = JSON.parse(await new Promise((done, failed) => {
  createInterface({ input: demo.stdout }).once('line', done)
  demo.once('exit', (code) => failed(new Error(`the demo ended with ${code}`)))
}))
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] })

const shoot = async (page, name) => {
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' })
}

// desk opens a console and signs in.
async function desk(base, society, people, id, lang = 'ar') {
  const context = await browser.newContext({ viewport: { width: 1200, height: 760 }, colorScheme: 'light' })
  await context.addCookies([{ name: 'lang', value: lang, url: base }])
  const page = await context.newPage()
  await page.goto(`${base}/sign-in`)
  if (await page.locator('input[name=society]:not([type=hidden])').count()) await page.fill('input[name=society]', society)
  await page.fill('input[name=person]', id)
  await page.fill('input[name=password]', people.find((p) => p.id === id).password)
  await page.locator('main button.primary').click()
  await page.waitForURL((u) => !u.pathname.startsWith('/sign-in'))
  return page
}

async function handheld() {
  const context = await browser.newContext({ viewport: { width: 360, height: 640 }, deviceScaleFactor: 1.5, colorScheme: 'light', locale: 'ar-KW' })
  const page = await context.newPage()
  await page.addInitScript(() => { try { localStorage.setItem('jard.settings', '{"toured":true}') } catch {} })
  await page.goto(told.pairing[0])
  await page.getByLabel('اسم الدخول').fill('ali')
  await page.locator('form button[type=submit]').click()
  await page.locator('.keypad').waitFor()
  await page.keyboard.type(told.people.find((p) => p.id === 'ali').pin, { delay: 150 })
  await page.locator('.keypad .done, .keypad [class*=done]').last().click()
  await page.locator('ul.rows .row').first().click()
  await page.locator('.prompt').waitFor({ timeout: 60_000 })
  await shoot(page, 'handheld-tasks')
  const scan = async (code) => { await page.keyboard.type(`]E0${code}`, { delay: 12 }); await page.keyboard.press('Enter'); await page.waitForTimeout(500) }
  await page.locator('ul.rows .row').first().click()
  await page.waitForTimeout(800)
  const { codes } = told.samples[0]
  for (const [code, quantity] of [[codes[0], '12'], [codes[1], '7'], [codes[2], '24']]) {
    await scan(code)
    await page.keyboard.type(quantity, { delay: 200 })
    if (code === codes[2]) await shoot(page, 'handheld-count')
    await page.keyboard.press('Enter')
    await page.waitForTimeout(500)
  }
}

// board opens the session that is out from the home page, and waits for work to be seen.
async function board(page, name, wait) {
  await page.goto(told.society)
  await page.locator('main a[href^="/sessions/"]').first().click()
  await page.waitForLoadState()
  if (await page.locator('main .notice.bad, main [role=alert]').count()) throw new Error(`the board is not there: ${page.url()}`)
  await page.waitForTimeout(wait)
  await shoot(page, name)
}

try {
  await handheld()
  const salem = await desk(told.society, 'rawda', told.people, 'salem')
  await board(salem, 'board', 60_000) // the counters walk meanwhile
  await board(await desk(told.society, 'rawda', told.people, 'salem', 'en'), 'board-en', 5000)
  const badria = await desk(told.ministry, 'ministry', told.officers, 'badria')
  await shoot(badria, 'ministry')
} finally {
  await browser.close()
  demo.kill('SIGTERM')
  await new Promise((done) => { if (demo.exitCode !== null) done(); else demo.once('exit', done) })
  await rm(temp, { recursive: true, force: true })
}
