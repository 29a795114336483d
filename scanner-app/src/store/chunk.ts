// A chunk of the catalogue as it is kept: packed once when it arrives, so that a hundred of them are read back in an instant
// and stand in memory as they are. Beside the items themselves there is what look-ups and the search go through.
import { fold } from './fold'
import type { CatalogueItem } from './schema'

export interface ChunkRecord {
  hash: string
  /** How it is packed: one of an earlier version of the app is packed anew. */
  packed: number
  /** Ids, one a line. */
  ids: string
  /** The items as UTF-8 JSON, one behind the other; where each begins, and where the last ends. */
  text: Uint8Array<ArrayBuffer>
  starts: Uint32Array
  /** Codes of at most 14 digits as numbers (digitsKey), ascending, and the item of each. */
  codes: Float64Array
  owners: Uint16Array
  /** The other codes, each with its item. */
  others: [code: string, item: number][]
  /** Names, id and other codes, folded, and the codes of digits: a line for each item, that begins with its line feed. */
  words: Lines
  digits: Lines
}

/** A text by its lines: where each begins, and where the last ends. */
export interface Lines {
  text: string
  starts: Uint32Array
}

/** What is kept of all chunks of a catalogue together. */
interface OfChunks {
  /** Of these, in their order, a comma between them; packed so. */
  chunks: string
  packed: number
}

/** Where each item of a catalogue is: chunks come as they are asked for. */
export interface IndexRecord extends OfChunks {
  /** The first id of each chunk. */
  firsts: string[]
}

/** Where each code of a catalogue is. An owner is its chunk's place times 65,536 and the item's place in it. */
export interface CodesRecord extends OfChunks {
  /** As in chunks, ascending, and the owner of each; of a code that is there twice only the first has one that holds. */
  codes: Float64Array
  owners: Uint32Array
  others: [code: string, owner: number][]
}

/** As the first version kept it. */
export interface PlainChunk {
  hash: string
  items: CatalogueItem[]
}

/** Counts up when what is packed changes, folding included. */
const packing = 1

/** Leading zeros count: the length is a part of the number. Undefined for what is no code of at most 14 digits. */
export function digitsKey(code: string): number | undefined {
  return /^\d{1,14}$/.test(code) ? code.length * 1e14 + Number(code) : undefined
}

export function packChunk(hash: string, items: CatalogueItem[]): ChunkRecord {
  const encoder = new TextEncoder()
  const texts = items.map((item) => encoder.encode(JSON.stringify(item)))
  const starts = new Uint32Array(items.length + 1)
  texts.forEach((t, n) => { starts[n + 1] = starts[n]! + t.length })
  const text = new Uint8Array(starts[items.length]!)
  texts.forEach((t, n) => text.set(t, starts[n]))
  const keyed: [number, number][] = []
  const others: ChunkRecord['others'] = []
  const words: string[] = [], digits: string[] = []
  items.forEach((item, n) => {
    let more = '', numbers = '\n'
    for (const { code } of item.barcodes ?? []) {
      const key = digitsKey(code)
      if (key === undefined) {
        others.push([code, n])
        more += ' ' + code
      } else {
        keyed.push([key, n])
        numbers += ' ' + code
      }
    }
    words.push('\n' + fold(`${item.name.ar ?? ''} ${item.name.en ?? ''} ${item.id}${more}`))
    digits.push(numbers)
  })
  keyed.sort((a, b) => a[0] - b[0])
  return {
    hash, packed: packing, ids: items.map((i) => i.id).join('\n'), text, starts, others, words: lined(words), digits: lined(digits),
    codes: Float64Array.from(keyed, (k) => k[0]), owners: Uint16Array.from(keyed, (k) => k[1]),
  }
}

/** What is found where; of a code that two items bear the first chunk's. */
export function indexChunks(chunks: readonly ChunkRecord[]): { index: IndexRecord; codes: CodesRecord } {
  const codes = new Float64Array(chunks.reduce((sum, c) => sum + c.codes.length, 0))
  chunks.reduce((at, c) => { codes.set(c.codes, at); return at + c.codes.length }, 0)
  codes.sort()
  const owners = new Uint32Array(codes.length), others = new Map<string, number>()
  for (let n = chunks.length - 1; n >= 0; n--) { // what comes first is written last
    const chunk = chunks[n]!
    for (let i = chunk.codes.length - 1; i >= 0; i--) owners[firstAt(codes, chunk.codes[i]!)] = n * ownerStep + chunk.owners[i]!
  }
  chunks.forEach((chunk, n) => { for (const [code, item] of chunk.others) others.set(code, n * ownerStep + item) })
  const of = { chunks: chunks.map((c) => c.hash).join(), packed: packing }
  return { index: { ...of, firsts: chunks.map((c) => c.ids.split('\n', 1)[0]!) }, codes: { ...of, codes, owners, others: [...others] } }
}

export const ownerStep = 1 << 16

/** Where in ascending numbers the first lies that is not below key. */
export function firstAt(numbers: Float64Array, key: number): number {
  let low = 0, high = numbers.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (numbers[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}

function lined(lines: string[]): Lines {
  const starts = new Uint32Array(lines.length + 1)
  lines.forEach((line, n) => { starts[n + 1] = starts[n]! + line.length })
  return { text: lines.join(''), starts }
}

/** The items of a chunk, however it is kept. */
export function unpackChunk(chunk: ChunkRecord | PlainChunk): CatalogueItem[] {
  if ('items' in chunk) return chunk.items
  return Array.from({ length: chunk.starts.length - 1 }, (_, n) => itemAt(chunk, n))
}

const decoder = new TextDecoder()

export function itemAt(chunk: ChunkRecord, n: number): CatalogueItem {
  return JSON.parse(decoder.decode(chunk.text.subarray(chunk.starts[n], chunk.starts[n + 1]))) as CatalogueItem
}

/** Whether it is packed as this version of the app packs. */
export const isPacked = (chunk: ChunkRecord | PlainChunk): chunk is ChunkRecord => 'packed' in chunk && chunk.packed === packing

/** Whether it is of these chunks, as this version of the app packs. */
export const isOf = <T extends OfChunks>(kept: T | undefined, hashes: readonly string[]): kept is T => kept?.packed === packing && kept.chunks === hashes.join()
