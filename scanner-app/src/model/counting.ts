// Counting in one session by one person: what each scan, key and answer does to the pass, and what is stored for it. Calls
// come one after the other (model.ts sees to it), and nothing here changes before the store has it.
import type { Scheme } from '../gs1/decode'
import type { EventFields } from '../store/event'
import type { PackRecord, PassRecord, PendingRecord, SessionRecord } from '../store/schema'
import type { Store } from '../store/store'
import { randomId } from '../store/event'
import type { WireTask } from '../wire/frame'
import type { Catalogue } from './catalogue'
import { packsOf, shown } from './catalogue'
import { duties, isUndirected, taskAt, type Duties } from './duty'
import { fold } from './fold'
import { identify, type Identity } from './identify'
import { keyedAfter, maxObserved, quantityOf, thousandths, unusual } from './number'
import { Refuse } from './refusal'
import type { Condition, Item, Key, Mode, Outcome, Pass, Place, Question, Reply, Scanned } from './types'
import { takesDecimals, Walk, type PassChange } from './walk'

const ok: Outcome = { sound: 'ok' }
/** A longer scan is kept as its code alone: an event has room for it once. */
const maxRaw = 1024

/** A label read twice within so many ms was read once. */
const bounce = 1000

const look: Outcome = { sound: 'check' }

/** What the store needs, and the wall clock in ms. */
export interface Means {
  store: Store
  now(): number
  random(bytes: Uint8Array<ArrayBuffer>): void
}

/** A question, and what its answer does. */
interface Asked {
  question: Question
  /** When, ms. */
  at: number
  /** At is when it was answered, ms. */
  answer(reply: Reply, at: number): Promise<Outcome>
}

export class Counting {
  walk: Walk | undefined
  duties: Duties = { places: [], tasks: [] }
  private asked: Asked | undefined

  private constructor(
    private readonly means: Means, readonly pack: PackRecord, public session: SessionRecord, readonly catalogue: Catalogue,
    private readonly schemes: readonly Scheme[], private readonly person: string, private passes: PassRecord[],
  ) {}

  /** Goes on where this person was: an open pass is open again, with what was pending in it. */
  static async open(means: Means, pack: PackRecord, session: SessionRecord, catalogue: Catalogue, schemes: readonly Scheme[], person: string): Promise<Counting> {
    const passes = await means.store.passes(pack.session)
    const c = new Counting(means, pack, session, catalogue, schemes, person, passes)
    const open = passes.find((p) => p.person === person && !p.closed)
    if (open) c.walk = Walk.of(open, await means.store.passEvents(open.pass))
    c.assign()
    return c
  }

  private assign(): void {
    this.duties = duties(this.pack, this.session, this.person, this.passes, this.catalogue)
  }

  fed(session: SessionRecord): void {
    this.session = session
    this.assign()
  }

  get question(): Question | undefined {
    if (this.over) return undefined
    if (this.asked) return this.asked.question
    const p = this.walk?.record.pending
    return p?.again === 'ask' ? { kind: 'again', already: this.walk!.already(p), answers: ['replace', 'add', 'discard'] } : undefined
  }

  private place(location: string): Place {
    const found = this.duties.places.find((p) => p.location === location)
    if (!found) throw new Refuse('location-unknown')
    return found
  }

  /** The open pass as the screens see it. */
  view(ackedN: number): Pass | undefined {
    const { location } = this.walk?.record ?? {}
    if (!this.walk || location === undefined) return undefined
    const place = this.duties.places.find((p) => p.location === location) ?? {
      location, name: { en: location }, kind: 'floor', section: '', sectionName: {}, shared: false, undirected: true, state: 'open',
    }
    return this.walk.view(this.catalogue, place, ackedN)
  }

  // Looking.

  findItems(query: string): Item[] { return this.catalogue.find(query).map(shown) }

  findPlaces(query: string): Place[] {
    const words = fold(query).split(' ').filter(Boolean)
    return this.duties.places.filter((p) => {
      const text = fold([p.location, p.name.ar, p.name.en, p.sectionName.ar, p.sectionName.en].filter(Boolean).join(' '))
      return words.every((w) => text.includes(w))
    }).slice(0, 50)
  }

  // Passes.

  /** Nothing is taken any more. */
  get over(): boolean {
    return this.session.state === 'sealed' || this.session.state === 'cancelled'
  }

  private mayOpen(): void {
    const { state } = this.session
    if (this.over) throw new Refuse('session-over')
    if (state !== 'open' && state !== 'unknown') throw new Refuse('session-closing')
  }

  async openPass(location: string, mode: Mode, task?: { assignment: string; round: number }, at = this.means.now()): Promise<Outcome> {
    this.mayOpen()
    const place = this.place(location)
    if (this.walk) {
      if (this.walk.record.location === location) return ok
      const settled = await this.settle(true)
      return settled ?? this.ask({ kind: 'leave', to: place, totals: this.walk.totals(this.catalogue), answers: ['stay', 'leave'] }, async (reply, at) => {
        if (reply === 'stay') return {}
        await this.closePass(at)
        return this.openPass(location, mode, task, at)
      }, at)
    }
    const chosen = task && this.session.tasks.find((t) => t.location === location && t.assignment === task.assignment && t.round === task.round)
    const wire = chosen ?? taskAt(this.session, this.person, this.passes, location)
    const earlier = this.passes.filter((p) => p.closed && p.person === this.person && p.location === location &&
      p.round === (wire?.round ?? 1) && p.assignment === (wire?.assignment ?? '')).sort((a, b) => b.openedAt - a.openedAt)[0]
    if (!earlier) return this.begin(location, mode, wire, at)
    const walked = await this.walked(earlier)
    // One pass replaces one other: what was added up of several stays unless a supervisor abandons it.
    const answers = earlier.continues ? ['cancel', 'continue'] as const : ['cancel', 'continue', 'replace'] as const
    return this.ask({ kind: 'second-pass', place, totals: walked.totals(this.catalogue), answers }, async (reply, at) => {
      if (reply === 'cancel') return {}
      return this.begin(location, mode, wire, at, reply === 'continue' ? { continues: earlier.pass } : { replaces: earlier.pass })
    })
  }

  /** A pass with all that it adds to, as one. */
  private async walked(last: PassRecord): Promise<Walk> {
    const all = Walk.of({ ...last }, await this.means.store.passEvents(last.pass))
    for (let p = this.before(last); p; p = this.before(p)) {
      all.steps.push(...Walk.of(p, await this.means.store.passEvents(p.pass)).steps)
      all.record.observations += p.observations
      all.record.quantity += p.quantity
    }
    return all
  }

  private before(pass: PassRecord): PassRecord | undefined {
    return pass.continues === undefined ? undefined : this.passes.find((p) => p.pass === pass.continues)
  }

  private async begin(location: string, mode: Mode, task: WireTask | undefined, at: number, of: { continues?: string; replaces?: string } = {}): Promise<Outcome> {
    this.mayOpen()
    const { session } = this.pack
    const pass = randomId(this.means.random)
    const record: PassRecord = {
      pass, session, location, round: task?.round ?? 1, person: this.person, mode, assignment: task?.assignment ?? '',
      ...(task?.items?.length ? { items: task.items } : {}), undirected: isUndirected(this.pack, this.session, this.person, location), openedAt: at,
      closed: false, observations: 0, quantity: 0, multiplier: '', ...of,
    }
    await this.means.store.record([{
      kind: 'pass.opened', session, at, pass, location, round: record.round, person: this.person, mode,
      assignment: record.assignment || undefined, ...of,
    }], record)
    this.walk = new Walk(record)
    this.passes.push(record)
    this.assign()
    return ok
  }

  async setMode(mode: Mode): Promise<Outcome> {
    const walk = this.walk
    if (!walk || walk.record.mode === mode) return {}
    if (walk.steps.length || walk.record.pending) throw new Refuse('pass-empty-mode')
    await this.put({ mode, multiplier: '' })
    return {}
  }

  async closePass(at?: number): Promise<Outcome> {
    const walk = this.counting()
    if (walk.record.pending) throw new Refuse('confirm-first')
    if (this.question) throw new Refuse('answer-first')
    const closed = walk.after([], { closed: true })
    await this.means.store.record([{
      kind: 'pass.closed', session: closed.session, at, pass: closed.pass, observations: closed.observations, quantity: closed.quantity,
    }], closed)
    this.passes = this.passes.map((p) => (p.pass === closed.pass ? closed : p))
    this.walk = undefined
    this.assign()
    return ok
  }

  private counting(): Walk {
    if (!this.walk) throw new Refuse('no-pass')
    return this.walk
  }

  // Scans.

  async scan(raw: string, entry: 'scan' | 'keyed', at: number, mode: Mode): Promise<Scanned> {
    const known = { catalogue: this.catalogue, schemes: this.schemes, isLocation: (code: string) => this.pack.site.locations.some((l) => l.id === code) }
    const id = identify(raw, known)
    const keyboard = id.arabicKeyboard ? { arabicKeyboard: true } : {}
    const answered = await this.answeredBy(id, at)
    if (answered) return { ...answered, ...keyboard }
    if (id.what === 'location') return { ...(await this.openPass(id.id!, mode, undefined, at)), what: 'location', ...keyboard }
    this.counting()
    this.mayOpen()
    if (id.what === 'invalid') {
      const fault = id.fault!
      const again = this.ask({ kind: 'invalid', code: id.code, fault, answers: ['again', 'count'] }, async (reply) => {
        if (reply === 'again') return {}
        this.mayOpen()
        return this.see({ ...id, what: 'unknown' }, raw, entry, at)
      })
      return { ...again, what: 'nothing', ...keyboard }
    }
    return { ...(await this.see(id, raw, entry, at)), ...keyboard }
  }

  /**
   * A scan is itself the answer where it can mean but one thing; then nothing is asked any more, and the scan goes on. An
   * outcome: the scan was nothing but the answer. Whatever else is asked refuses it.
   */
  private async answeredBy(id: Identity, at: number): Promise<Scanned | undefined> {
    const q = this.question
    if (!q || q.kind === 'how-many') return undefined
    if (q.kind === 'leave' && id.what === 'location' && id.id === q.to.location) {
      // Its label once more: go. The trigger that bounced is no second look.
      return at - this.asked!.at < bounce ? { ...look, what: 'nothing' } : { ...(await this.answer('leave', at)), what: 'location' }
    }
    const another = id.what === 'location' && (q.kind === 'leave' || (q.kind === 'second-pass' && id.id !== q.place.location))
    if (q.kind !== 'invalid' && !another) throw new Refuse('answer-first')
    this.asked = undefined
    return undefined
  }

  /** An item that was searched for. */
  async choose(item: string, at: number): Promise<Scanned> {
    if (this.question && this.question.kind !== 'how-many') throw new Refuse('answer-first')
    this.counting()
    this.mayOpen()
    const found = this.catalogue.item(item)
    if (!found) throw new Refuse('item-unknown')
    return this.see({ what: 'item', id: item, code: '', pack: packsOf(found)[0]!.pack, arabicKeyboard: false }, '', 'search', at)
  }

  private pendingOf(id: Identity, raw: string, entry: PendingRecord['entry'], at: number): PendingRecord {
    const { record } = this.counting()
    const item = id.what === 'item' ? id.id! : undefined
    const scope = this.pack.plan.scope.items
    const asked = (list: string[] | undefined) => !list?.length || (item !== undefined && list.includes(item))
    return {
      raw: raw.length > maxRaw ? '' : raw, code: id.code, entry, scannedAt: at, keyedAt: at, keyed: '', ...(item ? { item } : {}), pack: id.pack ?? 1000,
      ...(id.lot ? { lot: id.lot } : {}), ...(id.expiry ? { expiry: id.expiry } : {}),
      undirected: record.undirected || !asked(record.items) || !asked(scope),
    }
  }

  /** Something is here. The item before it is confirmed by it; in mode each, and of a label that says its weight, one more is counted. */
  private async see(id: Identity, raw: string, entry: PendingRecord['entry'], at: number): Promise<Scanned> {
    const walk = this.counting()
    const before = walk.record.pending
    const p = this.pendingOf(id, raw, entry, at)
    const settled = this.confirmation(true)
    if (!Array.isArray(settled)) return { ...settled, what: 'nothing' }
    const what = p.item ? 'item' as const : 'unknown-code' as const
    const sound = p.item ? 'ok' as const : 'unknown' as const
    const decimals = takesDecimals(p, this.catalogue)
    const weight = decimals ? id.weight : undefined
    const times = thousandths(walk.record.multiplier)
    if (weight !== undefined || (walk.record.mode === 'each' && (!decimals || times !== undefined))) {
      const amount = weight !== undefined ? weight * (times ?? 1000) / 1000 : times ?? 1000
      const pack = weight !== undefined ? 1000 : p.pack
      if (!Number.isInteger(amount) || quantityOf(amount, pack) === undefined) throw new Refuse('number-inexact')
      if (quantityOf(amount, pack)! > maxObserved) throw new Refuse('number-too-large')
      await this.record([...settled, walk.observation({ ...p, pack }, amount, at, false)], { pending: undefined, multiplier: '' })
      return { what, sound }
    }
    const again = walk.same(p).length > 0 || (before !== undefined && before.item === p.item && (p.item !== undefined || before.code === p.code) &&
      (before.lot ?? '') === (p.lot ?? '') && (before.expiry ?? '') === (p.expiry ?? '') && !before.condition)
    const pending: PendingRecord = again ? { ...p, again: 'ask' } : p
    if (settled.length) await this.record(settled, { pending })
    else await this.put({ pending })
    return { what, sound: again ? 'check' : sound }
  }

  // Numbers.

  /** The events that confirm what is pending: none when nothing is. An outcome instead when a question stands in the way; scanned: of a scan. */
  private confirmation(scanned = false): EventFields[] | Outcome {
    const walk = this.counting()
    const p = walk.record.pending
    if (!p) return []
    if (p.again === 'ask') return look
    const amount = thousandths(p.keyed)
    if (amount === undefined) return this.ask({ kind: 'how-many', answers: ['discard'], ...(scanned ? { again: true } : {}) }, () => this.discard())
    const quantity = quantityOf(amount, p.pack)
    if (quantity === undefined) throw new Refuse('number-inexact')
    if (quantity > maxObserved) throw new Refuse('number-too-large')
    if (quantity >= unusual && this.accepted !== p.keyed + '×' + p.pack) {
      return this.ask({ kind: 'large', quantity, answers: ['change', 'accept'] }, async (reply) => {
        if (reply === 'change') return {}
        this.accepted = p.keyed + '×' + p.pack
        return this.confirm()
      })
    }
    const taken = p.again === 'replace' ? walk.same(p) : []
    const reversals = taken.map((s) => walk.reversal(s, this.means.now()))
    const alone = !walk.steps.some((s) => !s.reversed && !taken.includes(s) && (p.item ? s.event.item === p.item : !s.event.item && s.event.code === p.code))
    return [...reversals, walk.observation(p, amount, p.keyedAt, walk.record.mode === 'quantity' && alone)]
  }

  /** The unusual number that was looked at twice. */
  private accepted: string | undefined

  /** Confirms what is pending where that can be; else says why not. */
  private async settle(scanned = false): Promise<Outcome | undefined> {
    const events = this.confirmation(scanned)
    if (!Array.isArray(events)) return events
    if (events.length) await this.record(events, { pending: undefined })
    return undefined
  }

  async confirm(): Promise<Outcome> {
    const walk = this.counting()
    if (!walk.record.pending) return {}
    if (this.question && this.question.kind !== 'how-many') throw new Refuse('answer-first')
    return (await this.settle()) ?? ok
  }

  async key(key: Key, at: number): Promise<Outcome> {
    const walk = this.counting()
    if (this.question && this.question.kind !== 'how-many') throw new Refuse('answer-first')
    const p = walk.record.pending
    if (!p && walk.record.mode !== 'each') throw new Refuse('nothing-pending')
    const was = p ? p.keyed : walk.record.multiplier
    const found = [...this.found, was]
    this.found = found
    const decimals = p ? takesDecimals(p, this.catalogue) : true
    // What follows a point that was refused is a fraction, and no more of the whole number.
    if (this.pointed && key === 'back') {
      this.pointed = false
      return {}
    }
    if (!decimals && (key === '.' || (this.pointed && key !== 'clear'))) {
      this.pointed = true
      throw new Refuse('number-decimals')
    }
    const keyed = keyedAfter(was, key, decimals)
    if (keyed === was && /\d/.test(key) && key !== was) throw new Refuse('number-too-large')
    await this.put(p ? { pending: { ...p, keyed, keyedAt: at } } : { multiplier: keyed })
    this.found = found
    return {}
  }

  /** A point was keyed where numbers are whole. */
  private pointed = false

  /** What each key found keyed since anything else was stored. */
  private found: string[] = []

  /** The last keys were no keys but the front of a scan: what they found is keyed again. */
  async unkey(keys: number): Promise<void> {
    const keyed = this.found.slice(-keys)[0]
    if (!this.walk || keyed === undefined || (this.question && this.question.kind !== 'how-many')) return
    const p = this.walk.record.pending
    await this.put(p ? { pending: { ...p, keyed } } : { multiplier: keyed })
  }

  async zero(item: string | undefined, at: number): Promise<Outcome> {
    const walk = this.counting()
    if (this.question && this.question.kind !== 'how-many') throw new Refuse('answer-first')
    if (item !== undefined) {
      this.mayOpen()
      const seen = walk.record.pending?.item === item ? {} : await this.chooseAnew(item, at)
      if (seen.sound === 'check') return seen
    }
    const p = walk.record.pending
    if (!p) throw new Refuse('nothing-pending')
    await this.put({ pending: { ...p, keyed: '0', keyedAt: at } })
    return this.walk!.record.pending!.again === 'ask' ? look : this.confirm()
  }

  /** Makes an item pending, whatever the mode. */
  private async chooseAnew(item: string, at: number): Promise<Outcome> {
    const settled = await this.settle()
    if (settled) return settled
    const found = this.catalogue.item(item)
    if (!found) throw new Refuse('item-unknown')
    const p = this.pendingOf({ what: 'item', id: item, code: '', pack: packsOf(found)[0]!.pack, arabicKeyboard: false }, '', 'search', at)
    const again = this.walk!.same(p).length > 0
    await this.put({ pending: { ...p, ...(again ? { keyed: '0', again: 'ask' as const } : {}) } })
    return again ? look : {}
  }

  private async change(change: (p: PendingRecord) => PendingRecord): Promise<Outcome> {
    const walk = this.counting()
    if (!walk.record.pending) throw new Refuse('nothing-pending')
    await this.put({ pending: change(walk.record.pending) })
    return {}
  }

  switchPack(): Promise<Outcome> {
    return this.change((p) => {
      const packs = packsOf(p.item ? this.catalogue.item(p.item) : undefined)
      const at = packs.findIndex((k) => k.pack === p.pack)
      return { ...p, pack: packs[(at + 1) % packs.length]!.pack }
    })
  }

  setCondition(condition: Condition | undefined): Promise<Outcome> {
    return this.change(({ condition: _, ...p }) => this.anew(condition ? { ...p, condition } : p))
  }

  setLot(lot: string, expiry: string): Promise<Outcome> {
    if (expiry && (!/^\d{4}-\d\d-\d\d$/.test(expiry) || new Date(expiry + 'T00:00:00Z').toJSON()?.slice(0, 10) !== expiry)) throw new Refuse('lot-date')
    return this.change(({ lot: _, expiry: __, ...p }) => this.anew({ ...p, ...(lot.trim() ? { lot: lot.trim() } : {}), ...(expiry ? { expiry } : {}) }))
  }

  /** Another lot or condition may be the first of its kind here, or not. */
  private anew({ again: _, ...p }: PendingRecord): PendingRecord {
    return this.walk!.same(p).length ? { ...p, again: 'ask' } : p
  }

  // Corrections and answers.

  async undo(entry?: string): Promise<Outcome> {
    const walk = this.counting()
    if (walk.record.pending && entry === undefined) return this.discard()
    if (this.question && this.question.kind !== 'how-many') throw new Refuse('answer-first')
    const step = entry === undefined ? walk.newest() : walk.steps.find((s) => s.event.id === entry && !s.reversed)
    if (!step) throw new Refuse('nothing-to-undo')
    await this.record([walk.reversal(step, this.means.now())])
    return ok
  }

  private async discard(): Promise<Outcome> {
    await this.put({ pending: undefined })
    return ok
  }

  private ask(question: Question, answer: Asked['answer'], at = this.means.now()): Outcome {
    this.asked = { question, answer, at }
    return look
  }

  async answer(reply: Reply, at = this.means.now()): Promise<Outcome> {
    const question = this.question
    if (!question || !(question.answers as readonly Reply[]).includes(reply)) throw new Refuse('nothing-asked')
    const asked = this.asked
    if (asked) {
      this.asked = undefined
      try {
        return await asked.answer(reply, at)
      } catch (e) {
        if (!(e instanceof Refuse)) this.asked = asked // the store could not: the question stands
        throw e
      }
    }
    if (reply === 'discard') return this.discard()
    await this.change((p) => ({ ...p, again: reply as 'replace' | 'add' }))
    return ok
  }

  // Storing.

  private async record(events: EventFields[], change: PassChange = {}): Promise<void> {
    const walk = this.counting()
    const next = walk.after(events, change)
    const recorded = await this.means.store.record(events, next)
    this.keep(next)
    for (const e of recorded) walk.take(e)
    this.accepted = undefined
  }

  private async put(change: PassChange): Promise<void> {
    const next = this.counting().after([], change)
    await this.means.store.putPass(next)
    this.keep(next)
  }

  private keep(next: PassRecord): void {
    this.asked = undefined
    this.found = []
    this.pointed = false
    this.walk!.record = next
    this.passes = this.passes.map((p) => (p.pass === next.pass ? next : p))
  }
}
