// Moving stock within the site while people count: goods are taken at one location, carried, and placed at another. What is in
// hand is stored from its first scan on and lives through a killed tab; placing it makes one event of each kind of goods.
import type { Scheme } from '../gs1/decode'
import type { EventFields } from '../store/event'
import { randomId } from '../store/event'
import type { GoodsRecord, MoveRecord, PackRecord } from '../store/schema'
import { packsOf, shown, type Catalogue } from './catalogue'
import { identify, type Identity } from './identify'
import type { Means } from './journal'
import { Keyed } from './keyed'
import { isUnusual, keyedOf, maxObserved, quantityOf, thousandths } from './number'
import { measureOf, pendingOf } from './pending'
import { Refuse } from './refusal'
import type { Goods, Key, Move, Outcome, Place, Scanned } from './types'

const ok: Outcome = { sound: 'ok' }

/** A code that breaks its rules, read twice within so many ms, was read once. */
const bounce = 1000

/** A move not begun yet has no from. */
type Draft = Omit<MoveRecord, 'from'> & { from?: string }

export class Moving {
  /** The move on the screen: scans and keys are for it. */
  private open: Draft | undefined
  private readonly keyed = new Keyed<GoodsRecord>()
  /** The code that broke its rules, and when. */
  private doubted: { raw: string; at: number } | undefined
  /** The numbers, one of them unusual, that were looked at twice. */
  private accepted = ''

  private constructor(
    private readonly means: Means, private readonly pack: PackRecord, private readonly catalogue: Catalogue, private readonly schemes: readonly Scheme[],
    private readonly person: string, private all: MoveRecord[],
  ) {}

  static async load(means: Means, pack: PackRecord, catalogue: Catalogue, schemes: readonly Scheme[], person: string): Promise<Moving> {
    const held = new Set((await means.store.sessions()).map((s) => s.session))
    const all = ((await means.store.get('moves')) ?? []).filter((m) => held.has(m.session))
    const m = new Moving(means, pack, catalogue, schemes, person, all)
    await catalogue.reading(() => m.view([], 0)) // what is in hand is read
    return m
  }

  get active(): boolean { return this.open !== undefined }

  private mine(): MoveRecord[] {
    return this.all.filter((m) => m.session === this.pack.session && m.person === this.person)
  }

  /** What is in hand first, then newest first. */
  view(places: readonly Place[], ackedN: number): { moving: Move | undefined; moves: Move[] } {
    const moves = this.mine().map((m) => this.move(m, places, ackedN)).reverse()
    moves.sort((a, b) => Number(a.state !== 'in-hand') - Number(b.state !== 'in-hand'))
    return { moving: this.open && this.move(this.open, places, ackedN), moves }
  }

  private move(m: Draft, places: readonly Place[], ackedN: number): Move {
    const at = (id: string | undefined) => places.find((p) => p.location === id)
    const from = at(m.from), to = at(m.to)
    const gone = m.placedAt !== undefined && m.goods.every((g) => g.reversed)
    return {
      move: m.move, state: gone ? 'taken-back' : m.placedAt !== undefined ? 'placed' : 'in-hand', ...(from ? { from } : {}), ...(to ? { to } : {}),
      goods: m.goods.map((g) => this.goods(g)), ...(m.placedAt === undefined ? {} : { placedAt: m.placedAt }), ...(m.goods[0] ? { takenAt: m.goods[0].takenAt } : {}),
      sent: m.goods.every((g) => (g.n ?? Infinity) <= ackedN),
    }
  }

  private goods(g: GoodsRecord): Goods {
    const item = g.item ? this.catalogue.item(g.item) : undefined
    const amount = thousandths(g.keyed)
    const quantity = amount === undefined ? undefined : quantityOf(amount, g.pack)
    return {
      code: g.code, ...(item ? { item: shown(item) } : {}), pack: g.pack, keyed: g.keyed, packs: packsOf(item), decimals: this.decimals(g),
      ...(quantity === undefined ? {} : { quantity }), ...(g.lot ? { lot: g.lot } : {}), ...(g.expiry ? { expiry: g.expiry } : {}),
    }
  }

  private decimals(g: GoodsRecord): boolean {
    const item = g.item ? this.catalogue.item(g.item) : undefined
    return item !== undefined && item.unit !== 'piece'
  }

  /** Puts a move on the screen: the one named, else one in hand, else, where something may be taken, a new one from here. */
  begin(here: string | undefined, mayTake: () => void, move?: string): void {
    const inHand = this.mine().filter((m) => m.placedAt === undefined)
    const found = move === undefined ? inHand[inHand.length - 1] : inHand.find((m) => m.move === move)
    if (!found) mayTake()
    this.open = found ?? { move: randomId(this.means.random), session: this.pack.session, person: this.person, goods: [], ...(here ? { from: here } : {}) }
    this.keyed.forget()
  }

  /** Leaves the screen; what was taken stays in hand. */
  leave(): void { this.open = undefined }

  private now(): Draft {
    if (!this.open) throw new Refuse('nothing-asked')
    return this.open
  }

  /** MayTake throws why nothing more is taken; what is in hand may still be placed. */
  async scan(raw: string, entry: 'scan' | 'keyed', at: number, mayTake: () => void): Promise<Scanned> {
    const isLocation = (code: string) => this.pack.site.locations.some((l) => l.id === code)
    const id = await this.catalogue.reading(() => identify(raw, { catalogue: this.catalogue, schemes: this.schemes, isLocation }))
    const keyboard = id.arabicKeyboard ? { arabicKeyboard: true } : {}
    if (id.what === 'location') return { ...(await this.at(id.id!)), what: 'location', ...keyboard }
    mayTake()
    if (id.what === 'invalid') this.doubt(raw, at)
    return { ...(await this.take(id, raw, entry, at)), ...keyboard }
  }

  /** What breaks the rules of its code is taken as it was read only once it was read so twice. */
  private doubt(raw: string, at: number): void {
    this.now()
    const { doubted } = this
    if (doubted?.raw === raw && Math.abs(at - doubted.at) >= bounce) return
    if (doubted?.raw !== raw) this.doubted = { raw, at }
    throw new Refuse('move-invalid')
  }

  /** The label of a location: where the goods come from, or, once some were taken, where they go. */
  async at(location: string): Promise<Outcome> {
    const m = this.now()
    if (!this.pack.site.locations.some((l) => l.id === location)) throw new Refuse('location-unknown')
    if (!m.goods.length) {
      this.open = { ...m, from: location }
      return ok
    }
    if (location === m.from) throw new Refuse('move-same')
    await this.put({ ...m, to: location })
    return ok
  }

  async choose(item: string, at: number, mayTake: () => void): Promise<Scanned> {
    mayTake()
    const found = await this.catalogue.reading(() => this.catalogue.item(item))
    if (!found) throw new Refuse('item-unknown')
    return this.take({ what: 'item', id: item, code: '', pack: packsOf(found)[0]!.pack, arabicKeyboard: false }, '', 'search', at)
  }

  /** Something is taken. The same goods again are the ones that are keyed now: the first digit begins their number anew. */
  private async take(id: Identity, raw: string, entry: GoodsRecord['entry'], at: number): Promise<Scanned> {
    const m = this.now()
    if (m.from === undefined) throw new Refuse('move-from')
    const p = pendingOf(id, raw, entry, at, false)
    const { raw: kept, code, item, pack, lot, expiry } = p
    const measure = measureOf(id, (item && this.catalogue.item(item)?.unit) || 'piece')
    const taken: GoodsRecord = {
      raw: kept, code, entry, keyed: measure ? keyedOf(measure.amount) : '', pack: measure?.of.pack ?? pack, takenAt: at, ...(item ? { item } : {}),
      ...(lot ? { lot } : {}), ...(expiry ? { expiry } : {}), ...(measure && !measure.package ? { early: true } : {}),
    }
    const again = measure?.package ? -1 : m.goods.findIndex((g) => (item ? g.item === item : !g.item && g.code === code) && g.lot === lot && g.expiry === expiry && g.pack === pack)
    const goods = again < 0 ? [...m.goods, taken] : [...m.goods.filter((_, n) => n !== again), { ...m.goods[again]!, early: true }]
    await this.put({ ...m, goods })
    return { what: item ? 'item' : 'unknown-code', sound: again >= 0 ? 'check' : item ? 'ok' : 'unknown' }
  }

  async key(key: Key): Promise<Outcome> {
    const m = this.now()
    const stood = this.current(m)
    const { early, ...g } = stood
    const keyed = this.keyed.press(early && key !== 'back' ? '' : g.keyed, key, this.decimals(g), stood)
    if (keyed !== undefined) await this.store(this.with(m, { ...g, keyed }))
    return {}
  }

  async unkey(keys: number): Promise<void> {
    const stood = this.keyed.before(keys)
    if (this.open && stood) await this.put(this.with(this.open, stood))
  }

  async switchPack(): Promise<Outcome> {
    const m = this.now()
    const g = this.current(m)
    const packs = packsOf(g.item ? this.catalogue.item(g.item) : undefined)
    await this.put(this.with(m, { ...g, pack: packs[(packs.findIndex((k) => k.pack === g.pack) + 1) % packs.length]!.pack }))
    return {}
  }

  /** Puts the goods taken last back: they are not carried. */
  async undo(): Promise<Outcome> {
    const m = this.now()
    this.current(m)
    const goods = m.goods.slice(0, -1)
    if (goods.length) await this.put({ ...m, goods })
    else {
      await this.keepAll(this.all.filter((x) => x.move !== m.move))
      const { to: _, ...rest } = m
      this.open = { ...rest, goods }
    }
    return ok
  }

  private current(m: Draft): GoodsRecord {
    const g = m.goods[m.goods.length - 1]
    if (!g) throw new Refuse('move-empty')
    return g
  }

  private with = (m: Draft, g: GoodsRecord): Draft => ({ ...m, goods: [...m.goods.slice(0, -1), g] })

  /** All of it was placed at its destination, now. */
  async place(): Promise<Outcome> {
    const m = this.now()
    const { from, to } = m
    this.current(m)
    if (from === undefined) throw new Refuse('move-from')
    if (to === undefined) throw new Refuse('move-to')
    const now = this.means.now()
    let large = false
    const events = m.goods.map((g): EventFields => {
      const amount = thousandths(g.keyed)
      if (!amount) throw new Refuse('move-number')
      const quantity = quantityOf(amount, g.pack)
      if (quantity === undefined || (amount % 1000 && !this.decimals(g))) throw new Refuse('number-inexact')
      if (quantity > maxObserved) throw new Refuse('number-too-large')
      large ||= isUnusual(quantity, g.item ? this.catalogue.item(g.item)?.unit : undefined)
      return { kind: 'moved', session: m.session, at: Math.max(now, g.takenAt), person: m.person, ...goodsFields(g, amount), from, to, taken_at: g.takenAt }
    })
    const numbers = m.move + m.goods.map((g) => ' ' + g.keyed + '×' + g.pack).join('')
    if (large && this.accepted !== numbers) {
      this.accepted = numbers
      throw new Refuse('move-large')
    }
    let all = this.all
    await this.means.store.record(events, undefined, (recorded) => {
      const goods = m.goods.map((g, n) => ({ ...g, event: recorded[n]!.id, n: recorded[n]!.n }))
      return (all = all.map((x) => (x.move === m.move ? { ...x, to, goods, placedAt: now } : x)))
    })
    this.all = all
    this.open = undefined
    return ok
  }

  /** A placed move did not happen as it was recorded. */
  async takeBack(move: string): Promise<Outcome> {
    const m = this.mine().find((x) => x.move === move && x.placedAt !== undefined)
    const standing = m?.goods.filter((g) => g.event !== undefined && !g.reversed) ?? []
    if (!m || !standing.length) throw new Refuse('nothing-to-undo')
    const now = this.means.now()
    const all = this.all.map((x) => (x.move === move ? { ...x, goods: x.goods.map((g) => ({ ...g, reversed: true })) } : x))
    await this.means.store.record(standing.map((g): EventFields => ({
      kind: 'reversed', session: m.session, at: Math.max(now, g.takenAt), ...goodsFields(g, thousandths(g.keyed)!), from: m.from, to: m.to, taken_at: g.takenAt,
      reverses: g.event,
    })), undefined, () => all)
    this.all = all
    return ok
  }

  private async put(m: Draft): Promise<void> {
    await this.store(m)
    this.keyed.forget()
  }

  private async store(m: Draft): Promise<void> {
    if (m.from === undefined) return
    const record = { ...m, from: m.from }
    const known = this.all.some((x) => x.move === m.move)
    await this.keepAll(known ? this.all.map((x) => (x.move === m.move ? record : x)) : [...this.all, record])
    this.open = record
  }

  private async keepAll(all: MoveRecord[]): Promise<void> {
    await this.means.store.put('moves', all)
    this.all = all
  }
}

const goodsFields = (g: GoodsRecord, amount: number): Partial<EventFields> => ({
  raw: g.raw === g.code ? undefined : g.raw || undefined, code: g.code || undefined, item: g.item, pack: g.pack, amount, lot: g.lot, expiry: g.expiry, entry: g.entry,
})
