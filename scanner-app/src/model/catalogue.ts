// The catalogue: which codes there are, and the chunks with the items, come from the database when they are asked for, or one
// by one when nothing else is to be done. Once here they stay, as they lie there.
import { digitsKey, firstAt, indexChunks, isOf, isPacked, itemAt, ownerStep, packChunk, unpackChunk, type ChunkRecord, type CodesRecord, type IndexRecord, type PlainChunk } from '../store/chunk'
import type { CatalogueItem } from '../store/schema'
import type { Store } from '../store/store'
import { readDigits } from '../i18n/number'
import { Refuse } from './refusal'
import { search } from './search'
import type { Item, Name, Pack } from './types'

export interface Coded {
  item: CatalogueItem
  pack: number
}

/** Thrown where something is wanted that has not been read: Catalogue.reading reads it, and asks again. */
class NotRead {
  constructor(readonly part: number) {}
}

/** What there is to read: chunks by their place, and the codes. */
const theCodes = -1

/** Items that stay read. */
const keep = 5000

export class Catalogue {
  private readonly read = new Map<string, CatalogueItem>()
  private codes: CodesRecord | undefined
  private others = new Map<string, number>()
  private readonly ids = new Map<ChunkRecord, string[]>()
  private readonly coming = new Map<number, Promise<void>>()

  private constructor(
    private readonly index: IndexRecord, private readonly chunks: (ChunkRecord | undefined)[],
    private readonly fetch: (chunk: number) => Promise<ChunkRecord>, private readonly fetchCodes: () => Promise<CodesRecord | undefined>,
  ) {}

  /** Of the chunks that a pack names. Undefined when one is not here. Where things are is found out the first time, and kept. */
  static async load(store: Store, hashes: string[]): Promise<Catalogue | undefined> {
    const fetch = async (n: number) => {
      const [chunk] = await store.chunks([hashes[n]!])
      if (!chunk) throw new Refuse('no-pack')
      return packed(store, chunk)
    }
    const [held, index] = await Promise.all([store.heldChunks().then((h) => new Set(h)), store.get('index')])
    if (!hashes.every((hash) => held.has(hash))) return undefined
    if (isOf(index, hashes)) {
      return new Catalogue(index, hashes.map(() => undefined), fetch, async () => {
        const codes = await store.get('codes')
        if (isOf(codes, hashes)) return codes
        await store.put('index', undefined).catch(() => {}) // the next start makes both again
        return undefined
      })
    }
    const chunks = await Promise.all(hashes.map((_, n) => fetch(n)))
    const made = indexChunks(chunks)
    await store.put('codes', made.codes).then(() => store.put('index', made.index)).catch(() => {}) // made again at the next start
    return Catalogue.whole(made, chunks)
  }

  /** Of items that are in no database. */
  static of(items: CatalogueItem[]): Catalogue {
    const chunks = [packChunk('', items)]
    return Catalogue.whole(indexChunks(chunks), chunks)
  }

  /** All of it is here. */
  private static whole({ index, codes }: ReturnType<typeof indexChunks>, chunks: ChunkRecord[]): Catalogue {
    const c = new Catalogue(index, chunks, () => Promise.reject(new Refuse('no-pack')), async () => codes)
    c.take(codes)
    return c
  }

  /** Does what only looks at items, again and again until all that it looks at has been read. */
  async reading<T>(look: () => T): Promise<T> {
    for (;;) {
      try {
        return look()
      } catch (e) {
        if (!(e instanceof NotRead)) throw e
        await this.bring(e.part)
      }
    }
  }

  /** As reading, of what has been read already; undefined: not all of it has, but soon will have been. */
  now<T>(look: () => T): T | undefined {
    try {
      return look()
    } catch (e) {
      if (!(e instanceof NotRead)) throw e
      void this.bring(e.part).catch(() => {})
      return undefined
    }
  }

  private bring(part: number): Promise<void> {
    const read = async () => {
      if (part !== theCodes) this.chunks[part] = await this.fetch(part)
      else this.take((await this.fetchCodes()) ?? indexChunks(await this.all()).codes)
    }
    const coming = this.coming.get(part) ?? read().finally(() => this.coming.delete(part))
    this.coming.set(part, coming)
    return coming
  }

  private take(codes: CodesRecord): void {
    this.codes = codes
    this.others = new Map(codes.others)
  }

  /** Reads what has not been read, the codes at once and then chunk after chunk, as long as each rest before one says to go on. */
  async fill(rest: () => Promise<boolean>): Promise<void> {
    if (!this.codes) await this.bring(theCodes)
    for (let n = 0; n < this.chunks.length; n++) if (!this.chunks[n] && await rest()) await this.bring(n)
  }

  /** All chunks, read at once where they have not been. */
  private async all(): Promise<ChunkRecord[]> {
    if (this.chunks.includes(undefined)) await Promise.all(this.chunks.map((chunk, n) => chunk ?? this.bring(n)))
    return this.chunks as ChunkRecord[]
  }

  item(id: string): CatalogueItem | undefined {
    const read = this.read.get(id)
    if (read) return read
    const { firsts } = this.index
    let low = 0, high = firsts.length // the last that begins at or before it is the one below high
    while (low < high) {
      const middle = (low + high) >> 1
      if (firsts[middle]! <= id) low = middle + 1
      else high = middle
    }
    const near = low ? this.within(low - 1, id) : undefined
    if (near) return near
    for (let n = 0; n < this.chunks.length; n++) { // the server orders by bytes: beyond the first plane it may be another chunk
      const item = this.chunk(n).ids.includes(id) ? this.within(n, id) : undefined
      if (item) return item
    }
    return undefined
  }

  private chunk(n: number): ChunkRecord {
    const chunk = this.chunks[n]
    if (!chunk) throw new NotRead(n)
    return chunk
  }

  private within(n: number, id: string): CatalogueItem | undefined {
    const chunk = this.chunk(n)
    let ids = this.ids.get(chunk)
    if (!ids) this.ids.set(chunk, (ids = chunk.ids.split('\n')))
    const at = ids.indexOf(id)
    return at < 0 ? undefined : this.at(chunk, at)
  }

  private at(chunk: ChunkRecord, n: number): CatalogueItem {
    const item = itemAt(chunk, n)
    if (this.read.size >= keep) this.read.clear()
    this.read.set(item.id, item)
    return item
  }

  code(code: string): Coded | undefined {
    const owner = this.owner(code)
    if (owner === undefined) return undefined
    const item = this.at(this.chunk(Math.floor(owner / ownerStep)), owner % ownerStep)
    const barcode = item.barcodes?.find((b) => b.code === code)
    return barcode && { item, pack: barcode.pack }
  }

  private owner(code: string): number | undefined {
    const key = digitsKey(code)
    if (!this.codes) throw new NotRead(theCodes)
    if (key === undefined) return this.others.get(code)
    const { codes, owners } = this.codes, at = firstAt(codes, key)
    return codes[at] === key ? owners[at] : undefined
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
  async find(query: string, most = 20): Promise<CatalogueItem[]> {
    const chunks = await this.all()
    const exact = await this.reading(() => this.code(readDigits(query.trim()))?.item)
    const found = search(chunks, query, most).map((hit) => this.at(hit.chunk, hit.item))
    return exact ? [exact, ...found.filter((i) => i.id !== exact.id)].slice(0, most) : found
  }
}

/** A chunk as this version packs it. */
async function packed(store: Store, chunk: ChunkRecord | PlainChunk): Promise<ChunkRecord> {
  if (isPacked(chunk)) return chunk
  const anew = packChunk(chunk.hash, unpackChunk(chunk))
  await store.putChunk(anew).catch(() => {}) // packed again at the next start
  return anew
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
