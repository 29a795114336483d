// What one of what is counted is called: a piece, a kilo, a case of so many.
import { formatQuantity } from '../i18n/number'
import { digits, text } from '../i18n/text'
import type { Entry, Item, Totals } from '../model/types'
import { figureOf } from './value'

// unitOf names the unit as it stands alone.
export function unitOf(item: Item | undefined): string {
  switch (item?.unit) {
    case 'kg': return text('unit.kilo')
    case 'litre': return text('unit.litre')
    case 'metre': return text('unit.metre')
    default: return text('unit.piece')
  }
}

// packOf names the unit that is counted: the base unit, or a pack of several.
export function packOf(item: Item | undefined, pack: number): string {
  if (pack === 1000) return unitOf(item)
  return text('unit.carton.of', { size: formatQuantity(pack, digits.value) })
}

// amountOf writes so much of it, thousandths, with its unit, as one says it: two pieces are one word in Arabic. No line ends between them.
export function amountOf(item: Pick<Item, 'unit'> | undefined, quantity: number): string {
  const said = { n: quantity / 1000, q: figureOf(item, quantity) }
  switch (item?.unit) {
    case 'kg': return whole(text('amount.kilo', said))
    case 'litre': return whole(text('amount.litre', said))
    case 'metre': return whole(text('amount.metre', said))
    default: return whole(text('amount.piece', said))
  }
}

const whole = (words: string) => words.replace(/ /g, '\u00a0')

// countedOf writes what was counted and what that is: 12 cases = 120 pieces.
export function countedOf({ item, pack, amount, quantity }: Pick<Entry, 'item' | 'pack' | 'amount' | 'quantity'>): string {
  if (amount === 0) return text('zero')
  if (pack === 1000) return amountOf(item, quantity)
  return `${whole(text('amount.carton', { n: amount / 1000, q: formatQuantity(amount, digits.value) }))} = ${amountOf(item, quantity)}`
}

// unitsOf says how much there is of each unit: pieces and kilos make no sum.
export function unitsOf({ units }: Totals): string[] {
  const said = (['piece', 'kg', 'litre', 'metre'] as const).filter((u) => units[u]).map((unit) => amountOf({ unit }, units[unit]!))
  return said.length ? said : [formatQuantity(0, digits.value)]
}
