// One counter at work, faster than any: through real key events, hearing and seeing what the handheld answers, and writing down what
// was confirmed. The device may be taken from their hands at any moment; then they look at the screen and go on from there.
import type { Handheld } from '../handheld'
import * as note from './notebook'
import { Notebook, same, sightOf, type Good, type Step } from './notebook'
import { look, ready, rig, type Answer } from './page'

/** The device was taken away in the middle of something. */
class Taken extends Error {}

/** So long an answer may take on a machine that has other things to do, ms. */
const patience = 30_000

/** A reader's switch that bounces is heard once; who means a second one is slower, ms. */
const bounce = 450

/** A place's label again means "go there" only after so long, ms. */
const secondLook = 1_200

/** From a key to the trigger, ms. */
const thumb = 200

/** What a reader says before a code of what symbol it is. */
const aim = (code: string) => (/^\d{13}$/.test(code) ? ']E0' : /^\d{8}$/.test(code) ? ']E4' : ']C0')

/** At most so many entries a walk, so that there are many walks. */
const enough = 15

export class Counter {
  readonly book = new Notebook()
  /** How far the device's clock is wrong, ms. */
  ahead = 0
  private answers: Answer[] = []
  private keyedAt = 0
  private scanned: { code: string; at: number } | undefined
  private wake: () => void = () => {}
  private taken: { how: string; done: Promise<void> } | undefined
  private lastAwake: Promise<unknown> = Promise.resolve()

  constructor(
    readonly h: Handheld, readonly goods: readonly Good[], readonly places: readonly string[],
    private readonly chance: () => number, private readonly say: (what: string) => void,
  ) {
    h.prepare = (page) => rig(page, this.ahead, (answer) => {
      if (page !== h.page) return
      this.say(`heard ${answer}`)
      this.answers.push(answer)
      this.wake()
    })
  }

  /** Ends the tab or the browser, whatever is under way; true unless it was ended already. */
  take(how: string, end: () => Promise<void>, open: () => Promise<void>, pause: number): boolean {
    if (this.taken) return false
    this.say(how)
    this.taken = {
      how,
      done: (async () => {
        await end()
        this.answers = []
        await new Promise((done) => setTimeout(done, pause))
        await open()
      })(),
    }
    this.taken.done.catch(() => undefined) // who counts meets it
    this.wake()
    return true
  }

  get inHands(): boolean {
    return !this.taken
  }

  /** Counts until it is enough, and leaves everything closed. */
  async work(over: () => boolean): Promise<void> {
    while (!over()) await this.whatever(() => this.act())
    for (let left = true; left;) {
      await this.whatever(async () => {
        await this.tidy()
        left = false
      })
    }
  }

  private async whatever(act: () => Promise<void>): Promise<void> {
    try {
      if (this.taken) throw new Taken()
      await act()
      this.book.done()
    } catch (e) {
      if (!this.taken) throw new Error(`${this.h.name}: ${(e as Error).message}\n${JSON.stringify(await this.see().catch(() => 'nothing to see'))}`, { cause: e })
      await this.goOn()
    }
  }

  /** The device is back: what is on the screen decides what was done. */
  private async goOn(): Promise<void> {
    while (this.taken) {
      const { how, done } = this.taken
      await done
      this.taken = undefined
      this.answers = []
      try {
        await this.ready()
        const { dialog: _, said: __, ...sight } = await this.see()
        const came = this.book.settle(sight)
        this.say(`after ${how}: ${came} steps had come through, ${JSON.stringify(sight)}`)
      } catch (e) {
        if (!this.taken) throw e
      }
    }
  }

  /** Waits until there is something to do with the handheld. */
  ready(): Promise<void> {
    return ready(this.h.page, [this.h.text('start'), this.h.text('start.more'), this.h.text('tour.skip')])
  }

  private see() {
    return look(this.h.page, { each: this.h.text('mode.each'), entries: this.h.text('entries.title') })
  }

  // Hearing and seeing.

  /** The next answer, which must be one of these. */
  private async hear(...wanted: Answer[]): Promise<Answer> {
    const late = Date.now() + patience
    while (this.answers.length === 0) {
      if (this.taken) throw new Taken()
      const left = late - Date.now()
      if (left <= 0) throw new Error(`waited in vain to hear ${wanted}`)
      await new Promise<void>((done) => {
        const timer = setTimeout(done, left)
        this.wake = () => { clearTimeout(timer); done() }
      })
    }
    const heard = this.answers.shift()!
    if (!wanted.includes(heard)) throw new Error(`heard ${heard}, and not ${wanted}`)
    return heard
  }

  /** Waits until the screen shows what the book says. */
  private async shown(): Promise<void> {
    const wanted = JSON.stringify(sightOf(this.book.state))
    let shown = ''
    for (const late = Date.now() + patience; Date.now() < late;) {
      const { dialog: _, said: __, ...sight } = await this.see()
      if ((shown = JSON.stringify(sight)) === wanted) return
      if (this.taken) throw new Taken()
      await new Promise((done) => setTimeout(done, 50))
    }
    throw new Error(`the screen shows\n${shown}\nand should\n${wanted}`)
  }

  // Hands.

  private pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.chance() * from.length)]!
  }

  private async scan(code: string): Promise<void> {
    // A thumb is not on the trigger at once; and right behind keyed digits only an identifier says where a code of digits begins.
    const since = Date.now() - this.keyedAt, wait = Math.max(thumb - since, code === this.scanned?.code ? this.scanned.at + bounce - Date.now() : 0)
    if (wait > 0) await new Promise((done) => setTimeout(done, wait))
    const raw = since < 500 || this.chance() < 0.5 ? aim(code) + code : code
    this.book.scans++
    this.say(`scans ${raw}`)
    const keys = this.chance() < 0.7
    await this.awake(() => (keys ? this.h.scanKeys(raw) : this.h.scanText(raw)))
    this.scanned = { code, at: Date.now() }
  }

  /** One burst, or one sleep: nobody pulls the trigger of a device that sleeps, and none falls asleep under a thumb. */
  awake(act: () => Promise<unknown>): Promise<unknown> {
    return (this.lastAwake = this.lastAwake.then(act, act))
  }

  private button(name: Parameters<Handheld['text']>[0]) {
    this.say(`presses ${name}`)
    return this.h.page.getByRole('button', { name: this.h.text(name) }).last()
  }

  /** A digit, and the screen that shows it. */
  private async digit(digit: string, step: Step): Promise<void> {
    this.book.intend(step)
    this.say(`keys ${digit}`)
    if (this.chance() < 0.7) await this.h.press(digit)
    else await this.h.key(digit)
    this.keyedAt = Date.now()
    const before = JSON.stringify(this.book.state)
    this.book.confirm(1)
    try {
      await this.shown()
    } catch (e) { // a key is silent: that it is there only the screen says, and it did not
      this.book.state = JSON.parse(before) as typeof this.book.state
      this.book.intend(step)
      throw e
    }
  }

  // What counters do.

  private async act(): Promise<void> {
    const { state, walk } = this.book
    const what = this.chance()
    if (!walk) return this.start()
    if (state.inHand?.again === 'ask') return this.explain()
    if (state.inHand) return this.number()
    if (state.multiplier) return this.burst(1)
    const standing = walk.entries.filter((e) => !e.reversed).length
    if (standing >= enough || (standing > 3 && what < 0.06)) return what < 0.02 || this.chance() < 0.5 ? this.close() : this.leave()
    if (standing > 1 && what < 0.1) return this.undo(this.chance() < 0.6 ? 0 : 1)
    if (walk.mode === 'quantity') return this.takeUp()
    if (what < 0.2) return this.twice()
    if (what < 0.3) return this.times()
    return this.burst(1 + Math.floor(this.chance() * 7))
  }

  private async start(): Promise<void> {
    const mode = this.pick(['each', 'each', 'quantity'] as const)
    if (mode !== this.book.state.mode) {
      this.book.intend(note.chooseMode(mode))
      await this.h.page.locator('.choice').getByText(this.h.text(mode === 'each' ? 'mode.each' : 'mode.quantity')).click()
      this.book.confirm(1)
      await this.shown()
    }
    await this.enter(this.pick(this.places), [])
  }

  /** Another place's label, after what it closes. */
  private async enter(place: string, closing: Step[]): Promise<void> {
    const before = this.book.before(place) ?? (this.book.walk?.place === place ? this.book.walk : undefined)
    if (!before) {
      this.book.intend(...closing, note.open(place))
      if (closing.length === 0) await this.scan(place)
      await this.hear('ok')
      this.book.confirm(1 + closing.length)
      return this.shown()
    }
    this.book.intend(...closing)
    if (closing.length === 0) await this.scan(place)
    await this.hear('check')
    this.book.confirm(closing.length)
    await this.second(place, before)
  }

  /** Here before: does it add, or stand in the place of that? */
  private async second(place: string, before: note.Walk): Promise<void> {
    const of = this.book.state.walks.indexOf(before)
    const replaces = before.continues === undefined && this.chance() < 0.4 // one walk replaces one
    this.book.intend(note.open(place, replaces ? { replaces: of } : { continues: of }))
    await this.button(replaces ? 'ask.second.replace' : 'ask.second.continue').click()
    await this.hear('ok')
    this.book.confirm(1)
    await this.shown()
  }

  private async burst(n: number): Promise<void> {
    const goods: Good[] = []
    const singles = this.goods.filter((g) => g.pack === 1000) // many cartons at once would be asked about
    while (goods.length < n) {
      const g = this.pick(this.book.state.multiplier ? singles : this.goods)
      if (g !== goods.at(-1)) goods.push(g)
    }
    this.book.intend(...goods.map(note.each))
    const answered = this.answered(goods)
    answered.catch(() => undefined) // awaited below
    for (const g of goods) {
      if (this.taken) throw new Taken()
      await this.scan(g.code)
    }
    await answered
    await this.shown()
  }

  private async answered(goods: Good[]): Promise<void> {
    for (const g of goods) {
      await this.hear(g.item ? 'ok' : 'unknown')
      this.book.confirm(1)
    }
  }

  /** Two of the same, and no bounce. */
  private async twice(): Promise<void> {
    const g = this.pick(this.goods)
    for (let n = 0; n < 2; n++) {
      this.book.intend(note.each(g))
      await this.scan(g.code)
      await this.answered([g])
    }
    await this.shown()
  }

  private async times(): Promise<void> {
    for (const d of String(2 + Math.floor(this.chance() * 40))) await this.digit(d, note.multiply(d))
    await this.burst(1)
  }

  /** An article in the mode that asks for numbers. */
  private async takeUp(g = this.pick(this.goods)): Promise<void> {
    const { inHand } = this.book.state
    const again = same(this.book.walk!, g).length > 0 || note.earlier(this.book.state, g).length > 0 || (inHand !== undefined && (g.item ? g.item === inHand.item : !inHand.item && g.code === inHand.code))
    this.book.intend(note.take(g))
    await this.scan(g.code)
    await this.hear(again ? 'check' : g.item ? 'ok' : 'unknown')
    this.book.confirm(1)
    await this.shown()
    if (again) await this.explain()
    await this.number()
  }

  private async explain(): Promise<void> {
    const { state, walk } = this.book
    const here = same(walk!, state.inHand!).length > 0 // else it is of a walk that this one adds to, and stays
    const reply = this.pick(here ? ['replace', 'add', 'discard'] as const : ['add', 'discard'] as const)
    this.book.intend(reply === 'discard' ? note.discard : note.answer(reply))
    await this.button(here || reply === 'discard' ? `ask.again.${reply}` : 'ask.earlier.add').click()
    await this.hear('ok')
    this.book.confirm(1)
    await this.shown()
  }

  /** What is in hand gets its number, or goes. */
  private async number(): Promise<void> {
    const { state } = this.book
    if (!state.inHand) return
    const what = this.chance()
    if (what < 0.05) {
      this.book.intend(note.discard)
      await this.button('do.undo').click()
      await this.hear('ok')
      this.book.confirm(1)
      return this.shown()
    }
    if (!state.inHand.keyed && what < 0.15) {
      this.book.intend(...note.zero)
      await this.h.page.getByRole('button', { name: this.h.text('zero'), exact: true }).click()
      await this.hear('ok')
      this.book.confirm(note.zero.length)
      return this.shown()
    }
    if (!state.inHand.keyed && what < 0.22) { // hasty: the next one before this one has its number
      await this.scan(this.pick(this.goods).code)
      await this.hear('check')
    }
    if (!state.inHand.keyed) for (const d of String(1 + Math.floor(this.chance() * 99))) await this.digit(d, note.key(d))
    const many = Number(state.inHand.keyed) * state.inHand.pack >= 1_000_000
    if (!many && what > 0.5) return this.takeUp() // the trigger confirms it
    this.book.intend(note.count)
    if (many) {
      await this.confirm()
      await this.hear('check')
      await this.button('ask.large.accept').click()
    } else await this.confirm()
    await this.hear('ok')
    this.book.confirm(1)
    await this.shown()
  }

  private async confirm(): Promise<void> {
    this.say('confirms')
    if (this.chance() < 0.5) await this.h.press('Enter')
    else await this.button('do.done').click()
  }

  private async undo(n: number): Promise<void> {
    this.book.intend(note.undo(n))
    if (n === 0) await this.h.page.locator('.keypad').getByRole('button', { name: this.h.text('do.undo') }).click()
    else await this.undoInList(n)
    if (n === 0) await this.hear('ok')
    this.book.confirm(1)
    await this.shown()
  }

  /** From the list of what was recorded here, which the last entries open. */
  private async undoInList(n: number): Promise<void> {
    await this.h.page.locator('.last .cover').click()
    const sheet = this.h.page.getByRole('dialog')
    await sheet.locator('button.row.entry').nth(n).click()
    await sheet.locator('.pair .button').last().click()
    await this.hear('ok')
    await sheet.getByRole('button', { name: this.h.text('do.close') }).click()
  }

  private async close(): Promise<void> {
    await this.button('finish.short').click()
    this.book.intend(note.close)
    await this.button('finish.do').click()
    await this.hear('ok')
    this.book.confirm(1)
    await this.shown()
  }

  /** The label of another place closes this one, after a second look. */
  private async leave(): Promise<void> {
    const place = this.pick(this.places.filter((p) => p !== this.book.walk!.place))
    const before = this.book.before(place)
    await this.scan(place)
    await this.hear('check')
    this.book.intend(note.close, ...(before ? [] : [note.open(place)]))
    if (this.chance() < 0.5) await this.button('ask.leave.leave').click()
    else {
      await new Promise((done) => setTimeout(done, secondLook))
      await this.scan(place)
    }
    await this.hear(before ? 'check' : 'ok')
    this.book.confirm(before ? 1 : 2)
    if (before) await this.second(place, before)
    else await this.shown()
  }

  /** Everything gets its number and is closed. */
  private async tidy(): Promise<void> {
    while (this.book.walk) {
      const { state, walk } = this.book
      if (state.inHand?.again === 'ask') await this.explain()
      else if (state.inHand) await this.number()
      else if (state.multiplier) await this.burst(1)
      else if (walk) await this.close()
      this.book.done()
    }
  }
}
