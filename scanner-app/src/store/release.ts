// Letting go: events from the oldest on that are acknowledged, whose session is over, and that a verified backup holds (without
// backups, and in earlier epochs, of which no backup is told: 30 days after the end). Packs, passes and photos of a session follow its last event.
import { zeroDigest } from '../wire/digest'
import { finish, strict } from './durable'
import type { Database, EventRecord, PhotoRecord, SessionRecord, StreamState } from './schema'

/** How long acknowledged events of an ended session stay where no backup is known to hold them, by the server's time. */
export const keepFor = 30 * 24 * 3600 * 1000

/** So many events are read at once. */
const some = 500

/** What decides. Now is the server's time as it was measured, ms; undefined: not measured yet, and no time is up. */
export interface Ground {
  stream: StreamState
  now: number | undefined
}

type Over = ReadonlyMap<string, SessionRecord>

const isUp = (s: SessionRecord | undefined, now: number | undefined) => s?.keptFrom !== undefined && now !== undefined && now - s.keptFrom >= keepFor

function eventGoes({ n, session }: EventRecord, over: Over, { stream: { base, acked, safeThrough }, now }: Ground): boolean {
  if (!over.has(session) || n - base > acked) return false
  return n > base && safeThrough !== undefined ? n - base <= safeThrough : isUp(over.get(session), now)
}

/** Once no event of its session is held: the server has it, and a backup that was made after it came holds it. */
function photoGoes(p: PhotoRecord, over: Over, { stream: { base, safeThrough }, now }: Ground): boolean {
  if (!p.named || !over.has(p.session)) return false
  if (p.sentAt !== undefined && safeThrough !== undefined && base + safeThrough > p.sentAt) return true
  return (p.sentAt ?? p.refused) !== undefined && isUp(over.get(p.session), now)
}

/** Those of these sessions of which an event is held, read from the oldest on until each was met. */
async function withEvents(read: (range: IDBKeyRange) => Promise<EventRecord[]>, sessions: ReadonlySet<string>): Promise<Set<string>> {
  const met = new Set<string>()
  for (let after = 0; met.size < sessions.size;) {
    const list = await read(IDBKeyRange.lowerBound(after, true))
    for (const e of list) if (sessions.has(e.session)) met.add(e.session)
    if (list.length < some) break
    after = list[list.length - 1]!.n
  }
  return met
}

const overOf = (all: SessionRecord[]): Over => new Map(all.filter((s) => s.overAt > 0).map((s) => [s.session, s]))

/** Sessions of which something lies here that goes with their last event. */
async function followed(over: Over, ground: Ground, photos: PhotoRecord[], packs: string[], passes: (session: string) => Promise<number>): Promise<Set<string>> {
  const list = new Set(photos.filter((p) => photoGoes(p, over, ground)).map((p) => p.session))
  for (const s of over.values()) {
    const spent = isUp(s, ground.now) && !photos.some((p) => p.session === s.session)
    if (spent || packs.includes(s.session) || (await passes(s.session))) list.add(s.session)
  }
  return list
}

/** Whether letGo would change anything. It only reads, and no more than it must: the first event alone decides for all of them. */
export async function anythingGoes(db: Database, ground: Ground): Promise<boolean> {
  const over = overOf(await db.getAll('sessions'))
  if (!over.size) return false
  if (ground.now !== undefined && [...over.values()].some((s) => s.keptFrom === undefined)) return true
  const [first] = await db.getAll('events', null, 1)
  if (first && eventGoes(first, over, ground)) return true
  const list = await followed(over, ground, await db.getAll('photos'), await db.getAllKeys('packs'), (session) => db.countFromIndex('passes', 'session', session))
  return (await withEvents((range) => db.getAll('events', range, some), list)).size < list.size
}

/** Deletes what may go, in the caller's turn; gives how many events that were, and what the chain starts from now. */
export async function letGo(db: Database, ground: Ground): Promise<{ deleted: number; floor: StreamState['floor'] }> {
  const { stream, now } = ground
  const tx = db.transaction(['events', 'passes', 'packs', 'sessions', 'state', 'photos', 'images'], 'readwrite', strict)
  const events = tx.objectStore('events'), passes = tx.objectStore('passes'), packs = tx.objectStore('packs'), sessions = tx.objectStore('sessions')
  let { floor } = stream
  let deleted = 0
  const work = async () => {
    const over = overOf(await sessions.getAll())
    for (const s of over.values()) if (s.keptFrom === undefined && now !== undefined) await sessions.put(Object.assign(s, { keptFrom: now }))
    for (let c = await events.openCursor(); c && eventGoes(c.value, over, ground); c = await c.continue()) {
      await c.delete()
      floor = { n: c.value.n, digest: c.value.n <= stream.base ? zeroDigest : c.value.digest }
      deleted++
    }
    if (floor.n < stream.base) floor = { n: stream.base, digest: zeroDigest }
    const photos = await tx.objectStore('photos').getAll()
    const list = await followed(over, ground, photos, await packs.getAllKeys(), (session) => passes.index('session').count(session))
    const left = await withEvents((range) => events.getAll(range, some), list)
    for (const session of list) {
      if (left.has(session)) continue
      for (const pass of await passes.index('session').getAllKeys(session)) await passes.delete(pass)
      await packs.delete(session)
      const its = photos.filter((p) => p.session === session)
      for (const { hash } of its.filter((p) => photoGoes(p, over, ground))) {
        await tx.objectStore('photos').delete(hash)
        await tx.objectStore('images').delete(hash)
      }
      if (!its.length && isUp(over.get(session), now)) await sessions.delete(session)
    }
    await tx.objectStore('state').put({ ...stream, floor }, 'stream')
  }
  await finish(tx, [work()])
  return { deleted, floor }
}
