// The application identifiers, from tables.json, which internal/gs1 writes. The twin of internal/gs1/ai.go.
import { cset82 } from './checkdigit'
import type { Reason } from './fault'
import { rules, type Rule } from './rule'
import tables from './tables.json'

interface Component {
  set: RegExp
  digits: boolean
  min: number
  max: number
  optional: boolean
  rule: Rule | undefined
}

export interface Identifier {
  code: string
  /** The end of the value is known from the identifier's first digits: no separator is needed. */
  predefined: boolean
  parts: Component[]
}

// What is not in each set of characters.
const sets: Record<string, RegExp> = {
  N: /[^0-9]/,
  X: new RegExp(`[^${cset82.replace(/[-\\\]^]/g, '\\$&')}]`),
  Y: /[^0-9A-Z#\-/]/,
  Z: /[^0-9A-Za-z\-_=]/,
}

/** Reads "N13:checkDigit" or "X..17?". */
function component(text: string): Component {
  const [, set, upTo, length, rule, optional] = /^([NXYZ])(\.\.)?(\d+)(?::(\w+))?(\?)?$/.exec(text)!
  return {
    set: sets[set!]!, digits: set === 'N', min: upTo ? 1 : Number(length), max: Number(length), optional: optional !== undefined,
    rule: rule === undefined ? undefined : rules.get(rule)!,
  }
}

/** The codes of a row: its own, or those of a family. */
export function spread(stem: string, span?: string): string[] {
  if (!span) return [stem]
  const codes: string[] = []
  for (let last = Number(span[0]); last <= Number(span[2]); last++) codes.push(stem + last)
  return codes
}

/** The dictionary by code. No code is the beginning of another. */
export const identifiers: ReadonlyMap<string, Identifier> = (() => {
  const all = new Map<string, Identifier>()
  for (const row of tables.identifiers as { ai: string; predefined?: boolean; value: string }[]) {
    const [stem, span] = row.ai.split(' ') as [string, string?]
    const shared = { predefined: row.predefined ?? false, parts: row.value.split(' ').map(component) }
    for (const code of spread(stem, span)) all.set(code, { code, ...shared })
  }
  return all
})()

/** The identifier that text begins with. */
export function identify(text: string): Identifier | undefined {
  return identifiers.get(text.slice(0, 2)) ?? identifiers.get(text.slice(0, 3)) ?? identifiers.get(text.slice(0, 4))
}

/** The identifiers whose check digit vouches for the whole scan. */
export const proving = new Set(['00', '01', '02', '03', '8006', '8026'])

/** How much of run a's value takes, or why it cannot be one and at which character. */
export function match(a: Identifier, run: string, year: number): number | [why: Reason, at: number] {
  let length = 0
  for (const c of a.parts) {
    const rest = run.slice(length)
    if (rest === '' && c.optional) break
    const value = rest.slice(0, c.max)
    const bad = value.search(c.set)
    if (bad >= 0) return ['bad-character', length + bad]
    if (value.length < c.min) return ['truncated', run.length]
    const why = c.rule?.(value, year)
    if (why) return [why[0], length + why[1]]
    length += value.length
  }
  return length
}
