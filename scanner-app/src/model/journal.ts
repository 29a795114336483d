// One person's passes in one session as they stand on disk, and the open one among them. Memory follows the disk: nothing here
// changes before the store has it.
import type { EventFields } from '../store/event'
import type { PassRecord } from '../store/schema'
import type { Store } from '../store/store'
import { Refuse } from './refusal'
import { Walk, type PassChange, type Step } from './walk'

/** What counting asks of the store: training has one in memory. */
export type CountStore = Pick<Store, 'record' | 'putPass' | 'passes' | 'passEvents' | 'sessions' | 'get' | 'put'>

/** Where it is stored, and the wall clock in ms. */
export interface Means {
  store: CountStore
  now(): number
  random(bytes: Uint8Array<ArrayBuffer>): void
}

export class Journal {
  walk: Walk | undefined

  private constructor(private readonly store: CountStore, public passes: PassRecord[]) {}

  /** An open pass is open again, with what was pending in it. */
  static async open(store: CountStore, session: string, person: string): Promise<Journal> {
    const j = new Journal(store, await store.passes(session))
    const open = j.passes.find((p) => p.person === person && !p.closed)
    if (open) j.walk = Walk.of(open, await store.passEvents(open.pass), await j.earlier(open))
    return j
  }

  /** The open pass. */
  counting(): Walk {
    if (!this.walk) throw new Refuse('no-pass')
    return this.walk
  }

  async begin(record: PassRecord, opened: EventFields): Promise<void> {
    const earlier = await this.earlier(record)
    await this.store.record([opened], record)
    this.walk = new Walk(record, earlier)
    this.passes.push(record)
  }

  /** Events of the open pass, and what changes in it with them. */
  async record(events: EventFields[], change: PassChange = {}): Promise<void> {
    const walk = this.counting()
    const next = walk.after(events, change)
    const recorded = await this.store.record(events, next)
    this.keep(next)
    for (const e of recorded) walk.take(e)
  }

  /** What changes in the open pass without an event. */
  async put(change: PassChange): Promise<void> {
    const next = this.counting().after([], change)
    await this.store.putPass(next)
    this.keep(next)
  }

  /** Closes the open pass with the totals of what stands. */
  async close(at?: number): Promise<void> {
    const closed = this.counting().after([], { closed: true })
    await this.store.record([{
      kind: 'pass.closed', session: closed.session, at, pass: closed.pass, observations: closed.observations, quantity: closed.quantity,
    }], closed)
    this.keep(closed)
    this.walk = undefined
  }

  private keep(next: PassRecord): void {
    this.walk!.record = next
    this.passes = this.passes.map((p) => (p.pass === next.pass ? next : p))
  }

  /** A person's last closed pass: the one that none goes on from. A clock may have been set since another was opened. */
  last(person: string, location: string, round: number, assignment: string): PassRecord | undefined {
    const all = this.passes.filter((p) => p.closed && p.person === person && p.location === location && p.round === round && p.assignment === assignment)
    const ends = all.filter((p) => !all.some((later) => later.continues === p.pass || later.replaces === p.pass))
    return ends.sort((a, b) => b.openedAt - a.openedAt)[0]
  }

  /** A pass with all that it adds to, as one. */
  async walked(last: PassRecord): Promise<Walk> {
    const all = Walk.of({ ...last }, await this.store.passEvents(last.pass))
    for (let p = this.before(last); p; p = this.before(p)) {
      all.steps.push(...Walk.of(p, await this.store.passEvents(p.pass)).steps)
      all.record.observations += p.observations
      all.record.quantity += p.quantity
    }
    return all
  }

  /** What stands in the passes that one adds to. */
  private async earlier(pass: PassRecord): Promise<Step[]> {
    const before = this.before(pass)
    return before ? (await this.walked(before)).steps.filter((s) => !s.reversed) : []
  }

  private before(pass: PassRecord): PassRecord | undefined {
    return pass.continues === undefined ? undefined : this.passes.find((p) => p.pass === pass.continues)
  }
}
