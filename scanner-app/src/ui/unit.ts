// What one of what is counted is called: a piece, a kilo, a case of so many.
import { formatQuantity } from '../i18n/number'
import { digits, text } from '../i18n/text'
import type { Entry, Item, Totals } from '../model/types'

// unitOf names the unit as it stands behind so much of it, thousandths; without a quantity, as it stands alone.
export function unitOf(item: Item | undefined, quantity = 1000): string {
  const n = quantity / 1000
  switch (item?.unit) {
    case 'kg': return text('unit.kilo', { n })
    case 'litre': return text('unit.litre', { n })
    case 'metre': return text('unit.metre', { n })
    default: return text('unit.piece', { n })
  }
}

// packOf names the unit that is counted: the base unit, or a pack of several.
export function packOf(item: Item | undefined, pack: number): string {
  if (pack === 1000) return unitOf(item)
  return text('unit.carton.of', { size: formatQuantity(pack, digits.value) })
}

// amountOf writes so much of it with its unit, as one says it: two pieces are one word in Arabic.
export function amountOf(item: Pick<Item, 'unit'> | undefined, quantity: number): string {
  const said = { n: quantity / 1000, q: formatQuantity(quantity, digits.value) }
  switch (item?.unit) {
    case 'kg': return text('amount.kilo', said)
    case 'litre': return text('amount.litre', said)
    case 'metre': return text('amount.metre', said)
    default: return text('amount.piece', said)
  }
}

// countedOf writes what was counted and what that is: 12 cases = 120 pieces.
export function countedOf({ item, pack, amount, quantity }: Pick<Entry, 'item' | 'pack' | 'amount' | 'quantity'>): string {
  if (amount === 0) return text('zero')
  if (pack === 1000) return amountOf(item, quantity)
  return `${text('amount.carton', { n: amount / 1000, q: formatQuantity(amount, digits.value) })} = ${amountOf(item, quantity)}`
}

// unitsOf says how much there is of each unit: pieces and kilos make no sum.
export function unitsOf({ units }: Totals): string[] {
  const said = (['piece', 'kg', 'litre', 'metre'] as const).filter((u) => units[u]).map((unit) => amountOf({ unit }, units[unit]!))
  return said.length ? said : [formatQuantity(0, digits.value)]
}
