// GS1 Digital Links. The twin of internal/gs1/link.go.
import { checked, isDigits, pad14 } from './checkdigit'
import { identifiers, match } from './dictionary'
import { refuseConflict, type Element } from './element'
import { faultAt } from './fault'
import tables from './tables.json'

/** What a link's path may begin with, each with what may qualify it there, in order; "|" between alternatives. */
const linkKeys: ReadonlyMap<string, string> = new Map(Object.entries(tables.linkKeys))

/** One part of a link and where it begins in the text. */
interface Segment {
  text: string
  at: number
}

/** The elements of the link at start of text and the identifiers out of place, or undefined for any other address. */
export function readLink(text: string, start: number, year: number): { elements: Element[]; misplaced: string[] } | undefined {
  const parts = splitLink(text, start)
  const key = parts && findKey(parts.path, text)
  if (!parts || key === undefined) return undefined
  const { path, query } = parts
  const elements: Element[] = [], misplaced: string[] = [], order: string[] = []
  const qualifiers = linkKeys.get(path[key]!.text)!
  for (let i = key; i < path.length; i += 2) {
    const e = linkElement(text, path[i]!, path[i + 1]!, false, year)
    elements.push(e)
    if (i === key) continue
    order.push(e.ai)
    if (!inOrder(order, qualifiers)) misplaced.push(e.ai)
  }
  for (const q of query) {
    const equals = q.text.indexOf('='), name = equals < 0 ? q.text : q.text.slice(0, equals)
    if (!/^[0-9]{2,4}$/.test(name)) continue // every other parameter is the resolver's affair
    const value = { text: q.text.slice(name.length + 1), at: q.at + Math.min(name.length + 1, q.text.length) }
    const e = linkElement(text, { text: name, at: q.at }, value, true, year)
    elements.push(e)
    if (inOrder([e.ai], qualifiers)) misplaced.push(e.ai) // what qualifies the key belongs into the path
  }
  refuseConflict(text, elements)
  return { elements, misplaced }
}

/** The path and query of an http or https URI with a domain, its scheme all lower or all upper case. */
function splitLink(text: string, start: number): { path: Segment[]; query: Segment[] } | undefined {
  const [, before, pathText, , queryText] = /^((?:https?|HTTPS?):\/\/[^/?#@ \\\x1d]+\/)([^?#]*)(\?([^#]*))?/.exec(text.slice(start)) ?? []
  if (before === undefined || pathText === undefined) return undefined
  const at = start + before.length
  return { path: split(pathText.replace(/\/$/, ''), at, /\//), query: split(queryText ?? '', at + pathText.length + 1, /[&;]/) }
}

function split(text: string, at: number, separator: RegExp): Segment[] {
  return text.split(separator).map((part) => {
    const segment = { text: part, at }
    at += part.length + 1
    return segment
  })
}

/**
 * The index of the segment that names the primary key: the last one from which the rest of the path is pairs of
 * identifier and value. Throws for a key that clearly is one but is followed by something else. A blog's
 * /2026/01/title is none.
 */
function findKey(path: readonly Segment[], text: string): number | undefined {
  for (let i = path.length - 2; i >= 0; i -= 2) {
    const a = identifiers.get(path[i]!.text)
    if (!a) break
    if (!linkKeys.has(a.code)) continue
    return !a.parts[0]!.digits || path[i + 1]!.text.replace(/[^0-9]/g, '').length >= 6 ? i : undefined
  }
  for (let i = 0; i + 1 < path.length; i++) {
    const value = path[i + 1]!.text
    if (!['00', '01', '8006'].includes(path[i]!.text) || value.length < 12 || !checked(value)) continue
    do i += 2
    while (i + 1 < path.length && identifiers.has(path[i]!.text))
    const stray = path[i]!
    if (identifiers.has(stray.text)) throw faultAt('truncated', stray.text, text, stray.at) // it has no value
    throw faultAt('unknown-ai', '', text, stray.at)
  }
  return undefined
}

/** Reports whether the qualifiers used are some of one alternative, in its order. */
function inOrder(used: readonly string[], alternatives: string): boolean {
  return alternatives.split('|').some((alternative) => {
    let allowed = alternative.split(' ')
    return used.every((code) => {
      const i = allowed.indexOf(code)
      allowed = allowed.slice(i + 1)
      return i >= 0
    })
  })
}

/** Checks one identifier of a link and its percent-encoded value. */
function linkElement(text: string, name: Segment, value: Segment, inQuery: boolean, year: number): Element {
  const a = identifiers.get(name.text)
  if (!a) throw faultAt('unknown-ai', '', text, name.at)
  const broken = value.text.search(/%(?![0-9A-Fa-f]{2})/)
  if (broken >= 0) throw faultAt('bad-escape', a.code, text, value.at + broken)
  let plain = (inQuery ? value.text.replace(/\+/g, ' ') : value.text).replace(/%(..)/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
  if (a.code === '01' && [8, 12, 13].includes(plain.length) && isDigits(plain)) plain = pad14(plain) // early links
  const length = match(a, plain, year)
  if (typeof length !== 'number') {
    // In a value that was encoded, characters have no place of their own.
    throw faultAt(length[0], a.code, text, value.at + (plain === value.text ? length[1] : 0))
  }
  if (length < plain.length) throw faultAt('bad-length', a.code, text, value.at)
  return { ai: a.code, value: plain, at: name.at }
}
