// What is being keyed: digits and at most one point, as text, until it is read as thousandths. Whole numbers only unless the
// unit is divisible. A number longer than any shelf could hold is not taken: it is a barcode typed into the wrong place.
export const longest = 6 // digits before the point

export function keyDigit(entry: string, digit: string): string {
  const [whole = '', fraction] = entry.split('.')
  if (fraction !== undefined) return fraction.length < 3 ? entry + digit : entry
  if (whole === '0') return digit
  return whole.length < longest ? entry + digit : entry
}

export function keyPoint(entry: string): string {
  return entry.includes('.') ? entry : (entry || '0') + '.'
}

export function erase(entry: string): string {
  return entry.slice(0, -1)
}

// thousandths reads what is keyed; undefined when nothing is.
export function thousandths(entry: string): number | undefined {
  if (!/[0-9]/.test(entry)) return undefined
  const [whole = '', fraction = ''] = entry.split('.')
  return Number(whole || '0') * 1000 + Number(fraction.padEnd(3, '0'))
}
