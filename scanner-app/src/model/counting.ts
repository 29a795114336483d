// Counting in one session by one person: what each scan, key and answer does to the pass, and what is stored for it. Calls
// come one after the other (model.ts sees to it).
import type { Scheme } from '../gs1/decode'
import type { EventFields } from '../store/event'
import type { PackRecord, PassRecord, PendingRecord, SessionRecord } from '../store/schema'
import { randomId } from '../store/event'
import type { WireTask } from '../wire/frame'
import type { Catalogue } from './catalogue'
import { packsOf } from './catalogue'
import { isUndirected, taskAt } from './duty'
import { Ground } from './ground'
import { identify, type Identity } from './identify'
import { Journal, type Means } from './journal'
import { Keyed } from './keyed'
import { isUnusual, keyedOf, maxObserved, quantityOf, thousandths } from './number'
import { described, measureOf, pendingAnew } from './pending'
import { Refuse } from './refusal'
import type { Description, Entry, Key, Mode, Outcome, Pending, Question, Reply, Scanned } from './types'
import { takesDecimals, type PassChange, type Step, type Walk } from './walk'

const ok: Outcome = { sound: 'ok' }

/** A location's label read twice within so many ms was read once. */
const bounce = 1000

const look: Outcome = { sound: 'check' }
/** A keyed weight is no label's. */
const unpriced = ({ early: _, price: __, unitPrice: ___, ...p }: PendingRecord): PendingRecord => p

/** What makes goods of one item another kind. */
const kinds = ['condition', 'lot', 'expiry'] as const

/** A question, and what its answer does. */
interface Asked {
  question: Question
  /** When, ms. */
  at: number
  /** At is when it was answered, ms. */
  answer(reply: Reply, at: number): Promise<Outcome>
}

export class Counting extends Ground {
  private asked: Asked | undefined
  private readonly keyed = new Keyed<PassChange>()

  /** Goes on where this person was. */
  static async open(means: Means, pack: PackRecord, session: SessionRecord, catalogue: Catalogue, schemes: readonly Scheme[], person: string): Promise<Counting> {
    const c = new Counting(means, pack, session, catalogue, schemes, person, await Journal.open(means.store, pack.session, person))
    await c.assign()
    await catalogue.reading(() => c.view(0)) // what lies in the open pass is read
    return c
  }

  get question(): Question | undefined {
    if (this.over) return undefined
    if (this.asked) return this.asked.question
    const { walk } = this, p = walk?.record.pending
    if (!walk || p?.again !== 'ask') return undefined
    const earlier = walk.same(p).some((s) => s.event.id !== p.corrects) ? undefined : walk.before(p)
    // What was counted before the location was closed is not taken back any more: only more of it can be added, and zero is no more.
    if (earlier !== undefined) return { kind: 'earlier', already: earlier, answers: p.keyed === '0' ? ['discard'] : ['discard', 'add'] }
    return { kind: 'again', already: walk.already(p), answers: p.keyed === '0' ? ['discard', 'replace'] : ['replace', 'add', 'discard'] }
  }

  // Passes.

  async openPass(location: string, mode: Mode, task?: { assignment: string; round: number }, at = this.means.now()): Promise<Outcome> {
    this.mayOpen()
    const place = this.place(location)
    if (this.walk) {
      if (this.walk.record.location === location) return ok
      const { walk } = this, settled = await this.settle(true)
      if (settled) return settled
      const totals = await this.catalogue.reading(() => walk.totals(this.catalogue))
      return this.ask({ kind: 'leave', to: place, totals, answers: ['stay', 'leave'] }, async (reply, at) => {
        if (reply === 'stay') return {}
        await this.closePass(at)
        return this.openPass(location, mode, task, at)
      }, at)
    }
    const chosen = task && this.session.tasks.find((t) => t.location === location && t.assignment === task.assignment && t.round === task.round)
    const wire = chosen ?? taskAt(this.session, this.person, this.journal.passes, location)
    const earlier = this.journal.last(this.person, location, wire?.round ?? 1, wire?.assignment ?? '')
    if (!earlier) return this.begin(location, mode, wire, at)
    const walked = await this.journal.walked(earlier)
    // One pass replaces one other: what was added up of several stays unless a supervisor abandons it.
    const answers = earlier.continues ? ['cancel', 'continue'] as const : ['cancel', 'continue', 'replace'] as const
    const totals = await this.catalogue.reading(() => walked.totals(this.catalogue))
    return this.ask({ kind: 'second-pass', place, totals, answers }, async (reply, at) => {
      if (reply === 'cancel') return {}
      return this.begin(location, mode, wire, at, reply === 'continue' ? { continues: earlier.pass } : { replaces: earlier.pass })
    })
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
    await this.journal.begin(record, {
      kind: 'pass.opened', session, at, pass, location, round: record.round, person: this.person, mode,
      assignment: record.assignment || undefined, ...of,
    })
    await this.assign()
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
    await this.journal.close(at)
    this.changed()
    await this.assign()
    return ok
  }

  // Scans.

  /** Zero: where it is an item, none of it is here. */
  async scan(raw: string, entry: 'scan' | 'keyed', at: number, mode: Mode, zero = false): Promise<Scanned> {
    const id = await this.catalogue.reading(() => identify(raw, this.known()))
    const keyboard = id.arabicKeyboard ? { arabicKeyboard: true } : {}
    const answered = await this.answeredBy(id, at)
    if (answered) return { ...answered, ...keyboard }
    if (id.what === 'location') return { ...(await this.openPass(id.id!, mode, undefined, at)), what: 'location', ...keyboard }
    this.counting()
    this.mayOpen()
    if (zero) return { ...(await this.zeroOf(id, raw, entry, at)), what: 'item', ...keyboard }
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
      if (Math.abs(at - this.asked!.at) < bounce) throw new Refuse('label-again')
      return { ...(await this.answer('leave', at)), what: 'location' }
    }
    const another = id.what === 'location' && (q.kind === 'leave' || (q.kind === 'second-pass' && id.id !== q.place.location))
    if (q.kind !== 'invalid' && !another) throw new Refuse('answer-first')
    this.asked = undefined
    return undefined
  }

  /** An item that was searched for. */
  async choose(item: string, at: number): Promise<Scanned> {
    this.mayGoOn()
    this.counting()
    this.mayOpen()
    const found = await this.catalogue.reading(() => this.catalogue.item(item))
    if (!found) throw new Refuse('item-unknown')
    return this.see({ what: 'item', id: item, code: '', pack: packsOf(found)[0]!.pack, arabicKeyboard: false }, '', 'search', at)
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
    const { mode, multiplier } = walk.record
    const times = thousandths(multiplier)
    if (times !== undefined && !decimals && times % 1000) throw new Refuse('number-decimals')
    const measure = measureOf(id, this.item(p)?.unit ?? 'piece')
    const proposed = measure && !measure.package && times === undefined ? measure.amount : undefined
    if (measure?.package || (mode === 'each' && proposed === undefined && (!decimals || times !== undefined))) {
      const amount = measure?.package ? measure.amount * (times ?? 1000) / 1000 : times ?? 1000
      const one = { ...p, ...measure?.of }
      const quantity = Number.isInteger(amount) ? quantityOf(amount, one.pack) : undefined
      if (quantity === undefined) throw new Refuse('number-inexact')
      if (quantity > maxObserved) throw new Refuse('number-too-large')
      if (isUnusual(quantity, this.item(one)?.unit) || this.wantsLot(one)) { // something is to be asked first
        await this.record(settled, { pending: { ...one, keyed: keyedOf(amount), again: 'add', part: true }, multiplier: '' })
        return { ...(await this.confirm()), what }
      }
      await this.record([...settled, walk.observation(one, amount, at, false)], { pending: undefined, multiplier: '' })
      return { what, sound }
    }
    const again = walk.same(p).length > 0 || walk.before(p) !== undefined || (before !== undefined && before.item === p.item && (p.item !== undefined || before.code === p.code) &&
      (before.lot ?? '') === (p.lot ?? '') && (before.expiry ?? '') === (p.expiry ?? '') && !before.condition)
    const early = multiplier ? { keyed: multiplier, early: true } : proposed !== undefined ? { keyed: keyedOf(proposed), early: true } : {}
    await this.record(settled, { pending: { ...p, ...early, ...(again ? { again: 'ask' as const } : {}) }, multiplier: '' })
    return { what, sound: again ? 'check' : sound }
  }

  // Numbers.

  /** The events that confirm what is pending: none when nothing is. An outcome instead when a question stands in the way; scanned: of a scan. */
  private confirmation(scanned = false): EventFields[] | Outcome {
    const walk = this.counting()
    const p = walk.record.pending
    if (!p) return []
    if (p.again === 'ask') return look
    const again = scanned ? { again: true } : {}
    const amount = thousandths(p.keyed)
    if (amount === undefined) return this.ask({ kind: 'how-many', answers: ['discard'], ...again }, () => this.discard())
    const quantity = quantityOf(amount, p.pack)
    if (quantity === undefined) throw new Refuse('number-inexact')
    if (quantity > maxObserved) throw new Refuse('number-too-large')
    if (isUnusual(quantity, this.item(p)?.unit) && this.accepted !== p.keyed + '×' + p.pack) {
      return this.ask({ kind: 'large', quantity, answers: ['change', 'accept'] }, async (reply) => {
        if (reply === 'change') return {}
        this.accepted = p.keyed + '×' + p.pack
        return this.confirm()
      })
    }
    if (amount && this.wantsLot(p)) return this.askLot(walk, p, again)
    const taken = walk.steps.filter((s) => s.event.id === p.corrects && !s.reversed)
    if (p.again === 'replace') taken.push(...walk.same(p).filter((s) => !taken.includes(s)))
    return this.replacing(walk, taken, p, amount, p.keyedAt, walk.record.mode === 'quantity' && !p.part)
  }

  /** The events that record an entry in the place of others. It is all that is here only where no other stands. */
  private replacing(walk: Walk, taken: Step[], p: PendingRecord, amount: number, at: number, allHere: boolean): EventFields[] {
    return [...taken.map((s) => walk.reversal(s, this.means.now())), walk.observation(p, amount, at, allHere && walk.alone(p, taken))]
  }

  /** Asks for lot and expiry. The item's entry before it may have had the same. */
  private askLot(walk: Walk, p: PendingRecord, again: { again?: boolean }): Outcome {
    const before = [...walk.steps].reverse().find((s) => !s.reversed && s.event.item === p.item && (s.event.lot || s.event.expiry))?.event
    const last = before && { ...(before.lot ? { lot: before.lot } : {}), ...(before.expiry ? { expiry: before.expiry } : {}) }
    return this.ask({ kind: 'lot', ...(last ? { last } : {}), answers: last ? ['change', 'same', 'none'] : ['change', 'none'], ...again }, async (reply) => {
      if (reply === 'change') return {}
      await this.change((p) => this.anew({ ...described(p, reply === 'same' ? last! : {}, this.means.now()), lotSaid: true }))
      return (await this.settle()) ?? ok
    })
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
    this.mayGoOn()
    if (walk.record.pending) return (await this.settle()) ?? ok
    if (!walk.record.multiplier) return {}
    const newest = walk.newest()
    if (walk.record.mode !== 'each' || !newest) throw new Refuse('nothing-pending')
    this.mayOpen()
    const p = { ...pendingAnew(newest.event), keyed: walk.record.multiplier, keyedAt: this.means.now(), part: true }
    if (!takesDecimals(p, this.catalogue) && thousandths(p.keyed)! % 1000) throw new Refuse('number-decimals')
    await this.put({ pending: p, multiplier: '' })
    return this.confirm()
  }

  /** Over a question nothing goes on but its answer; how many is answered by keys. */
  private mayGoOn(): void {
    if (this.question && this.question.kind !== 'how-many') throw new Refuse('answer-first')
  }

  async key(key: Key, at: number): Promise<Outcome> {
    const walk = this.counting()
    this.mayGoOn()
    const p = walk.record.pending
    const was = !p ? walk.record.multiplier : p.early && key !== 'back' ? '' : p.keyed
    const keyed = this.keyed.press(was, key, !p || takesDecimals(p, this.catalogue), p ? { pending: p } : { multiplier: was })
    if (keyed === undefined) return {}
    await this.journal.put(p ? { pending: { ...unpriced(p), keyed, keyedAt: at } } : { multiplier: keyed })
    this.asked = undefined
    return {}
  }

  /** The last keys were no keys but the front of a scan: what they found is keyed again. */
  async unkey(keys: number): Promise<void> {
    const stood = this.keyed.before(keys)
    if (!this.walk || !stood || (this.question && this.question.kind !== 'how-many')) return
    await this.put(stood)
  }

  async zero(item: string | undefined, at: number): Promise<Outcome> {
    const walk = this.counting()
    this.mayGoOn()
    if (item !== undefined) {
      this.mayOpen()
      if (walk.record.pending?.item !== item) return this.zeroOf(item, '', 'search', at)
    }
    const p = walk.record.pending
    if (!p) throw new Refuse('nothing-pending')
    await this.put({ pending: { ...unpriced(p), keyed: '0', keyedAt: at } })
    return this.walk!.record.pending!.again === 'ask' ? look : this.confirm()
  }

  /** Zero of an item that is not in hand, whatever the mode. Nobody looked for what nobody knows. */
  private async zeroOf(seen: Identity | string, raw: string, entry: PendingRecord['entry'], at: number): Promise<Outcome> {
    const settled = await this.settle(entry === 'scan')
    if (settled) return settled
    const item = typeof seen === 'string' ? seen : seen.id, found = item === undefined ? undefined : await this.catalogue.reading(() => this.catalogue.item(item))
    if (!found) throw new Refuse(typeof seen === 'string' ? 'item-unknown' : 'zero-unknown')
    const id: Identity = typeof seen === 'string' ? { what: 'item', id: seen, code: '', pack: packsOf(found)[0]!.pack, arabicKeyboard: false } : seen
    const p = { ...this.pendingOf(id, raw, entry, at), keyed: '0' }
    const again = this.walk!.same(p).length > 0 || this.walk!.before(p) !== undefined
    await this.put({ pending: { ...p, ...(again ? { again: 'ask' as const } : {}) }, multiplier: '' })
    return again ? look : this.confirm()
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

  /**
   * Of what is pending, and where that was asked it goes on; else of an entry, which is recorded anew as it was said. An entry
   * that is being counted anew is what is pending.
   */
  async describe(said: Description, of?: Pending | Entry): Promise<Outcome> {
    const walk = this.counting(), entry = of && this.entryOf(of)
    if (walk.record.pending && !entry) {
      const asked = this.question?.kind === 'lot'
      await this.change((p) => {
        const next = described(p, said, this.means.now())
        return kinds.every((k) => next[k] === p[k]) ? next : this.anew(next)
      })
      return asked && !this.wantsLot(this.walk!.record.pending!) ? (await this.settle()) ?? ok : {}
    }
    this.mayGoOn()
    this.mayOpen()
    const step = entry ?? this.newest()
    const { price, unit_price: unitPrice } = step.event // the number is still the label's
    const was = { ...pendingAnew(step.event), ...(price && unitPrice ? { price, unitPrice } : {}) }
    const now = described(was, said, this.means.now())
    if ([...kinds, 'note' as const, 'photo' as const].every((k) => now[k] === was[k])) return {}
    await this.record(this.replacing(walk, [step], now, step.event.amount ?? 0, step.event.at, step.event.all_here ?? false))
    return {}
  }

  /** The entry that goods are now; undefined: they are what is pending. They may have been confirmed, described or discarded since they were seen. */
  entryOf({ code, item, scannedAt }: Pending | Entry): Step | undefined {
    const walk = this.counting(), p = walk.record.pending
    if (p && p.scannedAt === scannedAt && p.code === code && p.item === item?.id) return undefined
    const step = [...walk.steps].reverse().find(({ event: e, reversed }) => !reversed && (e.scanned_at ?? e.at) === scannedAt && (e.code ?? '') === code && e.item === item?.id)
    if (!step) throw new Refuse('goods-gone')
    return step
  }

  /** Another lot or condition may be the first of its kind here, or not. */
  private anew({ again, ...p }: PendingRecord): PendingRecord {
    if (p.part && again) return { ...p, again }
    return this.walk!.same(p).some((s) => s.event.id !== p.corrects) ? { ...p, again: 'ask' } : p
  }

  // Corrections and answers.

  async undo(of?: Pending | Entry): Promise<Outcome> {
    const walk = this.counting(), entry = of && (this.standing(of) ?? this.entryOf(of))
    if (walk.record.pending && !entry) return this.discard()
    this.mayGoOn()
    await this.record(walk.undoing(entry ?? this.newest(), this.means.now()))
    return ok
  }

  /** The very entry, where it still stands. */
  private standing(of: Pending | Entry): Step | undefined {
    return 'id' in of ? this.counting().steps.find((s) => s.event.id === of.id && !s.reversed) : undefined
  }

  private newest(): Step {
    const step = this.counting().newest()
    if (!step) throw new Refuse('nothing-to-undo')
    return step
  }

  async countAnew(of: Entry): Promise<Outcome> {
    this.mayGoOn()
    this.mayOpen()
    const settled = await this.settle()
    if (settled) return settled
    const entry = this.standing(of)
    if (!entry) throw new Refuse('goods-gone')
    await this.put({ pending: pendingAnew(entry.event), multiplier: '' })
    return {}
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
    const { asked, walk } = this
    if (asked) {
      this.asked = undefined
      try {
        return await asked.answer(reply, at)
      } catch (e) {
        if (!(e instanceof Refuse) && this.walk === walk) this.asked = asked // the store could not: the question stands where its pass does
        throw e
      }
    }
    if (reply === 'discard') return this.discard()
    await this.change((p) => ({ ...p, again: reply as 'replace' | 'add' }))
    return this.walk!.record.pending!.keyed === '0' ? this.confirm() : ok
  }

  // Storing.

  private async record(events: EventFields[], change: PassChange = {}): Promise<void> {
    if (!events.length) return this.put(change)
    await this.journal.record(events, change)
    this.accepted = undefined
    this.changed()
  }

  private async put(change: PassChange): Promise<void> {
    await this.journal.put(change)
    this.changed()
  }

  /** What was asked and keyed was about what stood before. */
  private changed(): void {
    this.asked = undefined
    this.keyed.forget()
  }
}
