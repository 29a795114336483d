// What is about to be counted and has no number yet: made from a scan, or from an entry that is counted anew. Pure.
import type { RecordedEvent } from '../store/event'
import type { CatalogueItem, PendingRecord } from '../store/schema'
import { dayOf, suggested } from './day'
import type { Identity } from './identify'
import { Refuse } from './refusal'
import { maxNote, type Description } from './types'

/** A longer scan is kept as its code alone: an event has room for it once. */
const maxRaw = 1024

/** The longest lot, characters. */
const maxLot = 64

export function pendingOf(id: Identity, raw: string, entry: PendingRecord['entry'], at: number, undirected: boolean): PendingRecord {
  return {
    raw: raw.length > maxRaw ? '' : raw, code: id.code, entry, scannedAt: at, keyedAt: at, keyed: '', ...(id.what === 'item' ? { item: id.id! } : {}),
    pack: id.pack ?? 1000, ...(id.lot ? { lot: id.lot } : {}), ...(id.expiry ? { expiry: id.expiry } : {}), ...(id.bestBefore ? { bestBefore: id.bestBefore } : {}), ...(suggested(id.expiry, at) === 'expired' ? { condition: 'expired' as const } : {}), undirected,
  }
}

/** How much there is by its label. */
export interface Measure {
  /** Thousandths of what is counted. */
  amount: number
  /** One package's, sold as such: it is so much. Of a pallet or a case it is only proposed, which may have been opened. */
  package: boolean
  of: Partial<Pick<PendingRecord, 'pack' | 'price' | 'unitPrice'>>
}

/**
 * What the label itself says of how much, for what is counted in unit. Pieces have a count; kilograms are no litres and no metres,
 * and only what a price made of the item's own unit price is in any unit.
 */
export function measureOf(id: Identity, unit: string): Measure | undefined {
  if (unit === 'piece') return id.count === undefined ? undefined : { amount: id.count * 1000, package: id.package ?? false, of: {} }
  if (id.weight === undefined || (unit !== 'kg' && id.price === undefined)) return undefined
  return { amount: id.weight, package: true, of: { pack: 1000, ...(id.price ? { price: id.price, unitPrice: id.unitPrice! } : {}) } }
}

/** An entry as it was before its number; said marks that its lot needs no asking again. */
export function pendingAnew(e: RecordedEvent): PendingRecord {
  return {
    raw: e.raw ?? '', code: e.code ?? '', entry: e.entry ?? 'scan', scannedAt: e.scanned_at ?? e.at, keyedAt: e.at, keyed: '', pack: e.pack ?? 1000,
    undirected: e.undirected ?? false, corrects: e.id, ...(e.item ? { item: e.item } : {}), ...(e.lot ? { lot: e.lot } : {}),
    ...(e.expiry ? { expiry: e.expiry } : {}), ...(e.condition ? { condition: e.condition as NonNullable<PendingRecord['condition']> } : {}),
    ...(e.note ? { note: e.note } : {}), ...(e.photo ? { photo: e.photo } : {}), lotSaid: true,
  }
}

/** Whether lot and expiry are wanted, and neither read nor said: one of the two is enough once a person has looked. */
export function wantsLot(p: PendingRecord, item: CatalogueItem | undefined): boolean {
  return (item?.lots ?? false) && !p.lotSaid && !(p.lot && p.expiry)
}

/** With what a person says of it besides its number. */
export function described(p: PendingRecord, said: Description, now: number): PendingRecord {
  const { condition, lot, expiry, note, photo, ...rest } = p
  const next: PendingRecord = { ...rest }
  const c = said.condition === undefined ? condition : said.condition === 'saleable' ? undefined : said.condition
  if (c) next.condition = c
  const l = said.lot === undefined ? lot : said.lot.trim().slice(0, maxLot)
  if (l) next.lot = l
  const day = said.expiry === undefined ? expiry : said.expiry.trim() && dayOf(said.expiry)
  if (day === undefined && said.expiry !== undefined) throw new Refuse('lot-date')
  if (day) next.expiry = day
  if (day && day !== expiry && !c && said.condition === undefined && suggested(day, now) === 'expired') next.condition = 'expired' // chosen as long as nobody says otherwise
  const told = said.note === undefined ? note : [...said.note.trim()].slice(0, maxNote).join('')
  if (told) next.note = told
  const shown = said.photo ?? photo
  if (shown) next.photo = shown
  if ((said.lot !== undefined || said.expiry !== undefined) && (l || day)) next.lotSaid = true
  return next
}
