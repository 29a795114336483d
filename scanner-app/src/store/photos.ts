// Photos of what was counted: kept like events, sent apart. A photo lies here before an event names it, and stays until the
// server has it and the event that names it may go, too.
import { sha256 } from '../wire/digest'
import { finish, strict } from './durable'
import type { Database, PhotoRecord } from './schema'

/** The greatest photo that a server takes, bytes, and its longest side, pixels. */
export const maxPhoto = 200 << 10
export const maxSide = 1280

export interface PhotoSpace {
  held: number
  bytes: number
  /** Those that the server does not take are among them. */
  unsent: number
  refused: number
}

export class Photos {
  /** InTurn is the store's: writes follow each other. */
  constructor(private readonly db: Database, private readonly inTurn: <T>(f: () => Promise<T>) => Promise<T>) {}

  /** Keeps a photo that nothing names yet, durably, and gives its hash. */
  async add(bytes: ArrayBuffer, session: string, at: number): Promise<string> {
    const hash = await sha256(new Uint8Array(bytes))
    await this.inTurn(async () => {
      if (await this.db.get('photos', hash)) return // taken twice, or named already
      const tx = this.db.transaction(['photos', 'images'], 'readwrite', strict)
      await finish(tx, [
        tx.objectStore('photos').put({ hash, session, at, size: bytes.byteLength, named: false }), tx.objectStore('images').put({ hash, bytes }),
      ])
    })
    return hash
  }

  async image(hash: string): Promise<ArrayBuffer | undefined> { return (await this.db.get('images', hash))?.bytes }

  all(): Promise<PhotoRecord[]> { return this.db.getAll('photos') }

  /** What is to be sent next: the oldest that an event names. */
  async next(): Promise<{ hash: string; bytes: ArrayBuffer } | undefined> {
    const waiting = (await this.all()).filter((p) => p.named && p.sentAt === undefined && !p.refused).sort((a, b) => a.at - b.at)
    for (const { hash } of waiting) {
      const bytes = await this.image(hash)
      if (bytes) return { hash, bytes }
    }
    return undefined
  }

  async space(): Promise<PhotoSpace> {
    const all = await this.all()
    const unsent = all.filter((p) => p.named && p.sentAt === undefined)
    return { held: all.length, bytes: all.reduce((sum, p) => sum + p.size, 0), unsent: unsent.length, refused: unsent.filter((p) => p.refused).length }
  }

  /** The server has it, or does not take it. */
  settle(hash: string, outcome: { sentAt: number } | { refused: string }): Promise<void> {
    return this.inTurn(async () => {
      const tx = this.db.transaction('photos', 'readwrite', strict)
      const held = await tx.store.get(hash)
      await finish(tx, held ? [tx.store.put({ ...held, ...outcome })] : [])
    })
  }

  /** Another history of the server may lack what the one before had: everything held goes out again. */
  async again(): Promise<void> {
    const sent = (await this.all()).filter((p) => p.sentAt !== undefined)
    if (!sent.length) return
    const tx = this.db.transaction('photos', 'readwrite', strict)
    await finish(tx, sent.map(({ sentAt: _, ...p }) => tx.store.put(p)))
  }

  /** Photos of things that were discarded before anything was recorded go. */
  prune(): Promise<number> {
    return this.inTurn(async () => {
      const loose = (await this.all()).filter((p) => !p.named)
      if (!loose.length) return 0
      const wanted = new Set((await this.db.getAll('passes')).map((p) => p.pending?.photo))
      return this.remove(loose.filter((p) => !wanted.has(p.hash)))
    })
  }

  /** Deletes these, in the caller's turn. */
  async remove(list: PhotoRecord[]): Promise<number> {
    if (!list.length) return 0
    const tx = this.db.transaction(['photos', 'images'], 'readwrite', strict)
    await finish(tx, list.flatMap((p) => [tx.objectStore('photos').delete(p.hash), tx.objectStore('images').delete(p.hash)]))
    return list.length
  }
}
