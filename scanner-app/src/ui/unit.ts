// What one of what is counted is called: a piece, a kilo, a case of so many.
import { formatQuantity } from '../i18n/number'
import { digits, text } from '../i18n/text'
import type { Item } from '../model/types'

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
