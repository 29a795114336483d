// One person's work in one session as the screens see it: what is scanned and keyed goes to the pass, or to the move on the
// screen. The app has it over its database, training over memory; where it is stored and in which order, they say.
import { signal } from '@preact/signals'
import type { Counting } from './counting'
import type { Moving } from './moving'
import { Refuse } from './refusal'
import type { Description, Entry, Explained, Item, Key, Mode, Move, Outcome, Pass, Pending, Place, Question, Reply, Scanned, Task } from './types'

/** The same label again within so many ms is the trigger's bounce. */
const bounce = 300

export abstract class Shift {
  readonly tasks = signal<Task[]>([])
  readonly places = signal<Place[]>([])
  readonly pass = signal<Pass | undefined>(undefined)
  readonly question = signal<Question | undefined>(undefined)
  readonly moving = signal<Move | undefined>(undefined)
  readonly moves = signal<Move[]>([])
  readonly mode = signal<Mode>('quantity')

  protected counting: Counting | undefined
  protected carrying: Moving | undefined
  /** The scan before, when nothing was done since. */
  private lastScan: { raw: string; at: number; taken: boolean } | undefined

  /** Does one thing after the other; whatever is thrown becomes the outcome's reason, and what came of it is published. */
  protected abstract act<T extends Outcome>(f: () => Promise<T>, refused: Omit<T, keyof Outcome>): Promise<T>
  /** The wall clock, ms. */
  protected abstract now(): number
  /** Why nothing is counted where no session is open. */
  protected abstract idle(): Refuse
  /** Throws why no pass may be opened. */
  protected abstract mayOpenPass(): void
  protected abstract keepMode(mode: Mode): Promise<void>
  /** Keeps a photo, and gives its hash. */
  protected abstract keepPhoto(jpeg: ArrayBuffer, session: string): Promise<string>

  /** Shows what is; n of the last event that the server holds. */
  protected show(ackedN: number): void {
    const c = this.counting
    this.question.value = c?.question
    const carried = this.carrying?.view(c?.duties.places ?? [], ackedN)
    this.moving.value = carried?.moving
    this.moves.value = carried?.moves ?? []
    this.pass.value = c?.view(ackedN)
    if (this.tasks.value !== (c?.duties.tasks ?? none)) this.tasks.value = c?.duties.tasks ?? none as Task[]
    if (this.places.value !== (c?.duties.places ?? none)) this.places.value = c?.duties.places ?? none as Place[]
  }

  private count<T extends Outcome>(f: (c: Counting, before: Shift['lastScan']) => Promise<T>, refused: Omit<T, keyof Outcome>): Promise<T> {
    return this.act(async () => {
      const before = this.lastScan
      this.lastScan = undefined
      if (!this.counting) throw this.idle()
      return f(this.counting, before)
    }, refused)
  }

  openPass(location: string, task?: Task): Promise<Outcome> {
    return this.count(async (c) => {
      this.mayOpenPass()
      return c.openPass(location, this.mode.value, task)
    }, {})
  }

  setMode(mode: Mode): Promise<Outcome> {
    return this.act(async () => {
      await this.counting?.setMode(mode)
      await this.keepMode(mode)
      this.mode.value = mode
      return {}
    }, {})
  }

  scan(raw: string, entry: 'scan' | 'keyed' = 'scan', when = Infinity, keyed = 0, zero = false): Promise<Scanned> {
    const at = Math.min(when, this.now())
    return this.count<Scanned>(async (c, before) => {
      const { moved } = this
      if (keyed) await (moved ?? c).unkey(keyed)
      const bounced = before?.raw === raw && Math.abs(at - before.at) < bounce
      if (bounced) {
        this.lastScan = before
        return { what: 'nothing', ...(before.taken ? { bounced } : {}) }
      }
      if (!moved && !c.walk) this.mayOpenPass()
      const scanned = moved ? await moved.scan(raw, entry, at, () => c.mayOpen()) : await c.scan(raw, entry, at, this.mode.value, zero)
      this.lastScan = { raw, at, taken: scanned.what !== 'nothing' }
      return scanned
    }, { what: 'nothing' })
  }

  choose(item: string): Promise<Scanned> {
    const at = this.now()
    return this.count<Scanned>((c) => (this.moved ? this.moved.choose(item, at, () => c.mayOpen()) : c.choose(item, at)), { what: 'nothing' })
  }

  key(key: Key): Promise<Outcome> {
    const at = this.now()
    return this.count((c) => (this.moved ? this.moved.key(key) : c.key(key, at)), {})
  }

  /** The move on the screen. */
  private get moved(): Moving | undefined { return this.carrying?.active && !this.counting?.over ? this.carrying : undefined }

  switchPack(): Promise<Outcome> { return this.count((c) => (this.moved ?? c).switchPack(), {}) }
  describe(said: Description, of?: Pending | Entry): Promise<Outcome> { return this.count((c) => c.describe(said, of), {}) }

  setPhoto(jpeg: ArrayBuffer | undefined, of?: Pending | Entry): Promise<Outcome> {
    return this.count(async (c) => {
      if (of) c.entryOf(of) // what shows nothing is not kept
      return c.describe({ photo: jpeg ? await this.keepPhoto(jpeg, c.pack.session) : '' }, of)
    }, {})
  }

  dayOf(typed: string): string | undefined { return this.counting?.dayOf(typed) }
  countAnew(of: Entry): Promise<Outcome> { return this.count((c) => c.countAnew(of), {}) }
  confirm(): Promise<Outcome> { return this.count((c) => c.confirm(), {}) }

  zero(item?: string): Promise<Outcome> {
    const at = this.now()
    return this.count((c) => c.zero(item, at), {})
  }

  undo(of?: Pending | Entry): Promise<Outcome> { return this.count((c) => (this.moved && !of ? this.moved.undo() : c.undo(of)), {}) }
  answer(reply: Reply): Promise<Outcome> { return this.count((c) => c.answer(reply), {}) }
  closePass(): Promise<Outcome> { return this.count((c) => c.closePass(), {}) }

  private carry(f: (m: Moving, c: Counting) => Promise<Outcome>): Promise<Outcome> {
    return this.count((c) => {
      if (c.over) throw new Refuse('session-over')
      return f(this.carrying!, c)
    }, {})
  }

  beginMove(move?: string): Promise<Outcome> {
    return this.carry(async (m, c) => {
      m.begin(c.walk?.record.location, () => c.mayOpen(), move)
      return {}
    })
  }

  leaveMove(): Promise<Outcome> {
    return this.carry(async (m) => {
      m.leave()
      return {}
    })
  }

  moveAt(location: string): Promise<Outcome> { return this.carry((m) => m.at(location)) }
  placeMove(): Promise<Outcome> { return this.carry((m) => m.place()) }
  takeBackMove(move: string): Promise<Outcome> { return this.carry((m) => m.takeBack(move)) }

  explain(raw: string): Explained | undefined {
    try {
      return this.counting?.explain(raw)
    } catch (e) {
      if (e instanceof Refuse) return undefined // nothing, or more than anything reads
      throw e
    }
  }

  schemes(): readonly string[] { return this.counting?.pack.schemes ?? [] }

  async findItems(query: string, most = 20): Promise<Item[]> { return this.counting?.findItems(query, most) ?? [] }
  findPlaces(query: string): Place[] { return this.counting?.findPlaces(query) ?? [] }
}

const none: unknown[] = []
