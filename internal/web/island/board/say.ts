// How the board says things: texts by key, numbers with a true minus sign and the digits that the user reads.

export type Phrase = string | Partial<Record<Intl.LDMLPluralRule, string>>

export interface Tongue {
  lang: 'ar' | 'en'
  indic: boolean
  words: Record<string, Phrase>
}

export class Say {
  private readonly rules: Intl.PluralRules
  constructor(private readonly tongue: Tongue) { this.rules = new Intl.PluralRules(tongue.lang) }

  /** text under a key, with {0} … filled in; of plural forms the first argument chooses */
  t(key: string, ...args: (string | number)[]): string {
    const p = this.tongue.words[key]
    if (p === undefined) return `⟦${key}⟧`
    const text = typeof p === 'string' ? p : p[this.rules.select(Number(args[0] ?? 0))] ?? p.other ?? ''
    return text.replace(/\{(\d)\}/g, (_, n: string) => {
      const v = args[Number(n)] ?? ''
      return typeof v === 'number' ? `\u2066${this.digits(group(String(v)))}\u2069` : `\u2068${v}\u2069`
    })
  }

  name(ar: string, en: string): string { return this.tongue.lang === 'en' ? en || ar : ar || en }

  /** thousandths as a decimal number: 1500 is 1.5 */
  quantity(n: number): string { return this.digits(decimal(n, false)) }

  /** thousandths of a unit: what is weighed or measured always with three decimals, so that they stand under each other */
  amount(n: number, unit: string): string { return this.digits(decimal(n, unit !== '' && unit !== 'piece')) }

  /** fils as dinars: always three decimals */
  dinars(n: number): string { return this.digits(decimal(n, true)) }

  count(n: number): string { return this.digits(group(String(n))) }

  clock(ms: number): string {
    return this.digits(new Date(ms + 3 * 3600_000).toISOString().slice(11, 16)) // Kuwait has no summer time
  }

  digits(s: string): string {
    if (!this.tongue.indic) return s
    return s.replace(/[0-9.,]/g, (c) => (c === '.' ? '٫' : c === ',' ? '٬' : String.fromCharCode(0x660 + Number(c))))
  }
}

const group = (s: string) => s.replace(/\B(?=(\d{3})+$)/g, ',')

export function decimal(n: number, whole: boolean): string {
  const a = Math.abs(n)
  let f = String(a % 1000).padStart(3, '0')
  if (!whole) f = f.replace(/0+$/, '')
  return (n < 0 ? '−' : '') + group(String(Math.floor(a / 1000))) + (f ? '.' + f : '')
}
