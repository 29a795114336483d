// The catalogue in memory: every code of 25,000 items answers from a Map, every name from one linear search.
import type { CatalogueItem } from '../store/schema'
import type { Store } from '../store/store'
import { fold } from './fold'
import type { Item, Name, Pack } from './types'

export interface Coded {
  item: CatalogueItem
  pack: number
}

export class Catalogue {
  private readonly codes = new Map<string, Coded>()
  private readonly items = new Map<string, CatalogueItem>()
  private readonly names: { item: CatalogueItem; text: string }[] = []
  /** Not yet among the names. */
  private unnamed: CatalogueItem[] = []

  /** Reads the chunks that a pack names. Undefined when one is not here. */
  static async load(store: Store, hashes: string[]): Promise<Catalogue | undefined> {
    const c = new Catalogue()
    for (const hash of hashes) {
      const chunk = await store.chunk(hash)
      if (!chunk) return undefined
      c.add(chunk.items)
    }
    return c
  }

  add(items: CatalogueItem[]): void {
    for (const item of items) {
      this.items.set(item.id, item)
      for (const b of item.barcodes ?? []) this.codes.set(b.code, { item, pack: b.pack })
    }
    this.unnamed.push(...items)
  }

  /** Prepares the search a slice at a time, so that scans are answered in between. */
  async prepare(pause: () => Promise<void>): Promise<void> {
    while (this.unnamed.length) {
      await pause()
      this.name(500)
    }
  }

  private name(most: number): void {
    for (const item of this.unnamed.splice(0, most)) this.names.push({ item, text: textOf(item) })
  }

  item(id: string): CatalogueItem | undefined { return this.items.get(id) }

  code(code: string): Coded | undefined { return this.codes.get(code) }

  /** A trade item number of 14 digits under whichever length the catalogue writes it. */
  gtin(gtin14: string): Coded | undefined {
    for (const zeros of [0, 1, 2, 6]) {
      if (gtin14.slice(0, zeros) !== '0'.repeat(zeros)) break
      const found = this.codes.get(gtin14.slice(zeros))
      if (found) return found
    }
    return undefined
  }

  /** At most so many items, best first: a code that begins so, a name that begins so, a word that does, the rest. */
  find(query: string, most = 50): CatalogueItem[] {
    const words = fold(query).split(' ').filter(Boolean)
    if (!words.length) return []
    const exact = this.codes.get(query.trim()) ?? this.codes.get(words.join(''))
    this.name(Infinity)
    const ranks: CatalogueItem[][] = [exact ? [exact.item] : [], [], [], []]
    const first = words[0]!
    for (const { item, text } of this.names) {
      if (item === exact?.item || !words.every((w) => text.includes(w))) continue
      ranks[text.startsWith(' ' + first) ? 1 : text.includes(' ' + first) ? 2 : 3]!.push(item)
    }
    return ranks.flat().slice(0, most)
  }
}

const textOf = (item: CatalogueItem) =>
  ' ' + fold(`${item.name.ar ?? ''} ${item.name.en ?? ''} ${item.id}`) + (item.barcodes ?? []).map((b) => ' ' + b.code).join('')

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
