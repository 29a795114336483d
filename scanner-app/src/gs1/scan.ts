// What a scan says. The twin of internal/gs1/scan.go: the same names and values as its JSON, field for field.
import type { Element } from './element'

export type Kind = 'gtin' | 'gs1' | 'sscc' | 'digital-link' | 'variable-measure' | 'unknown' | 'invalid'

/** The answer to "what does this scan say". What the scan does not say is absent. An invalid scan says only why. */
export interface Scan {
  kind: Kind
  /** The trade item number, 14 digits with a correct check digit: a plain number, or (01), else (02), else (03). */
  gtin14?: string
  /** The item part of a variable-measure number, leading zeros kept, without the scheme's prefix. */
  item?: string
  lot?: string
  /** (17), (15) and (11) as YYYY-MM-DD; a label's day 00 is the last day of its month. */
  expiry?: string
  best_before?: string
  production?: string
  weight_g?: number
  price_fils?: number
  /** Pieces, from (30), (37) or a scheme. */
  quantity?: number
  serial?: string
  sscc?: string
  /** Codes, each followed by the identifier that it is about where there is one: "restricted (01)". */
  warnings?: string[]
  /** Why the scan is invalid: "reason", "reason (AI)", "reason at 7" or "reason (AI) at 7". */
  error?: string
}

export type Measure = 'weight' | 'price' | 'count'

/** How one cooperative's scales fill the 13 digits of a restricted-circulation number; see internal/gs1/scheme.go. */
export interface Scheme {
  prefix: string
  itemDigits: number
  valueDigits: number
  kind: Measure
  /** Of a weight in kilograms or a price in dinars, 0 to 3; 0 for a count. */
  decimals: number
  /** A GS1 price verifier digit stands before the value. */
  verifier: boolean
}

export interface Options {
  /** The schemes declared, each valid and its prefix unlike the others': the server checks them (see parseScheme). */
  schemes?: readonly Scheme[]
  /** What readers are configured to send in place of the separator GS, such as "^": the twin of gs1.FNC1. The app's listener makes GS of it. */
  fnc1?: string
  /** What is to be said against identifiers that stand together: associations of association.ts, or nothing. */
  associations?: (elements: readonly Element[]) => string[]
  /** The year that places the two-digit years of labels. The default is this one. */
  year?: number
}

/** The warning that a scan was typed through an Arabic keyboard layout and recovered, or could not be. */
export const arabicKeyboard = 'arabic-keyboard'
