// One pass in memory: its entries as its events tell them, what stands, and the events that an entry or its reversal makes.
// Pure: it stores nothing.
import type { EventFields, RecordedEvent } from '../store/event'
import type { EventRecord, PassRecord, PendingRecord } from '../store/schema'
import { packsOf, shown, type Catalogue } from './catalogue'
import { suggested, today } from './day'
import { quantityOf, thousandths } from './number'
import { wantsLot } from './pending'
import type { Condition, Entry, Item, Pass, Pending, Place, Totals } from './types'

type Recorded = RecordedEvent & { n: number }

/** What changes beside what events say; pending undefined: nothing is any more. */
export type PassChange = Partial<Omit<PassRecord, 'pending'>> & { pending?: PendingRecord | undefined }

export interface Step {
  event: Recorded
  reversed: boolean
  /** What was taken back for it, in the same act. */
  inPlaceOf: Step[]
  /** Taken back for another that stands in its place. */
  replaced: boolean
  /** As it was shown last, and on which day: a scan is answered after all is shown, and most entries are as they were. */
  shown?: Entry
  day?: string
}

export class Walk {
  readonly steps: Step[] = []
  /** What was taken back last and nothing stands for yet, and by the monotonic clock when: one act has one instant. */
  private taken: { steps: Step[]; mono: number } = { steps: [], mono: -1 }

  /** Earlier: what stands in the passes that this one adds to. */
  constructor(public record: PassRecord, private readonly earlier: readonly Step[] = []) {}

  static of(record: PassRecord, events: EventRecord[], earlier: readonly Step[] = []): Walk {
    const w = new Walk(record, earlier)
    for (const e of events) w.take({ ...(JSON.parse(e.body) as RecordedEvent), n: e.n })
    return w
  }

  /** Takes in what was recorded. */
  take(e: Recorded): void {
    if (e.kind === 'observed') this.steps.push(this.stepOf(e))
    if (e.kind !== 'reversed') return
    const step = this.steps.find((s) => s.event.id === e.reverses)
    if (!step) return
    step.reversed = true
    this.taken = { steps: [...(this.taken.mono === e.mono ? this.taken.steps : []), step], mono: e.mono }
  }

  /**
   * An entry, and what it stands for: what was taken back with it. Where a replacement was undone it is what it was, and described
   * anew it is the same count.
   */
  private stepOf(e: Recorded): Step {
    const taken = this.taken.mono === e.mono ? this.taken.steps.filter((s) => isSame(s.event, e)) : []
    const step = { event: e, reversed: false, inPlaceOf: taken, replaced: false }
    const restored = taken.flatMap((s) => s.inPlaceOf).find((s) => [...counted, ...said].every((k) => s.event[k] === e[k]))
    if (restored) return { ...step, inPlaceOf: restored.inPlaceOf }
    for (const s of taken) s.replaced = true
    this.taken = { steps: [], mono: -1 }
    const described = taken.find((s) => counted.every((k) => s.event[k] === e[k]))
    return described ? { ...step, inPlaceOf: described.inPlaceOf } : step
  }

  /** What stands of the same item, lot, expiry and condition; of an unknown code, under the same code. */
  same(p: Pick<PendingRecord, 'item' | 'code' | 'lot' | 'expiry' | 'condition'>): Step[] {
    return this.steps.filter(({ event: e, reversed }) => !reversed &&
      isSame(p, e) &&
      (e.lot ?? '') === (p.lot ?? '') && (e.expiry ?? '') === (p.expiry ?? '') && (e.condition ?? '') === (p.condition ?? ''))
  }

  /** How much of the same item, or unknown code, stands in the passes that this one adds to; undefined: none was counted there. */
  before(p: Pick<EventFields, 'item' | 'code'>): number | undefined {
    const found = this.earlier.filter((s) => isSame(p, s.event))
    return found.length ? found.reduce((sum, s) => sum + quantity(s.event), 0) : undefined
  }

  /** Whether nothing of it stands here but these, in the passes that this one adds to neither: an entry is then all that is here. */
  alone(of: Pick<EventFields, 'item' | 'code'>, but: readonly Step[]): boolean {
    return this.before(of) === undefined && !this.steps.some((s) => !s.reversed && !but.includes(s) && isSame(of, s.event))
  }

  already(p: PendingRecord): number {
    return this.same(p).filter((s) => s.event.id !== p.corrects).reduce((sum, s) => sum + quantity(s.event), 0)
  }

  newest(): Step | undefined {
    return [...this.steps].reverse().find((s) => !s.reversed)
  }

  /** The event of an entry. AllHere is said only where it is the item's one entry here. */
  observation(p: PendingRecord, amount: number, at: number, allHere: boolean): EventFields {
    return {
      kind: 'observed', session: this.record.session, pass: this.record.pass, at: Math.max(at, p.scannedAt), scanned_at: p.scannedAt,
      raw: p.raw === p.code ? undefined : p.raw || undefined, code: p.code || undefined, item: p.item, pack: p.pack, amount, all_here: allHere || undefined,
      condition: p.condition, lot: p.lot, expiry: p.expiry, entry: p.entry, undirected: p.undirected || undefined, note: p.note, photo: p.photo,
      price: p.price, unit_price: p.unitPrice,
    }
  }

  /** The event that takes an entry back: it repeats what it takes back. */
  reversal({ event: e }: Step, now: number): EventFields {
    return {
      kind: 'reversed', session: e.session, pass: e.pass, at: Math.max(now, e.scanned_at ?? 0), scanned_at: e.scanned_at, raw: e.raw, code: e.code,
      item: e.item, pack: e.pack, amount: e.amount, unit: e.unit, all_here: e.all_here, condition: e.condition, lot: e.lot, expiry: e.expiry,
      entry: e.entry, undirected: e.undirected, note: e.note, price: e.price, unit_price: e.unit_price, reverses: e.id,
    }
  }

  /** The events that undo an entry: what was taken back for it stands again as it was. It is all that is here only where no other stands. */
  undoing(step: Step, now: number): EventFields[] {
    const alone = step.inPlaceOf.length === 1 && this.alone(step.event, [step])
    return [this.reversal(step, now), ...step.inPlaceOf.map(({ event: { id, n, v, mono, offset, rtt, all_here, ...e } }): EventFields => ({ ...e, all_here: (alone && all_here) || undefined }))]
  }

  /** The pass's record after these events and changes. */
  after(events: EventFields[], change: PassChange = {}): PassRecord {
    const { pending, ...next } = { ...this.record, ...change }
    for (const e of events) {
      const sign = e.kind === 'observed' ? 1 : e.kind === 'reversed' ? -1 : 0
      next.observations += sign
      next.quantity += sign * quantity(e)
    }
    return pending ? { ...next, pending } : next
  }

  totals(catalogue: Catalogue): Totals {
    const items = new Set<string>()
    const unknown = new Set<string>()
    const units: Totals['units'] = {}
    for (const step of this.steps) {
      const e = step.event
      if (step.reversed) continue
      e.item ? items.add(e.item) : unknown.add(e.code ?? '')
      const unit = step.shown?.item?.unit ?? itemOf(catalogue, e.item)?.unit ?? 'piece' // thousands of items are not looked up for one scan
      units[unit] = (units[unit] ?? 0) + quantity(e)
    }
    return {
      observations: this.record.observations, quantity: this.record.quantity, units, items: items.size, unknown: unknown.size,
      missed: (this.record.items ?? []).filter((id) => !items.has(id)).map((id) => itemOf(catalogue, id)!),
    }
  }

  /** As the screens see it. */
  view(catalogue: Catalogue, place: Place, ackedN: number, now: number): Pass {
    const r = this.record, day = today(now)
    const shown = (step: Step) => this.entry(step, catalogue, ackedN, now, day)
    return {
      pass: r.pass, place, round: r.round, recount: r.round > 1, mode: r.mode, openedAt: r.openedAt, multiplier: r.multiplier, entries: this.steps.map(shown).reverse(),
      ...(r.items ? { items: r.items.map((id) => itemOf(catalogue, id)!) } : {}), totals: this.totals(catalogue),
      ...(r.pending ? { pending: this.pending(r.pending, catalogue, now) } : {}), earlier: this.earlier.map(shown),
    }
  }

  /** An entry as it is shown; most are as they were. */
  private entry(step: Step, catalogue: Catalogue, ackedN: number, now: number, day: string): Entry {
    const { event: e, reversed, replaced, inPlaceOf, shown } = step, sent = e.n <= ackedN
    if (shown?.reversed === reversed && shown.sent === sent && step.day === day) return shown // what an expiry suggests changes by the day
    step.day = day
    return (step.shown = {
      id: e.id, code: e.code ?? '', ...(shown?.item ? { item: shown.item } : optionalItem(catalogue, e.item)), pack: e.pack ?? 1000, undirected: e.undirected ?? false,
      ...detailsOf(e, now), ...(e.price && e.unit_price ? { price: { price: e.price, unit: e.unit_price } } : {}), at: e.at, scannedAt: e.scanned_at ?? e.at, amount: e.amount ?? 0, quantity: quantity(e), allHere: e.all_here ?? false, reversed, sent,
      ...(replaced ? { replaced } : {}), ...(inPlaceOf.length ? { restores: inPlaceOf.reduce((sum, s) => sum + quantity(s.event), 0) } : {}),
    })
  }

  private pending(p: PendingRecord, catalogue: Catalogue, now: number): Pending {
    const item = p.item ? catalogue.item(p.item) : undefined
    const amount = thousandths(p.keyed)
    const q = amount === undefined ? undefined : quantityOf(amount, p.pack)
    return {
      code: p.code, ...optionalItem(catalogue, p.item), pack: p.pack, undirected: p.undirected, scannedAt: p.scannedAt, keyed: p.keyed, ...(q === undefined ? {} : { quantity: q }),
      packs: packsOf(item), decimals: takesDecimals(p, catalogue), already: this.steps.reduce((sum, s) => sum + (!s.reversed && isSame(p, s.event) ? quantity(s.event) : 0), this.before(p) ?? 0),
      ...detailsOf(p, now), wantsLot: wantsLot(p, item), ...(p.bestBefore ? { bestBefore: p.bestBefore } : {}), ...(p.corrects ? { corrects: p.corrects } : {}),
      ...(p.again && p.again !== 'ask' ? { again: p.again } : {}),
    }
  }
}

/** What was said of goods besides their number, and what their expiry suggests. */
function detailsOf(of: Pick<EventFields, 'lot' | 'expiry' | 'condition' | 'note' | 'photo'>, now: number): Pick<Entry, 'lot' | 'expiry' | 'condition' | 'suggests' | 'note' | 'photo'> {
  const suggests = of.condition ? undefined : suggested(of.expiry, now)
  return {
    ...(of.lot ? { lot: of.lot } : {}), ...(of.expiry ? { expiry: of.expiry } : {}), ...(of.condition ? { condition: of.condition as Condition } : {}),
    ...(suggests ? { suggests } : {}), ...(of.note ? { note: of.note } : {}), ...(of.photo ? { photo: of.photo } : {}),
  }
}

/** Pieces are whole; so is what nobody knows. */
export function takesDecimals(p: PendingRecord, catalogue: Catalogue): boolean {
  const item = p.item ? catalogue.item(p.item) : undefined
  return item !== undefined && item.unit !== 'piece'
}

/** Whether both are of one item; of what nobody knows, of one code. */
const isSame = (a: Pick<EventFields, 'item' | 'code'>, b: Pick<EventFields, 'item' | 'code'>) => (a.item ? b.item === a.item : !b.item && b.code === a.code)

/** What makes two entries one count, and what may be said of it besides. */
const counted = ['at', 'scanned_at', 'raw', 'code', 'item', 'pack', 'amount', 'entry', 'price', 'unit_price'] as const
const said = ['condition', 'lot', 'expiry', 'note', 'photo'] as const

const quantity = (e: EventFields) => quantityOf(e.amount ?? 0, e.pack ?? 1000) ?? 0

function itemOf(catalogue: Catalogue, id: string | undefined): Item | undefined {
  if (!id) return undefined
  const item = catalogue.item(id)
  return item ? shown(item) : { id, name: { en: id }, unit: 'piece' }
}

function optionalItem(catalogue: Catalogue, id: string | undefined): { item?: Item } {
  const item = itemOf(catalogue, id)
  return item ? { item } : {}
}
