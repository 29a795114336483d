// The search in the catalogue while somebody types: of 100,000 items each key is answered before the next. What is searched
// lies folded in the chunks (store/chunk.ts), a line for each item; nothing is prepared here.
import type { ChunkRecord } from '../store/chunk'
import { fold } from '../store/fold'

/** An item by its place. */
export interface Hit {
  chunk: ChunkRecord
  item: number
}

/** So many that match are looked at where nearly everything does: the best of them are as good as any. */
const enough = 1000
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
  const match = (chunk: ChunkRecord, item: number) => {
    const line = linesOf(chunk, 'words').line(item)
    return words.every((w) => line.includes(w) || (inCodes(w) && linesOf(chunk, 'digits').line(item).includes(w)))
  }
  for (const chunk of chunks) { // names that begin so: all, however many there are
    if (found[0].length >= most) break
    const lines = linesOf(chunk, 'words')
    for (const item of lines.holding('\n' + first)) if (match(chunk, item)) found[0].push({ chunk, item })
  }
  if (found[0].length >= most) return found[0].slice(0, most)
  let looked = 0
  for (const column of number ? ['digits', 'words'] as const : ['words'] as const) {
    for (const chunk of chunks) {
      if (looked >= enough) break
      const lines = linesOf(chunk, column)
      for (const item of lines.holding(rarest)) {
        const line = lines.line(item)
        if ((column === 'words' && line.startsWith('\n' + first)) || !match(chunk, item)) continue
        found[line.includes(' ' + first) ? 1 : 2].push({ chunk, item })
        if (++looked >= enough) break
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
  for (const chunk of chunks.slice(0, sample)) for (const _ of linesOf(chunk, 'words').holding(word)) n++
  return n
}

/** A column of a chunk by its lines. */
class Lines {
  private readonly starts: Uint32Array

  constructor(private readonly text: string, count: number) {
    this.starts = new Uint32Array(count + 1)
    let at = 0
    for (let n = 0; n < count; n++, at++) at = this.starts[n] = text.indexOf('\n', at)
    this.starts[count] = text.length
  }

  line(n: number): string { return this.text.slice(this.starts[n], this.starts[n + 1]) }

  /** The lines that hold a text, in order. */
  * holding(text: string): Generator<number> {
    const { starts } = this
    for (let at = this.text.indexOf(text), low = 0; at >= 0; at = this.text.indexOf(text, starts[low])) {
      let high = starts.length - 1 // low is below, or at, the line; high is above it
      while (high - low > 1) {
        const middle = (low + high) >> 1
        if (starts[middle]! <= at) low = middle
        else high = middle
      }
      yield low++
    }
  }
}

const known = new WeakMap<ChunkRecord, { words?: Lines; digits?: Lines }>()

function linesOf(chunk: ChunkRecord, column: 'words' | 'digits'): Lines {
  let k = known.get(chunk)
  if (!k) known.set(chunk, (k = {}))
  return (k[column] ??= new Lines(chunk[column], chunk.starts.length - 1))
}
