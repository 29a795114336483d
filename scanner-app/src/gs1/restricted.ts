// Numbers that mean something only inside one company or country, as scales print them: the twin of
// internal/gs1/restricted.go and scheme.go.
import { priceVerifier } from './checkdigit'
import { faultAt } from './fault'
import type { Measure, Scan, Scheme } from './scan'

/** Reports whether 13 digits are a restricted-circulation number. */
export const restricted = (ean13: string) => /^(?:2|02|04)/.test(ean13)

/** The answer of a restricted number whose check digit is right. text is the scan up to the end of the number. */
export function variableMeasure(ean13: string, text: string, schemes: readonly Scheme[]): Scan {
  const s: Scan = { kind: 'variable-measure' }
  const scheme = schemes.filter((c) => ean13.startsWith(c.prefix)).sort((a, b) => b.prefix.length - a.prefix.length)[0]
  if (!scheme) {
    s.warnings = ['no-scheme']
    return s
  }
  const rest = ean13.slice(scheme.prefix.length, 12)
  s.item = rest.slice(0, scheme.itemDigits)
  const value = rest.slice(-scheme.valueDigits)
  if (scheme.verifier && priceVerifier(value) !== rest[scheme.itemDigits]) {
    // Counted from the end: UPC-A leaves a leading zero out, 14 digits have one more.
    throw faultAt('bad-verifier', '', text, text.length - 1 - scheme.valueDigits - 1)
  }
  const amount = Number(value) * 10 ** (3 - scheme.decimals)
  if (scheme.kind === 'weight') s.weight_g = amount
  else if (scheme.kind === 'price') s.price_fils = amount
  else s.quantity = Number(value)
  return s
}

/** Reads a scheme as the server writes it: "prefix=21,item=5,value=5,kind=weight,decimals=3", optional "verifier=1". */
export function parseScheme(text: string): Scheme {
  const fields = new Map(text.split(',').map((f) => f.trim().split('=') as [string, string]))
  return {
    prefix: fields.get('prefix') ?? '', itemDigits: Number(fields.get('item')), valueDigits: Number(fields.get('value')),
    kind: fields.get('kind') as Measure, decimals: Number(fields.get('decimals') ?? 0), verifier: fields.get('verifier') === '1',
  }
}
