// What goods weigh that a scale labelled with a price. The twin of internal/gs1/weigh.go, which says how exact that is.

/** A million dinars, in fils: what a kilogram costs at most. */
export const maxUnitPrice = 1e9

/** Grams of goods that cost price fils at unitPrice fils a kilogram, to the nearest, half up; undefined where there are none. */
export function weightOf(price: number, unitPrice: number): number | undefined {
  if (!(price > 0 && price <= Number.MAX_SAFE_INTEGER && unitPrice > 0 && unitPrice <= maxUnitPrice)) return undefined
  const rest = price % unitPrice, whole = (price - rest) / unitPrice
  if (whole > Math.floor(Number.MAX_SAFE_INTEGER / 1000) - 1) return undefined
  return whole * 1000 + Math.floor((2000 * rest + unitPrice) / (2 * unitPrice))
}
