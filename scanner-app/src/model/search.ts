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
/** Chunks in which it is counted how rare a word is. */
const sample = 3

/**
 * At most so many hits, best first: a name that begins so, a code that does, a word that does, the rest. Each word must be
 * found, a number also within the codes.
 */
export function search(chunks: readonly ChunkRecord[], query: string, most: number): Hit[] {
  const words = fold(query).split(' ').filter(Boolean)
  const first = words[0]
  if (first === undefined) return []
  const found: [Hit[], Hit[], Hit[]] = [[], [], []]
  const named = words.filter((w) => !inCodes(w)), number = named.length === 0
  const rarest = number ? first : named.reduce((a, b) => (frequency(chunks, b) < frequency(chunks, a) ? b : a))
  const match = ({ words: names, digits }: ChunkRecord, item: number) => {
    const name = line(names, item)
    return words.every((w) => name.includes(w) || (inCodes(w) && line(digits, item).includes(w)))
  }
  for (const chunk of chunks) { // names that begin so: all, however many there are
    if (found[0].length >= most) break
    for (const item of holding(chunk.words, '\n' + first)) if (match(chunk, item)) found[0].push({ chunk, item })
  }
  for (const column of number ? ['digits', 'words'] as const : ['words'] as const) {
    for (const chunk of chunks) {
      if (found[0].length + found[1].length >= most || found[2].length >= enough) break
      for (const item of holding(chunk[column], column === 'digits' && rarest.length < piece ? ' ' + rarest : rarest)) {
        const text = line(chunk[column], item)
        if ((column === 'words' && text.startsWith('\n' + first)) || !match(chunk, item)) continue
        found[text.includes(' ' + first) ? 1 : 2].push({ chunk, item })
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
