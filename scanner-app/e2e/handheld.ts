// One handheld: a browser with a profile of its own behind a wire of its own, worked as a counter works it.
import { readdir, readFile } from 'node:fs/promises'
import type { BrowserContext, CDPSession, Locator, Page } from 'playwright-core'
import { language as spoken, text, type Key, type Values } from '../src/i18n/text'
import { newFolder, openProfile } from './browser'
import { look, type Language } from './look'
import { Proxy } from './proxy'

export class Handheld {
  #context!: BrowserContext
  #cdp!: CDPSession
  page!: Page

  private constructor(readonly name: string, readonly language: Language, readonly proxy: Proxy, readonly profile: string, readonly flags: string[]) {}

  static async unpack(name: string, language: Language, server: number, flags: string[] = [], profile?: string): Promise<Handheld> {
    const h = new Handheld(name, language, await new Proxy(server).open(), profile ?? (await newFolder(name)), flags)
    await h.switchOn()
    return h
  }

  async switchOn(path = ''): Promise<void> {
    this.#context = await openProfile(this.profile, { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true }, this.flags)
    await this.#show(this.#context.pages()[0] ?? (await this.#context.newPage()), path)
  }

  /** What is done to each page before the app opens in it. */
  prepare: (page: Page) => Promise<void> = async () => {}

  async #show(page: Page, path = ''): Promise<void> {
    this.page = page
    page.setDefaultTimeout(90_000)
    this.#cdp = await this.#context.newCDPSession(page)
    await this.#cdp.send('Browser.grantPermissions', { permissions: ['durableStorage'] })
    await this.prepare(page)
    await page.goto(this.proxy.url + '/app/' + path)
  }

  /** The tab ends without a chance to save anything. */
  async crashTab(): Promise<void> {
    const crashed = new Promise((done) => this.page.once('crash', done))
    void this.#cdp.send('Page.crash').catch(() => undefined) // its answer never comes
    await crashed
  }

  closeTab(): Promise<void> {
    return this.page.close()
  }

  /** The app in a second tab, beside the first. */
  async openBeside(): Promise<void> {
    await this.#show(await this.#context.newPage())
  }

  /** The debugger of an empty tab, for what is to outlive the app's. */
  async beside(): Promise<CDPSession> {
    return this.#context.newCDPSession(await this.#context.newPage())
  }

  /** The app in another tab, in the place of the one that ended. */
  async openTab(): Promise<void> {
    const before = this.page
    await this.#show(await this.#context.newPage())
    if (!before.isClosed()) void before.close().catch(() => undefined)
  }

  /** What a person answers when the browser asks for the camera. */
  async allowCamera(setting: 'granted' | 'denied'): Promise<void> {
    await this.#cdp.send('Browser.setPermission', { permission: { name: 'camera' }, setting, origin: this.proxy.url })
  }

  /** Waits until so many entries stand in the pass, or more. */
  async entries(n: number): Promise<void> {
    await this.page.waitForFunction((n) => Number(document.querySelector('.tools .number, .tools bdi')?.textContent?.trim() ?? 0) >= n, n)
  }

  /** Off and on again, in an orderly way. */
  async restart(): Promise<void> {
    await this.#context.close()
    await this.switchOn()
  }

  /** The browser ends without a chance to save anything. */
  async kill(): Promise<void> {
    const closed = new Promise((done) => this.#context.once('close', done))
    await this.#cdp.send('Browser.crash').catch(() => undefined) // its answer never comes
    await closed
  }

  /** The system ends the browser: SIGKILL. */
  async killHard(): Promise<void> {
    const closed = new Promise((done) => this.#context.once('close', done))
    process.kill(await browserOn(this.profile), 'SIGKILL')
    await closed
  }

  async switchOff(): Promise<void> {
    await this.#context.close()
    this.proxy.close()
  }

  text(key: Key, values: Values = {}): string {
    spoken.value = this.language
    return text(key, values)
  }

  button(key: Key): Locator {
    return this.page.getByRole('button', { name: this.text(key) })
  }

  /** The keypad's own: the word is short, and part of others. */
  get done(): Locator {
    return this.page.getByRole('button', { name: this.text('do.done'), exact: true })
  }

  look(name: string): Promise<void> {
    return look(this.page, this.language, `handheld-${name}`)
  }

  /** Speaks the story's language from here on. The app begins in Arabic. */
  async speak(): Promise<void> {
    spoken.value = 'ar'
    const settings = this.page.getByRole('button', { name: text('do.settings') })
    await settings.waitFor()
    if (this.language === 'ar') return
    await settings.click()
    await this.page.getByText('English').click()
    await this.close()
  }

  /** As a person types, a key at a time. */
  type(field: Locator, what: string): Promise<void> {
    return field.pressSequentially(what, { delay: 150 })
  }

  /** As a reader types: keys and Enter, one upon the other. Each says when it came, as a system's do: however late it is heard, the reader's pace is a reader's. */
  async scanKeys(raw: string): Promise<void> {
    const keys = [...raw].map((key) => ({ key, text: key })).concat({ key: 'Enter', text: '\r' }), began = Date.now()
    await Promise.all(keys.flatMap((k, n) => {
      const timestamp = (began + n) / 1000
      return [this.#cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', timestamp, ...k }), this.#cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', timestamp, key: k.key })]
    }))
  }

  /** As a reader types that commits text in one piece. */
  async scanText(raw: string): Promise<void> {
    await this.#cdp.send('Input.insertText', { text: raw })
  }

  /** As a reader types whose text grows as a composition before it is committed. */
  async scanComposed(raw: string): Promise<void> {
    for (const end of [3, 8, raw.length]) await this.#cdp.send('Input.imeSetComposition', { text: raw.slice(0, end), selectionStart: end, selectionEnd: end })
    await this.scanText(raw)
  }

  /** One key of a keyboard, as a finger presses it. */
  async press(key: string): Promise<void> {
    const k = { key, text: key === 'Enter' ? '\r' : key }
    await this.#cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', ...k })
    await this.#cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key })
  }

  async key(digits: string): Promise<void> {
    const pad = this.page.getByRole('group').filter({ has: this.page.getByRole('button', { name: '7', exact: true }) })
    for (const d of digits) await pad.getByRole('button', { name: d, exact: true }).click()
  }

  async signIn(id: string, pin: string): Promise<void> {
    await this.type(this.page.getByLabel(this.text('signin.name')), id)
    await this.button('do.continue').click()
    await this.key(pin)
    await this.look('pin')
    await this.button('signin.do').click()
    const sessions = this.page.getByRole('heading', { name: this.text('sessions.title') }), skip = this.button('tour.skip')
    await skip.or(sessions).first().waitFor()
    if (await skip.isVisible()) { // who is new here is shown around
      await this.look('tour')
      await skip.click()
    }
    await sessions.waitFor()
  }

  async join(session: string): Promise<void> {
    await this.page.getByRole('button', { name: session }).click()
    await this.page.getByRole('heading', { name: this.text('tasks.scan') }).waitFor({ timeout: 120_000 })
  }

  /** Says that the counting may begin, where the app asks for the tap that lets it make sounds. */
  async startCounting(): Promise<void> {
    const start = this.button('start').or(this.button('start.more'))
    await start.or(this.panel).first().waitFor()
    if (await start.isVisible()) await start.click()
    await this.panel.waitFor()
  }

  /** The item in hand. */
  get panel(): Locator {
    return this.page.getByRole('region', { name: this.text('panel') })
  }

  /** Waits until what was scanned is in hand. */
  async inHand(code: string): Promise<void> {
    await this.panel.getByText(code, { exact: true }).first().waitFor()
  }

  async confirm(): Promise<void> {
    await this.done.click()
    await this.panel.getByText(this.text('panel.recorded')).waitFor()
  }

  /** Takes a photo of what is in hand, as the device's camera gives it: 12 megapixels, far more than is kept. */
  async photograph(): Promise<void> {
    const photo = await this.page.evaluate(async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 4000, height: 3000 }), pen = canvas.getContext('2d')!
      for (let n = 0; n < 20_000; n++) {
        pen.fillStyle = `hsl(${n % 360} 60% ${20 + (n * 7) % 60}%)`
        pen.fillRect((n * 7919) % 4000, (n * 104_729) % 3000, 40, 30)
      }
      return canvas.toDataURL('image/jpeg', 0.95).split(',')[1]!
    })
    await this.panel.locator('.chip').click()
    const [chooser] = await Promise.all([this.page.waitForEvent('filechooser'), this.page.getByRole('dialog').getByRole('button', { name: this.text('photo.take') }).click()])
    await chooser.setFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(photo, 'base64') })
    await this.page.getByRole('img', { name: this.text('photo.shown') }).waitFor()
    await this.look('sheet-photo')
    await this.close()
  }

  async finish(look = 'finish'): Promise<void> {
    await this.button('finish.short').click()
    await this.look(look)
    await this.button('finish.do').click()
    await this.page.getByText(this.text('closed.title')).waitFor()
  }

  /** Looks into a place and finds nothing. */
  async empty(place: string): Promise<void> {
    await this.scanText(place)
    await this.panel.getByText(this.text('panel.ready')).waitFor()
    await this.look('ready')
    await this.finish('finish-empty')
  }

  /** Opens a sheet, looks at it and closes it. */
  async sheet(opener: Locator, name: string): Promise<void> {
    await opener.click()
    await this.page.getByRole('dialog').waitFor()
    await this.look('sheet-' + name)
    await this.close()
  }

  /** Closes the sheet. It is drawn after the tap was answered, and gives the focus back when it goes. */
  async close(): Promise<void> {
    await this.button('do.close').first().click()
    await this.page.getByRole('dialog').waitFor({ state: 'detached' })
  }

  /** Asks for the network now, as a counter does who has come back to it, and not when the app would try again. */
  async syncNow(): Promise<void> {
    await this.page.locator('.topline').getByText(this.text('link.offline')).click()
    await this.look('sheet-sync')
    await this.button('sync.now').click()
    await this.close()
  }

  /** Opens what can be carried by hand, reads that it can be saved, and closes it again. */
  async rescue(): Promise<void> {
    await this.page.locator('.topline').getByText(this.text('link.offline')).click()
    await this.button('rescue.open').click()
    await this.page.getByRole('dialog', { name: this.text('rescue.title') }).waitFor()
    await this.page.getByText(this.text('rescue.none')).or(this.button('rescue.save')).first().waitFor()
    await this.look('sheet-rescue')
    await this.button('do.close').click()
  }

  /** How many events wait to be sent, as the top line says. */
  async unsent(): Promise<number> {
    return Number(await this.page.locator('.topline .unsent bdi').innerText())
  }

  async online(): Promise<void> {
    await this.page.locator('.topline').getByText(this.text('link.online')).waitFor()
    await this.page.waitForFunction(() => document.querySelector('.topline .unsent bdi')?.textContent === '0')
  }

  async offline(): Promise<void> {
    await this.page.locator('.topline').getByText(this.text('link.offline')).waitFor()
  }

  /** The barcodes of items, from the catalogue that this device holds. */
  async codes(items: string[]): Promise<Record<string, { code: string; pack: number }[]>> {
    return Object.fromEntries((await this.articles(items)).flatMap((i) => (i.barcodes?.length ? [[i.id, i.barcodes]] : [])))
  }

  /** Items as the catalogue on this device has them. */
  articles(items: string[]): Promise<Article[]> {
    return this.page.evaluate(async (items) => {
      const wanted = new Set(items), found: Article[] = []
      for (const { name } of await indexedDB.databases()) {
        const db = await new Promise<IDBDatabase>((done) => { const r = indexedDB.open(name!); r.onsuccess = () => done(r.result) })
        if (db.objectStoreNames.contains('chunks')) {
          const chunks = await new Promise<{ text: Uint8Array; starts: Uint32Array }[]>((done) => {
            const r = db.transaction('chunks').objectStore('chunks').getAll()
            r.onsuccess = () => done(r.result)
          })
          for (const { text, starts } of chunks) {
            for (let n = 0; n + 1 < starts.length; n++) {
              const i = JSON.parse(new TextDecoder().decode(text.subarray(starts[n], starts[n + 1]))) as Article
              if (wanted.has(i.id)) found.push(i)
            }
          }
        }
        db.close()
      }
      return found
    }, items)
  }
}

interface Article { id: string; barcodes?: { code: string; pack: number }[]; lots?: boolean }

/** The browser's first process, by the profile that it was started on. */
async function browserOn(profile: string): Promise<number> {
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const line = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
    if (line.includes(`--user-data-dir=${profile}`) && !line.some((a) => a.startsWith('--type='))) return Number(pid)
  }
  throw new Error(`no browser runs on ${profile}`)
}
