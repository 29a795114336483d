// What a scan stands for: a catalogue code by its text first, a location's label, and only then what the decoder says.
import { arabicKeyboard, codeOf, decode, fromArabicLayout, maxScan, type Scan, type Scheme } from '../gs1/decode'
import { weightOf } from '../gs1/weigh'
import type { Catalogue } from './catalogue'
import { Refuse } from './refusal'

export interface Identity {
  what: 'item' | 'unknown' | 'location' | 'invalid'
  /** The text less AIM identifier and terminators: what is counted under when nobody knows it. */
  code: string
  /** Location or item. */
  id?: string
  /** Of the item, thousandths. */
  pack?: number
  /** What the label itself weighs, thousandths of a kilogram: as it says, or as its price makes at the item's price. */
  weight?: number
  /** Where its price made the weight: that price and the item's, fils. */
  price?: number
  unitPrice?: number
  /** How many the label says that there are, in packs. */
  count?: number
  /** They are one package, sold as such: not a number to look at, as that of a pallet is. */
  package?: boolean
  lot?: string
  expiry?: string
  /** Where it bears no expiry. */
  bestBefore?: string
  /** Why it is invalid. */
  fault?: string
  arabicKeyboard: boolean
}

export interface Known {
  catalogue: Catalogue
  schemes: readonly Scheme[]
  isLocation(code: string): boolean
}

export function identify(raw: string, known: Known): Identity {
  if (raw.length > maxScan || new TextEncoder().encode(raw).length > maxScan) throw new Refuse('scan-too-long')
  const code = codeOf(raw)
  if (!code) throw new Refuse('scan-empty')
  const direct = byText(code, known)
  if (direct) return { ...direct, code, arabicKeyboard: false }
  // In-house codes and labels have no check digit that could prove a recovery: that this catalogue knows them does.
  const keys = fromArabicLayout(raw)
  const recovered = keys === undefined ? '' : codeOf(keys)
  const typed = recovered && recovered !== code ? byText(recovered, known) : undefined
  if (typed) return { ...typed, code: recovered, arabicKeyboard: true }
  const scan = decode(raw, { schemes: known.schemes })
  const recoveredByProof = scan.warnings?.includes(arabicKeyboard) ?? false
  const rest = {
    code: recoveredByProof && recovered ? recovered : code, arabicKeyboard: recoveredByProof,
    ...(scan.lot ? { lot: scan.lot } : {}), ...(scan.expiry ? { expiry: scan.expiry } : scan.best_before ? { bestBefore: scan.best_before } : {}),
  }
  if (scan.kind === 'invalid') return { what: 'invalid', fault: scan.error ?? '', ...rest }
  const found = scan.gtin14 ? known.catalogue.gtin(scan.gtin14) : scan.item ? known.catalogue.code(scan.item) : undefined
  if (!found) return { what: 'unknown', ...rest }
  return { what: 'item', id: found.item.id, pack: found.pack, ...measured(scan, found.item.price), ...rest }
}

/** How much there is, where the label says so. */
function measured(scan: Scan, unitPrice: number | undefined): Partial<Identity> {
  const count = scan.quantity ? { count: scan.quantity, package: scan.kind === 'variable-measure' } : {}
  if (scan.weight_g) return { weight: scan.weight_g, ...count }
  const weight = scan.price_fils && unitPrice ? weightOf(scan.price_fils, unitPrice) : undefined
  return weight ? { weight, price: scan.price_fils!, unitPrice: unitPrice!, ...count } : count
}

function byText(code: string, known: Known): { what: 'item' | 'location'; id: string; pack?: number } | undefined {
  const found = known.catalogue.code(code)
  if (found) return { what: 'item', id: found.item.id, pack: found.pack }
  return known.isLocation(code) ? { what: 'location', id: code } : undefined
}
