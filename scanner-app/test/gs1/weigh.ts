// The twin of Scan.Weigh, by which golden cases with a unit price were made: the app keeps weight and price apart.
import { warn } from '../../src/gs1/answer'
import type { Scan } from '../../src/gs1/scan'
import { weightOf } from '../../src/gs1/weigh'

/** Gives a label that says a price and no weight its weight, and warns that it was worked out. */
export function weigh(s: Scan, unitPrice: number): void {
  if (s.price_fils === undefined || s.weight_g !== undefined) return
  const grams = weightOf(s.price_fils, unitPrice)
  if (grams === undefined) return
  s.weight_g = grams
  warn(s, 'weight-from-price')
}
