// Plain numbers: EAN, UPC, ITF-14. The twin of internal/gs1/number.go.
import { warn } from './answer'
import { checked, expandUPCE, isDigits, pad14, validGTIN } from './checkdigit'
import { Fault, faultAt, type Reason } from './fault'
import { restricted, variableMeasure } from './restricted'
import type { Scan, Scheme } from './scan'

/** What an AIM symbology identifier tells about the text behind it; plain is any symbol not named here. */
export type Carrier = 'bare' | 'gs1' | 'ean13' | 'ean-add-on' | 'ean8' | 'itf' | 'plain'

/** The answer of the number at text[at:end], or undefined for what is no such number and so unknown. */
export function readNumber(c: Carrier, text: string, at: number, end: number, schemes: readonly Scheme[]): Scan | undefined {
  const digits = text.slice(at, end)
  switch (c) {
    case 'ean13':
      if (digits.length === 8) return upcE(text, at, end)
      if (digits.length !== 13) throw shape('bad-length', text, at, end)
      break
    case 'ean-add-on': {
      if ((digits.length !== 15 && digits.length !== 18) || !isDigits(digits)) throw shape('bad-length', text, at, end)
      const s = trade(text, at, at + 13, schemes)
      warn(s, 'add-on-ignored')
      return s
    }
    case 'ean8':
      if (digits.length !== 8) throw shape('bad-length', text, at, end)
      break
    case 'itf':
      if (digits.length !== 14) return undefined // other lengths are in-house numbers
      break
    case 'plain':
      // Any symbol may hold a trade item number as text, but eight digits there prove too little, and a wrong check
      // digit means that it is some other number.
      if (digits.length < 12 || !validGTIN(digits)) return undefined
      break
    default:
      if (!isDigits(digits)) return undefined
      if (digits.length === 8) return eightDigits(text, at, end, schemes)
      if (digits.length < 12 || digits.length > 14) return undefined
  }
  return trade(text, at, end, schemes)
}

/** A GTIN of any length, or the restricted-circulation number in its place. */
function trade(text: string, at: number, end: number, schemes: readonly Scheme[]): Scan {
  const digits = text.slice(at, end)
  if (!checked(digits)) throw shape('bad-check-digit', text, at, end)
  const gtin14 = pad14(digits)
  if (digits.length > 8 && gtin14[0] === '0' && restricted(gtin14.slice(1))) {
    return variableMeasure(gtin14.slice(1), text.slice(0, end), schemes)
  }
  const s: Scan = { kind: 'gtin', gtin14 }
  // A case of a restricted number, and EAN-8 of a shop's own, have the form of a GTIN but not its world-wide meaning.
  if (digits.length === 14 ? restricted(gtin14.slice(1)) : digits.length === 8 && /^[02]/.test(digits)) warn(s, 'restricted')
  return s
}

/** Eight digits that no symbology identifier explains: EAN-8 if that proves itself, else UPC-E. */
function eightDigits(text: string, at: number, end: number, schemes: readonly Scheme[]): Scan {
  const digits = text.slice(at, end), long = expandUPCE(digits)
  if (checked(digits)) {
    const s = trade(text, at, end, schemes)
    if (!(long instanceof Fault)) warn(s, 'eight-digits-ambiguous')
    return s
  }
  if (long instanceof Fault) throw shape('bad-check-digit', text, at, end)
  return { kind: 'gtin', gtin14: pad14(long) }
}

function upcE(text: string, at: number, end: number): Scan {
  const long = expandUPCE(text.slice(at, end))
  if (!(long instanceof Fault)) return { kind: 'gtin', gtin14: pad14(long) }
  throw long.at > 0 ? faultAt(long.reason, '', text, at + long.at - 1) : long
}

/** Why text[at:end] is not the number that its symbol says: a character that is no digit, or else why. */
function shape(why: Reason, text: string, at: number, end: number): Fault {
  const letter = text.slice(at, end).search(/[^0-9]/)
  if (letter >= 0) return faultAt('bad-character', '', text, at + letter)
  return why === 'bad-check-digit' ? faultAt(why, '', text, end - 1) : new Fault(why)
}
