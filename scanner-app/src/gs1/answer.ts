// What elements say together. The twin of internal/gs1/answer.go.
import { calendarDay } from './date'
import { family, type Element } from './element'
import { restricted } from './restricted'
import type { Kind, Scan } from './scan'

const dinar = '414' // ISO 4217

/** Adds a warning to s, once. */
export function warn(s: Scan, code: string, ai = ''): void {
  const text = ai ? `${code} (${ai})` : code
  if (!s.warnings?.includes(text)) s.warnings = [...(s.warnings ?? []), text]
}

/** The answer that elements give, beside the warnings that there are already. */
export function answer(kind: Kind, elements: readonly Element[], year: number, warnings: readonly string[] = []): Scan {
  const s: Scan = { kind }
  for (const w of warnings) warn(s, w)
  const value = (ai: string) => elements.find((e) => e.ai === ai)?.value
  const set = (key: 'gtin14' | 'lot' | 'serial' | 'sscc' | 'expiry' | 'best_before' | 'production', v: string | undefined) => {
    if (v !== undefined) s[key] = v
  }
  const day = (ai: string) => {
    const v = value(ai)
    return v === undefined ? v : calendarDay(v, year, true)
  }
  const contained = value('02')
  set('gtin14', value('01') ?? contained ?? value('03'))
  set('lot', value('10'))
  set('serial', value('21'))
  set('sscc', value('00'))
  set('production', day('11'))
  set('best_before', day('15'))
  set('expiry', day('17'))

  const prices: number[] = []
  const price = (ai: string, digits: string) => {
    // More than three decimals are never fils, even where they are zeros: nobody prints dinars so.
    const decimals = Number(ai[3]), fils = decimals <= 3 ? thousandths(digits, decimals) : undefined
    if (fils === undefined) warn(s, 'price-not-in-fils', ai)
    else prices.push(fils)
  }
  for (const e of elements) {
    switch (family(e.ai)) {
      case '310n': {
        const grams = thousandths(e.value, Number(e.ai[3]))
        if (grams === undefined) {
          warn(s, 'weight-not-whole-grams', e.ai)
          delete s.weight_g
        } else s.weight_g = grams
        break
      }
      case '392n':
        price(e.ai, e.value)
        break
      case '393n':
        if (e.value.slice(0, 3) === dinar) price(e.ai, e.value.slice(3))
        else warn(s, 'price-currency', e.ai)
    }
  }
  if (s.gtin14 && restricted(s.gtin14.slice(1))) warn(s, 'restricted')
  // (37) counts what (02) names, (30) what the others do; on a label with both, the one that belongs to gtin14.
  const pieces = value('30'), within = value('37')
  const quantity = within !== undefined && (pieces === undefined || s.gtin14 === contained) ? within : pieces
  if (quantity !== undefined) s.quantity = Number(quantity)
  if (prices.length === 2 && prices[0] !== prices[1]) warn(s, 'two-prices')
  else if (prices.length > 0) s.price_fils = prices[0]!
  return s
}

/** Digits with so many decimals as a whole number of thousandths; undefined where that is not whole or too great. */
export function thousandths(digits: string, decimals: number): number | undefined {
  let v = Number(digits)
  for (; decimals < 3; decimals++) v *= 10
  for (; decimals > 3; decimals--, v /= 10) if (v % 10 !== 0) return undefined
  return v <= Number.MAX_SAFE_INTEGER ? v : undefined
}
