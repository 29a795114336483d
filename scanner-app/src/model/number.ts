// Numbers as they are keyed, and quantities in thousandths. Never floats: products are whole or refused.
import type { Item, Key } from './types'

/** The greatest quantity of one observation, in thousandths: ten million units. A barcode in a number field is far above. */
export const maxObserved = 10_000_000_000

/** From this quantity on a second look is asked for: 1,000 pieces or metres, 100 kg or litres, in thousandths of them. */
const unusual: Record<Item['unit'], number> = { piece: 1_000_000, metre: 1_000_000, kg: 100_000, litre: 100_000 }

export const isUnusual = (quantity: number, unit: Item['unit'] = 'piece') => quantity >= unusual[unit]

/** What was keyed after one more key. Unchanged where the key has no place. */
export function keyedAfter(keyed: string, key: Key, decimals: boolean): string {
  if (key === 'back') return keyed.slice(0, -1)
  if (key === 'clear') return ''
  const [whole = '', fraction] = keyed.split('.')
  if (key === '.') return !decimals || fraction !== undefined ? keyed : (keyed || '0') + '.'
  if (fraction !== undefined) return fraction.length >= 3 ? keyed : keyed + key
  if (whole === '0') return key // no leading zeros
  return whole.length >= 8 ? keyed : keyed + key
}

/** What was keyed, in thousandths; undefined when nothing was. */
export function thousandths(keyed: string): number | undefined {
  if (!/\d/.test(keyed)) return undefined
  const [whole = '', fraction = ''] = keyed.split('.')
  return Number(whole || '0') * 1000 + Number(fraction.padEnd(3, '0'))
}

/** Thousandths as they are keyed. */
export function keyedOf(thousandths: number): string {
  const fraction = String(thousandths % 1000).padStart(3, '0').replace(/0+$/, '')
  return Math.floor(thousandths / 1000) + (fraction && '.' + fraction)
}

/** amount × pack / 1000, or undefined where that is not whole. */
export function quantityOf(amount: number, pack: number): number | undefined {
  const product = BigInt(amount) * BigInt(pack)
  return product % 1000n === 0n ? Number(product / 1000n) : undefined
}
