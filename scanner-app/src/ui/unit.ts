// What one of what is counted is called: a piece, a kilo, a case of so many.
import { formatQuantity } from '../i18n/number'
import { digits, language, text } from '../i18n/text'
import type { Item } from '../model/types'

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
  return text('unit.carton.of', { size: formatQuantity(pack, language.value, digits.value) })
}
