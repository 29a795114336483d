// Somebody at a desk: a browser window on the console of a society or of the ministry.
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { look, type Language } from './look'

type Entry = string | Record<string, string>

const catalogue = (language: Language): Record<string, Entry> =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, `../../internal/web/text/${language}.json`), 'utf8'))
const texts = { ar: catalogue('ar'), en: catalogue('en') }

export class Desk {
  private constructor(readonly who: string, readonly language: Language, readonly url: string, readonly context: BrowserContext, readonly page: Page) {}

  static async signIn(browser: Browser, who: string, password: string, language: Language, url: string): Promise<Desk> {
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 } })
    const page = await context.newPage()
    page.setDefaultTimeout(90_000)
    const d = new Desk(who, language, url, context, page)
    await d.go('/sign-in')
    if (language === 'en') {
      await page.locator('details.menu summary').click()
      await page.getByRole('button', { name: 'English' }).click()
      await page.getByRole('heading', { name: d.text('sign-in.title') }).waitFor()
    }
    await d.look('sign-in')
    await page.getByLabel(d.text('sign-in.person')).fill(who)
    await page.getByLabel(d.text('sign-in.password')).fill(password)
    await page.getByRole('button', { name: d.text('sign-in.do') }).click()
    await page.waitForURL((u) => !u.pathname.startsWith('/sign-in'))
    return d
  }

  /** A text that takes no values. */
  text(key: string): string {
    const entry = texts[this.language][key]
    if (typeof entry !== 'string') throw new Error(`${key} is no plain text of the console`)
    return entry
  }

  /** Opens an address, which must be there. */
  async go(path: string): Promise<void> {
    const answer = await this.page.goto(this.url + path)
    if (!answer?.ok()) throw new Error(`${path}: ${answer?.status()}`)
  }

  async visit(path: string, name: string): Promise<void> {
    await this.go(path)
    await this.look(name)
  }

  look(name: string): Promise<void> {
    return look(this.page, this.language, 'console-' + name)
  }

  /** The button that does something, by what it sends: its words hold numbers. */
  does(what: string): Locator {
    return this.page.locator(`button[name=do][value="${what}"]`)
  }

  /** Presses a button, or follows a link, and waits for the page that comes of it. */
  async press(what: string | Locator): Promise<void> {
    await Promise.all([this.page.waitForEvent('load'), (typeof what === 'string' ? this.does(what) : what).click()])
  }

  /** Waits until a number that the live board keeps current is n. */
  figure(name: string, n: number): Promise<void> {
    return this.page.locator(`[data-figure=${name}]`).filter({ hasText: new RegExp(`^\\D*${n}\\D*$`) }).waitFor()
  }

  async leave(): Promise<void> {
    await this.context.close()
  }
}
