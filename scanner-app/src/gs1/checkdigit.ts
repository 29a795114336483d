// Check digits and GTINs. The twin of internal/gs1/checkdigit.go and gtin.go.
import { Fault, faultAt } from './fault'

export const isDigits = (s: string) => /^[0-9]+$/.test(s)

/** Reports whether s is all digits and ends in its GS1 check digit. */
export function checked(s: string): boolean {
  if (s.length < 2 || !isDigits(s)) return false
  let sum = 0
  for (let i = s.length - 2, weight = 3; i >= 0; i--, weight = 4 - weight) sum += Number(s[i]) * weight
  return (10 - (sum % 10)) % 10 === Number(s[s.length - 1])
}

/** Reports whether s is a GTIN-8, -12, -13 or -14 with the right check digit. */
export function validGTIN(s: string): boolean {
  return [8, 12, 13, 14].includes(s.length) && checked(s)
}

export const pad14 = (s: string) => s.padStart(14, '0')

/** The 12 digits that the 8 of a UPC-E stand for, or the fault that keeps them from it, counted within s. */
export function expandUPCE(s: string): string | Fault {
  const letter = s.search(/[^0-9]/)
  if (letter >= 0) return faultAt('bad-character', '', s, letter)
  if (s.length !== 8) return new Fault('bad-length')
  if (s[0]! > '1') return new Fault('bad-upc-e', '', 1)
  const d = s.slice(1, 7), last = d[5]!
  const middle = last <= '2' ? d.slice(0, 2) + last + '0000' + d.slice(2, 5)
    : last === '3' ? d.slice(0, 3) + '00000' + d.slice(3, 5)
    : last === '4' ? d.slice(0, 4) + '00000' + d[4]
    : d.slice(0, 5) + '0000' + last
  const upca = s[0] + middle + s[7]
  return checked(upca) ? upca : new Fault('bad-check-digit', '', 8)
}

// For each digit, its product under the weights 2−, 3, 5+ and 5− of GS1's price verifier digit.
const twoMinus = '0246891357', three = '0369258147', fivePlus = '0516273849', fiveMinus = '0594837261'

/** The price verifier digit of the four or five digits of a price field. */
export function priceVerifier(price: string): string {
  const weights = price.length === 4 ? [twoMinus, twoMinus, three, fiveMinus] : [fivePlus, twoMinus, fiveMinus, fivePlus, twoMinus]
  const sum = weights.reduce((total, w, i) => total + Number(w[Number(price[i])]), 0)
  return String(price.length === 4 ? (sum * 3) % 10 : fiveMinus.indexOf(String((10 - (sum % 10)) % 10)))
}

const gmnWeights = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83]

/** GS1's encodable set 82, in the order of its values in check character sums. */
export const cset82 = '!"%&\'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'
const cset32 = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'

/** Reports whether s ends in the two check characters of GS1's alphanumeric keys (GMN, MUDI). */
export function checkedPair(s: string): boolean {
  const body = s.length - 2
  if (body < 1 || body > gmnWeights.length) return false
  let sum = 0
  for (let i = 0; i < body; i++) sum += cset82.indexOf(s[i]!) * gmnWeights[body - 1 - i]!
  sum %= 1021
  return s.slice(body) === cset32[sum >> 5]! + cset32[sum & 31]!
}

/** Reports whether s passes the modulo 97 check of an International Bank Account Number. */
export function checkedIBAN(s: string): boolean {
  if (s.length < 5 || !/^[0-9A-Z]+$/.test(s)) return false
  let rest = 0
  for (const c of s.slice(4) + s.slice(0, 4)) { // the country and check digits are summed last
    rest = c <= '9' ? (rest * 10 + Number(c)) % 97 : (rest * 100 + c.charCodeAt(0) - 55) % 97
  }
  return rest === 1
}
