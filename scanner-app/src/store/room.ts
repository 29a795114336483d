// Room on a full device: what can be fetched again, or is held by the server for good, goes before a count is refused.
import { finish, strict } from './durable'
import type { Photos } from './photos'
import type { Database } from './schema'

/** Kept empty for the time when nothing else is left: some thousands of events. */
const reserve = { hash: 'reserve', size: 1 << 20 }

/** Sets the reserve aside. False: there is no room for it. */
export async function setAside(db: Database): Promise<boolean> {
  try {
    if (await db.getKey('images', reserve.hash)) return true
    const tx = db.transaction('images', 'readwrite', { durability: 'relaxed' })
    await finish(tx, [tx.store.put({ hash: reserve.hash, bytes: noise(reserve.size) })])
    return true
  } catch {
    return false
  }
}

/** Whether a write finds room: throws where it does not. */
export async function tryRoom(db: Database): Promise<void> {
  const tx = db.transaction('state', 'readwrite', strict)
  await finish(tx, [tx.store.put(noise(4096), 'probe')])
  await db.delete('state', 'probe')
}

/** Bytes that no file system makes smaller. */
function noise(size: number): ArrayBuffer {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
  return bytes.buffer
}

/**
 * Frees the first of these that frees anything, in the caller's turn: chunks that the session on the screen does not need (where there is none, those of sessions that are over), images
 * of photos that the server has, and at last the reserve. Undefined: there is nothing left to free.
 */
export async function makeRoom(db: Database, photos: Photos): Promise<'chunks' | 'photos' | 'reserve' | undefined> {
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
  if (!(await db.getKey('images', reserve.hash))) return undefined
  const tx = db.transaction('images', 'readwrite', strict)
  await finish(tx, [tx.store.delete(reserve.hash)])
  return 'reserve'
}
