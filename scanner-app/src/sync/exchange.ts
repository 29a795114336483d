// What both ways to the server have in common: what the device says, and what it makes of each frame. The rules are those
// of PROTOCOL.md, sections 5 to 8.
import type { EventFields } from '../store/event'
import { StoreFailed } from '../store/failure'
import type { Contact, SessionRecord } from '../store/schema'
import type { Store } from '../store/store'
import type { Drained, Feed, Hello, Mark, Push, Welcome } from '../wire/frame'
import type { Env } from './env'

/** What became of a mark. Fence: it is off the chain, and the server must be told. Again: say hello anew, in a new epoch. */
export type Judgement = 'on' | 'fence' | 'again'

export interface Status {
  /** The token may push, and nothing else. */
  revoked: boolean
  /** The least version that may join sessions. */
  minApp?: string
  /** The server's version, as it said. */
  server?: string
  lastContact?: number
  /** Epochs given up, new histories met. */
  fenced: number
  restored: number
}

/** On a full device what the server says is lost until it says it again; what the device holds still goes out. */
async function unlessFull(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (e) {
    if (StoreFailed.from(e).key !== 'storage-full') throw e
  }
}

/** A message has room for its first line beside the events. */
const pushHeader = 256

export class Exchange {
  readonly status: Status = { revoked: false, fenced: 0, restored: 0 }
  /** Feeds that come while a join is unanswered: they are newer than its pack. */
  readonly joining = new Map<string, Feed | undefined>()

  constructor(readonly env: Env, readonly store: Store) {
    if (store.contactAt !== undefined) this.status.lastContact = store.contactAt
  }

  async hello(): Promise<Hello> {
    const s = this.store
    const held = (await s.sessions()).filter((a) => !a.overAt).slice(0, 256)
    const cursors = Object.fromEntries(held.filter((a) => a.cursor).map((a) => [a.session, a.cursor]))
    return {
      t: 'hello', epoch: s.epoch, last: s.last, oldest: s.oldest, acked: s.acked, app: this.env.app, ...this.instant(),
      ...(s.incarnation ? { incarnation: s.incarnation } : {}),
      ...(held.length ? { sessions: held.map((a) => a.session) } : {}), ...(Object.keys(cursors).length ? { cursors } : {}),
      ...(s.succeeds ? { succeeds: s.succeeds } : {}),
    }
  }

  instant(): { time: number; mono: number } {
    return { time: this.env.now(), mono: Math.max(0, Math.round(this.env.mono())) }
  }

  /** The next events to send, from first on; undefined when there are none, or not here any more: the server shows the gap. */
  async push(first: number, events: number, bytes: number): Promise<Push | undefined> {
    const list = await this.store.read(first, events, bytes - pushHeader)
    const prev = list.length ? await this.store.digest(first - 1) : undefined
    if (prev === undefined) return undefined
    return { t: 'push', first, prev, digest: list[list.length - 1]!.digest, events: list.map((e) => e.body) }
  }

  /** What a welcome says beside its mark. True: hello must be said anew, in a new epoch or with what is now acknowledged. */
  async welcomed(w: Welcome, sent: { time: number; mono: number }): Promise<boolean> {
    const s = this.store
    this.status.revoked = w.revoked ?? false
    if (w.min_app) this.status.minApp = w.min_app
    else delete this.status.minApp
    if (w.server) this.status.server = w.server
    await this.met(sent, w.time)
    if (s.incarnation !== w.incarnation) {
      const known = s.incarnation !== ''
      // The marks of earlier epochs cannot be asked for: all that is held goes out again. Ids lie in the bytes. The new name
      // of the history comes after it: whoever is killed in between meets that history once more.
      if (known && s.hasEarlier) await s.newEpoch(true)
      const on = w.mark.epoch === s.epoch && (await s.digest(w.mark.acked)) === w.mark.digest
      await s.incarnate(w.incarnation, known ? (on ? w.mark.acked : 0) : s.acked)
      if (known) {
        this.status.restored++
        return true
      }
    }
    await s.safe(w.safe_through)
    await unlessFull(s.release())
    return false
  }

  /**
   * Takes a measurement of the clock, unless wall and monotonic clock disagree about how long it took. Sessions with
   * observations since the one before get a clock event: those are bracketed now.
   */
  async met(sent: { time: number; mono: number }, server: number): Promise<void> {
    const { time, mono } = this.instant()
    this.status.lastContact = time
    const rtt = time - sent.time
    if (rtt < 0 || Math.abs(rtt - (mono - sent.mono)) > 1000) return
    await unlessFull(this.measured({ offset: Math.round(server - (sent.time + time) / 2), rtt, at: time }))
  }

  private async measured(contact: Contact): Promise<void> {
    await this.store.measured(contact)
    const clocks: EventFields[] = []
    for (const session of this.store.needsClock) {
      if ((await this.store.session(session))?.overAt) await this.store.forgetClock(session)
      else clocks.push({ kind: 'clock', session })
    }
    if (clocks.length) await this.store.record(clocks)
  }

  /** Compares a mark with the device's own chain. On it: all up to it is safe. A fenced stream ends here. */
  async judge(m: Mark): Promise<Judgement> {
    if (m.epoch !== this.store.epoch) return 'again'
    if (m.fenced) {
      this.status.fenced++
      await this.store.newEpoch(false)
      return 'again'
    }
    if ((await this.store.digest(m.acked)) !== m.digest) return 'fence'
    await this.store.acknowledge(m.acked)
    return 'on'
  }

  /** An acknowledgement is judged like a mark, and never takes back. */
  async acked(through: number, digest: string): Promise<Judgement> {
    if ((await this.store.digest(through)) !== digest) return 'fence'
    if (through > this.store.acked) await this.store.acknowledge(through)
    this.status.lastContact = this.env.now()
    return 'on'
  }

  /** The whole of a session's state and tasks, with its cursor, in one transaction. */
  async fed(f: Feed): Promise<void> {
    if (this.joining.has(f.session)) this.joining.set(f.session, f)
    const held = await this.store.session(f.session)
    await unlessFull(this.store.putSession(this.feedRecord(f, held)))
    if (f.state === 'sealed' || f.state === 'cancelled') await unlessFull(this.store.release())
  }

  feedRecord(f: Feed, held: SessionRecord | undefined): SessionRecord {
    const over = f.state === 'sealed' || f.state === 'cancelled'
    // Drained is of an earlier closing, perhaps: the session may have been open in between.
    return {
      session: f.session, cursor: f.cursor, state: f.state, round: f.round, tasks: f.tasks, drained: false, overAt: over ? held?.overAt || this.env.now() : 0,
      ...(over && held?.keptFrom !== undefined ? { keptFrom: held.keptFrom } : {}),
    }
  }

  /**
   * What to say of a closing session: once the clock has been measured for what was observed and everything is
   * acknowledged. 'measure' asks for the measurement first; undefined: there is nothing to say.
   */
  async drainable(said: ReadonlySet<string>): Promise<Drained | 'measure' | undefined> {
    let measure = false
    for (const a of await this.store.sessions()) {
      if (a.state !== 'closing' || a.drained || said.has(a.session)) continue
      if (this.store.needsClock.has(a.session)) measure = true
      else if (this.store.unsent === 0) return { t: 'drained', session: a.session, last: this.store.last }
    }
    return measure ? 'measure' : undefined
  }

  /** What is refused is said again after the next welcome or feed. */
  async confirmed(d: Drained): Promise<void> {
    if (!d.error) await this.store.confirmDrained(d.session, d.last)
  }
}
