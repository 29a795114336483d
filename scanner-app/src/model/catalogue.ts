// The catalogue in memory, as its chunks lie in the database: codes are found in their sorted numbers, an item is read from
// its text when it is asked for. Nothing is built at the start, so that 100,000 items are at hand at once and take little room.
import { digitsKey, isPacked, itemAt, packChunk, unpackChunk, type ChunkRecord } from '../store/chunk'
import type { CatalogueItem } from '../store/schema'
import type { Store } from '../store/store'
import { readDigits } from '../i18n/number'
import { search } from './search'
import type { Item, Name, Pack } from './types'

export interface Coded {
  item: CatalogueItem
  pack: number
}

/** Items that stay read. */
const keep = 5000

export class Catalogue {
  private readonly read = new Map<string, CatalogueItem>()
  private readonly others = new Map<string, { chunk: ChunkRecord; item: number }>()
  private readonly ids = new Map<ChunkRecord, string[]>()
  /** The first id of each chunk; ids ascend through all of them. */
  private readonly firsts: string[]

  private constructor(private readonly chunks: ChunkRecord[]) {
    this.firsts = chunks.map((c) => c.ids.split('\n', 1)[0]!)
    for (const chunk of chunks) for (const [code, item] of chunk.others) this.others.set(code, { chunk, item })
  }

  /** Reads the chunks that a pack names. Undefined when one is not here. */
  static async load(store: Store, hashes: string[]): Promise<Catalogue | undefined> {
    const chunks: ChunkRecord[] = []
    for (const chunk of await store.chunks(hashes)) {
      if (!chunk) return undefined
      if (isPacked(chunk)) chunks.push(chunk)
      else {
        const packed = packChunk(chunk.hash, unpackChunk(chunk))
        chunks.push(packed)
        await store.putChunk(packed).catch(() => {}) // packed again at the next start
      }
    }
    return new Catalogue(chunks)
  }

  /** Of items that are in no database. */
  static of(items: CatalogueItem[]): Catalogue { return new Catalogue([packChunk('', items)]) }

  item(id: string): CatalogueItem | undefined {
    const read = this.read.get(id)
    if (read) return read
    let low = 0, high = this.chunks.length // the last that begins at or before it is the one below high
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.firsts[middle]! <= id) low = middle + 1
      else high = middle
    }
    const near = low ? this.within(this.chunks[low - 1]!, id) : undefined
    if (near) return near
    for (const chunk of this.chunks) { // the server orders by bytes: beyond the first plane it may be another chunk
      const item = chunk.ids.includes(id) ? this.within(chunk, id) : undefined
      if (item) return item
    }
    return undefined
  }

  private within(chunk: ChunkRecord, id: string): CatalogueItem | undefined {
    let ids = this.ids.get(chunk)
    if (!ids) this.ids.set(chunk, (ids = chunk.ids.split('\n')))
    const n = ids.indexOf(id)
    return n < 0 ? undefined : this.at(chunk, n)
  }

  private at(chunk: ChunkRecord, n: number): CatalogueItem {
    const item = itemAt(chunk, n)
    if (this.read.size >= keep) this.read.clear()
    this.read.set(item.id, item)
    return item
  }

  code(code: string): Coded | undefined {
    const found = this.owner(code)
    const item = found && this.at(found.chunk, found.item)
    const barcode = item?.barcodes?.find((b) => b.code === code)
    return item && barcode && { item, pack: barcode.pack }
  }

  private owner(code: string): { chunk: ChunkRecord; item: number } | undefined {
    const key = digitsKey(code)
    if (key === undefined) return this.others.get(code)
    for (const chunk of this.chunks) {
      const { codes } = chunk
      let low = 0, high = codes.length // the first that is not below lies between
      while (low < high) {
        const middle = (low + high) >> 1
        if (codes[middle]! < key) low = middle + 1
        else high = middle
      }
      if (codes[low] === key) return { chunk, item: chunk.owners[low]! }
    }
    return undefined
  }

  /** A trade item number of 14 digits under whichever length the catalogue writes it. */
  gtin(gtin14: string): Coded | undefined {
    for (const zeros of [0, 1, 2, 6]) {
      if (gtin14.slice(0, zeros) !== '0'.repeat(zeros)) break
      const found = this.code(gtin14.slice(zeros))
      if (found) return found
    }
    return undefined
  }

  /** At most so many items, best first: what bears this code, then as the search has them. */
  find(query: string, most = 20): CatalogueItem[] {
    const exact = this.code(readDigits(query.trim()))?.item
    const found = search(this.chunks, query, most).map((hit) => this.at(hit.chunk, hit.item))
    return exact ? [exact, ...found.filter((i) => i.id !== exact.id)].slice(0, most) : found
  }
}

/** As the screens see it. */
export function shown(item: CatalogueItem): Item {
  const code = item.barcodes?.[0]?.code
  return { id: item.id, name: item.name as Name, unit: item.unit, ...(item.category ? { category: item.category } : {}), ...(code ? { code } : {}) }
}

/** What of an item may be counted: single base units, and each pack that a code bears. */
export function packsOf(item: CatalogueItem | undefined): Pack[] {
  const packs: Pack[] = []
  for (const b of item?.barcodes ?? []) if (!packs.some((p) => p.pack === b.pack)) packs.push({ pack: b.pack, code: b.code })
  if (!packs.some((p) => p.pack === 1000)) packs.push({ pack: 1000 })
  return packs.sort((a, b) => a.pack - b.pack)
}
