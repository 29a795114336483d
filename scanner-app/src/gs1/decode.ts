// Says what a scan says: the TypeScript twin of internal/gs1 (decode.go says why it is as it is), held to the same
// golden cases, internal/gs1/testdata/scans.json. Pure: no clock but the year, no catalogue, no DOM.
import { answer, warn } from './answer'
import { proving } from './dictionary'
import { parse, refuseConflict, separatorAt, type Element } from './element'
import { Fault } from './fault'
import { fromArabicLayout } from './layout'
import { readLink } from './link'
import { aimOf, foldDigits, trim } from './normalize'
import { readNumber, type Carrier } from './number'
import { arabicKeyboard, type Kind, type Options, type Scan } from './scan'

export { fromArabicLayout } from './layout'
export { codeOf } from './normalize'
export { parseScheme } from './restricted'
export { arabicKeyboard, type Kind, type Measure, type Options, type Scan, type Scheme } from './scan'

/** The length in UTF-8 bytes of the longest scan that is read: what is longer is two run together or a stuck key. */
export const maxScan = 4096

interface Context {
  schemes: NonNullable<Options['schemes']>
  associations: NonNullable<Options['associations']>
  fnc1: string
  year: number
}

/** An answer, with the elements that it rests on. */
interface Reading {
  scan: Scan
  elements: readonly Element[]
}

/** Says what raw, the text as the reader sent it, says. It answers for any text and never throws. */
export function decode(raw: string, options: Options = {}): Scan {
  const context: Context = {
    schemes: options.schemes ?? [], associations: options.associations ?? (() => []), fnc1: options.fnc1 ?? '', year: options.year ?? new Date().getFullYear(),
  }
  if (raw.length > maxScan || bytes(raw).length > maxScan) return invalid(new Fault('too-long')).scan
  const text = bytes(foldDigits(trim(raw)))
  const keys = fromArabicLayout(raw)
  if (keys !== undefined && keys !== text) {
    const recovered = read(keys, context)
    if (proven(recovered)) {
      warn(recovered.scan, arabicKeyboard)
      return recovered.scan
    }
  }
  const { scan } = read(text, context)
  if (keys !== undefined && aimOf(keys) && !aimOf(text)) warn(scan, arabicKeyboard)
  return scan
}

/** text in UTF-8, each byte as one character: positions and lengths are then those of the twin. */
function bytes(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text
  let s = ''
  for (const b of new TextEncoder().encode(text)) s += String.fromCharCode(b)
  return s
}

const invalid = (fault: Fault): Reading => ({ scan: { kind: 'invalid', error: fault.toString() }, elements: [] })

/** Reports whether a check digit vouches for the whole of what was read. */
function proven({ scan, elements }: Reading): boolean {
  switch (scan.kind) {
    case 'gtin':
    case 'variable-measure':
      return true
    case 'gs1':
    case 'sscc':
    case 'digital-link':
      return elements.some((e) => proving.has(e.ai))
    default:
      return false
  }
}

const carriers: ReadonlyMap<string, Carrier> = new Map<string, Carrier>([
  ['', 'bare'], [']X0', 'bare'],
  ...[']C1', ']e0', ']d2', ']d5', ']Q3', ']Q4', ']J1', ']J4'].map((aim): [string, Carrier] => [aim, 'gs1']),
  [']E0', 'ean13'], [']E3', 'ean-add-on'], [']E4', 'ean8'], [']I0', 'itf'], [']I1', 'itf'], [']I3', 'itf'],
])

/** Answers text without terminators, its digits folded. */
function read(text: string, context: Context): Reading {
  try {
    return readCarrier(text, context)
  } catch (fault) {
    if (fault instanceof Fault) return invalid(fault)
    throw fault
  }
}

function readCarrier(text: string, context: Context): Reading {
  const aim = aimOf(text), start = aim.length, carrier = carriers.get(aim) ?? 'plain'
  const body = text.slice(start), lead = separatorAt(body, context.fnc1)
  if (carrier === 'gs1') return elementString(text, start + lead, context)
  if (lead > 0 && (carrier === 'bare' || body[0] === '\x1d')) {
    const reading = elementString(text, start + lead, context)
    if (carrier !== 'bare') warn(reading.scan, 'not-marked-gs1')
    return reading
  }
  if (text === '') throw new Fault('empty')

  const composite = body.indexOf('|]e0')
  if (composite >= 0 && (/^[0-9]+$/.test(body.slice(0, composite)) || carrier === 'ean13' || carrier === 'ean8')) {
    return withComposite(carrier, text, start, start + composite, context)
  }
  const link = readLink(text, start, context.year)
  if (link) {
    const { elements, misplaced } = link
    return { scan: told('digital-link', elements, context, misplaced.map((ai) => `link-order (${ai})`)), elements }
  }
  const number = readNumber(carrier, text, start, text.length, context.schemes)
  if (number) return { scan: number, elements: [] }
  const marked = beginsWithKey(body)
  if (marked && carrier === 'bare') return elementString(text, start, context)
  const scan: Scan = { kind: 'unknown' }
  if (marked) warn(scan, 'not-marked-gs1')
  if (body === '') warn(scan, 'unreadable-text')
  return { scan, elements: [] }
}

/** The answer of elements, with what is to be said against their company. */
const told = (kind: Kind, elements: readonly Element[], { year, associations }: Context, warnings: readonly string[] = []): Scan =>
  answer(kind, elements, year, [...warnings, ...associations(elements)])

function elementString(text: string, start: number, context: Context): Reading {
  const elements = parse(text, start, context.fnc1, context.year)
  return { scan: told(elements.every((e) => e.ai === '00') ? 'sscc' : 'gs1', elements, context), elements }
}

/** An EAN or UPC number with a GS1 composite component above it, which adds elements to the number. */
function withComposite(carrier: Carrier, text: string, start: number, end: number, context: Context): Reading {
  const { schemes, fnc1, year } = context
  const s = readNumber(carrier, text.slice(0, end), start, end, schemes)
  if (!s) return { scan: { kind: 'unknown' }, elements: [] }
  const at = end + '|]e0'.length
  const elements = parse(text, at + separatorAt(text.slice(at), fnc1), fnc1, year)
  const all = s.gtin14 ? [{ ai: '01', value: s.gtin14, at: start }, ...elements] : elements
  refuseConflict(text, all)
  const { kind: _, ...more } = told(s.kind, all, context, s.warnings)
  if (s.kind === 'variable-measure') { // the scale's number decides what and how much
    for (const key of ['gtin14', 'weight_g', 'price_fils', 'quantity'] as const) delete more[key]
  }
  return { scan: { ...s, ...more }, elements }
}

/**
 * Reports whether text begins with an identifier of a trade item or a logistic unit and all the digits of its value. No
 * plain number is as long, so a check digit that is wrong then makes the scan invalid, not unknown.
 */
const beginsWithKey = (text: string) => /^(?:00[0-9]{18}|0[123][0-9]{14})/.test(text)
