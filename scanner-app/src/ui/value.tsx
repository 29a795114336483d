// Codes, numbers and names on screen. Codes and numbers read left to right in both languages and are isolated; a name may be
// of either direction and is isolated too.
import { formatNumber, formatQuantity, writeDigits } from '../i18n/number'
import { digits, nameOf, type Named } from '../i18n/text'
import type { Item } from '../model/types'

export function Code({ children }: { children: string }) {
  return <bdi dir="ltr" class="code">{children}</bdi>
}

// Count is a number of things.
export function Count({ n }: { n: number }) {
  return <bdi dir="ltr" class="number">{formatNumber(n, digits.value)}</bdi>
}

// figureOf writes a quantity, thousandths, as its unit is written: a weight to the gram, as scales and their labels do, all else with
// no more decimals than it has.
export function figureOf(item: Pick<Item, 'unit'> | undefined, quantity: number): string {
  return formatQuantity(quantity, digits.value, item?.unit === 'kg' ? 3 : 0)
}

// Amount is a quantity in thousandths.
export function Amount({ of, item }: { of: number; item: Item | undefined }) {
  return <bdi dir="ltr" class="number">{figureOf(item, of)}</bdi>
}

// Keyed is what is being typed, as it stands.
export function Keyed({ children }: { children: string }) {
  return <bdi dir="ltr" class="number">{writeDigits(digits.value === 'arab' ? children.replace('.', '٫') : children, digits.value)}</bdi>
}

export function Name({ of }: { of: Named | undefined }) {
  return <bdi>{nameOf(of)}</bdi>
}
