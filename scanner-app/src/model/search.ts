// The search in the catalogue while somebody types: of 100,000 items each key is answered before the next. What is searched
// lies folded in the chunks (store/chunk.ts), a line for each item; nothing is prepared here.
import type { ChunkRecord, Lines } from '../store/chunk'
import { fold } from '../store/fold'

/** An item by its place. */
export interface Hit {
  chunk: ChunkRecord
  item: number
}

/** So many are found in the middle of words where nearly everything matches: a few of them are as good as any others. */
const enough = 1000
/** What is shorter is looked for at the beginning of codes alone. */
const piece = 4
/** Beside a name, so many digits are looked for in the middle of codes, fewer at their ends. */
const fragment = 3
/** Chunks in which it is counted how rare a word is. */
const sample = 3

/**
 * At most so many hits, best first: a name that begins so, a code that does, a word that does, the rest. Each word must be
 * found, a number also within the codes. A number beside a name is a size before it is a piece of a code: rice of 5 kilos, then of
 * 50, and only then rice that has a 5 at an end of its code.
 */
export function search(chunks: readonly ChunkRecord[], query: string, most: number): Hit[] {
  const words = fold(query).split(' ').filter(Boolean)
  const first = words[0]
  if (first === undefined) return []
  const found: Hit[][] = Array.from({ length: 9 }, () => []) // by how the numbers are met, and then by how the name is
  const named = words.filter((w) => !inCodes(w)), number = named.length === 0
  const rarest = number ? first : named.reduce((a, b) => (frequency(chunks, b) < frequency(chunks, a) ? b : a))
  // How the numbers are met: 0 in the name, 1 by what begins so there, 2 by a code; undefined where a word is not met at all.
  const match = ({ words: names, digits }: ChunkRecord, item: number): 0 | 1 | 2 | undefined => {
    const name = line(names, item)
    let worst: 0 | 1 | 2 = 0
    for (const w of words) {
      if (number || !inCodes(w)) {
        if (!name.includes(w) && !(number && line(digits, item).includes(w))) return undefined
        continue
      }
      const how = inName(name, w) ?? (inCode(line(digits, item), w) || (w.length >= fragment && name.includes(w)) ? 2 : undefined)
      if (how === undefined) return undefined
      if (how > worst) worst = how
    }
    return worst
  }
  for (const chunk of chunks) { // names that begin so: all, however many there are
    if (found[0]!.length >= most) break
    for (const item of holding(chunk.words, '\n' + first)) {
      const how = match(chunk, item)
      if (how !== undefined) found[how * 3]!.push({ chunk, item })
    }
  }
  for (const column of number ? ['digits', 'words'] as const : ['words'] as const) {
    for (const chunk of chunks) {
      if (found[0]!.length + found[1]!.length >= most || [2, 4, 5, 7, 8].reduce((n, k) => n + found[k]!.length, 0) >= enough) break
      for (const item of holding(chunk[column], column === 'digits' && rarest.length < piece ? ' ' + rarest : rarest)) {
        const text = line(chunk[column], item)
        if (column === 'words' && text.startsWith('\n' + first)) continue
        const how = match(chunk, item)
        if (how !== undefined) found[how * 3 + (text.includes(' ' + first) ? 1 : 2)]!.push({ chunk, item })
      }
    }
  }
  const hits: Hit[] = []
  for (const hit of found.flat()) {
    if (hits.length >= most) break
    if (!number || !hits.some((h) => h.chunk === hit.chunk && h.item === hit.item)) hits.push(hit)
  }
  return hits
}

/** What may be a piece of a code. */
const inCodes = (word: string) => /^\d+$/.test(word)

const isDigit = (c: number) => c >= 48 && c <= 57 // of what is behind the end too: it is none

/** Whether a number stands in a name, 0, or what begins so, 1. */
function inName(name: string, number: string): 0 | 1 | undefined {
  let begins: 1 | undefined
  for (let at = name.indexOf(number); at >= 0; at = name.indexOf(number, at + 1)) {
    if (isDigit(name.charCodeAt(at - 1))) continue
    if (!isDigit(name.charCodeAt(at + number.length))) return 0
    begins = 1
  }
  return begins
}

const inCode = (codes: string, number: string) =>
  number.length >= fragment ? codes.includes(number) : codes.includes(' ' + number) || codes.includes(number + ' ') || codes.endsWith(number)

function frequency(chunks: readonly ChunkRecord[], word: string): number {
  let n = 0
  for (const { words } of chunks.slice(0, sample)) for (const _ of holding(words, word)) n++
  return n
}

const line = ({ text, starts }: Lines, n: number) => text.slice(starts[n], starts[n + 1])

/** Browsers find so few characters several times as fast as more. */
const short = 6

/** The lines that hold a text, in order. */
function * holding({ text, starts }: Lines, wanted: string): Generator<number> {
  const head = wanted.slice(0, short)
  let low = 0
  for (let at = text.indexOf(head); at >= 0;) {
    if (!text.startsWith(wanted, at)) {
      at = text.indexOf(head, at + 1)
      continue
    }
    let high = starts.length - 1 // low is the line, or before it; high is behind it
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (starts[middle]! <= at) low = middle
      else high = middle
    }
    yield low++
    at = text.indexOf(head, starts[low])
  }
}
