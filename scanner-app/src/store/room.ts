// Room on a full device: what can be fetched again, or is held by the server for good, goes before a count is refused.
import { anyRoom, freeReserve, noise, setAside } from './beside'
import { finish, strict } from './durable'
import { StoreFailed } from './failure'
import type { Photos } from './photos'
import type { Database } from './schema'

/** While something is recorded it is looked so often, ms, whether others have filled the disk. */
const lookEvery = 5000

export class Room {
  /** A write that mattered found no room, and none has succeeded since. */
  isFull = false
  /** The reserve is in use: nothing can be freed any more. */
  isLow = false
  /** There was next to no room when it was looked last, and when that was, by the monotonic clock. */
  private short = false
  private lookedAt = -Infinity

  constructor(private readonly db: Database, private readonly photos: Photos, private readonly mono: () => number) {}

  /**
   * Does in the caller's turn what a counter waits for: on a full device room is made for it, as long as there is anything to free. On an
   * error nothing was written, so that it can be done again.
   */
  async press<T>(f: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        if (this.short && !(await this.look())) throw new StoreFailed('storage-full')
        const done = await f()
        this.isFull = false
        if (this.mono() - this.lookedAt > lookEvery) void this.look() // nobody waits for it
        return done
      } catch (e) {
        const failed = StoreFailed.from(e)
        if (failed.key !== 'storage-full') throw failed
        const freed = await makeRoom(this.db, this.photos).catch(() => undefined)
        if (!freed) throw this.missed(failed)
        if (freed === 'reserve') this.isLow = true
      }
    }
  }

  /** What a write that mattered failed with. */
  missed(e: unknown): StoreFailed {
    const failed = StoreFailed.from(e)
    if (failed.key === 'storage-full') this.isFull = true
    return failed
  }

  private async look(): Promise<boolean> {
    this.lookedAt = this.mono()
    this.short = !(await anyRoom())
    return !this.short
  }

  /** Looks in the caller's turn whether there is room for a write again, and frees nothing for it. */
  async probe(): Promise<void> {
    if (!(await this.look())) throw new StoreFailed('storage-full') // the database is not asked: that may close it
    await tryRoom(this.db)
    this.isFull = false
  }

  /** Sets the reserve aside, or finds that there is no room for it. */
  async reserve(): Promise<void> { this.isLow = !(await setAside()) }
}

/** Whether a write finds room: throws where it does not. */
async function tryRoom(db: Database): Promise<void> {
  const tx = db.transaction('state', 'readwrite', strict)
  await finish(tx, [tx.store.put(noise(4096), 'probe')])
  await db.delete('state', 'probe')
}

/**
 * Frees the first of these that frees anything, in the caller's turn: chunks that the session on the screen does not need (where there is none, those of sessions that are over), images
 * of photos that the server has, and at last the reserve. Undefined: there is nothing left to free.
 */
async function makeRoom(db: Database, photos: Photos): Promise<'chunks' | 'photos' | 'reserve' | undefined> {
  const current = (await db.get('state', 'current')) as string | undefined
  const over = new Set((await db.getAll('sessions')).filter((s) => s.overAt > 0).map((s) => s.session))
  const packs = (await db.getAll('packs')).filter((p) => (current === undefined ? !over.has(p.session) : p.session === current))
  const needed = new Set(packs.flatMap((p) => p.catalogue.chunks))
  const chunks = (await db.getAllKeys('chunks')).filter((hash) => !needed.has(hash))
  if (chunks.length) {
    const tx = db.transaction('chunks', 'readwrite', strict)
    await finish(tx, chunks.map((hash) => tx.store.delete(hash)))
    return 'chunks'
  }
  if (await photos.remove((await photos.all()).filter((p) => p.sentAt !== undefined))) return 'photos'
  return (await freeReserve()) ? 'reserve' : undefined
}
