// Element strings: identifiers and their values in a row. The twin of internal/gs1/element.go.
import { identify, match } from './dictionary'
import { Fault, faultAt } from './fault'

export interface Element {
  ai: string
  value: string
  /** Where the identifier begins. */
  at: number
}

/** FNC1 as readers transmit it between elements. */
const separator = '\x1d'

/** The length of the separator that text begins with, or 0. */
export function separatorAt(text: string, fnc1: string): number {
  if (text.startsWith(separator)) return 1
  return fnc1 && text.startsWith(fnc1) ? fnc1.length : 0
}

/** text up to its first separator. */
function untilSeparator(text: string, fnc1: string): string {
  const ends = [text.indexOf(separator), fnc1 ? text.indexOf(fnc1) : -1].filter((i) => i >= 0)
  return text.slice(0, Math.min(text.length, ...ends))
}

/** Reads the element string that begins at start of text. */
export function parse(text: string, start: number, fnc1: string, year: number): Element[] {
  if (start === text.length) throw new Fault('empty')
  const elements: Element[] = []
  for (let at = start; at < text.length; ) {
    const element = untilSeparator(text.slice(at), fnc1)
    const a = identify(element)
    if (!a) throw faultAt('unknown-ai', '', text, at)
    const begin = at + a.code.length, run = element.slice(a.code.length)
    const length = match(a, run, year)
    if (typeof length !== 'number') throw faultAt(length[0], a.code, text, begin + length[1])
    const end = begin + length
    if (length < run.length && !a.predefined) throw faultAt('missing-separator', a.code, text, end)
    elements.push({ ai: a.code, value: text.slice(begin, end), at })
    // A separator behind a predefined length or at the very end is not needed and does no harm.
    at = end + separatorAt(text.slice(end), fnc1)
  }
  refuseConflict(text, elements)
  return elements
}

/** Throws where two elements contradict each other: one identifier, or one measure, with two values. */
export function refuseConflict(text: string, elements: readonly Element[]): void {
  const seen = new Map<string, Element>()
  for (const e of elements) {
    const name = family(e.ai), first = seen.get(name)
    if (first && (first.ai !== e.ai || first.value !== e.value)) throw faultAt('conflict', e.ai, text, e.at)
    seen.set(name, e)
  }
}

/** The identifier under which GS1 writes a measure or amount whose last digit places the decimal point (310n). */
export const family = (ai: string) => (ai.length === 4 && ai[0] === '3' ? ai.slice(0, 3) + 'n' : ai)
