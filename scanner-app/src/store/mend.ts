// After a write that met a disk without a byte. Chromium leaves its front in the log, writes on behind it at the next opening, finds the
// log corrupt at the one after, and begins an empty database in the place of this one (DESIGN.md, Room). So, before anything is
// recorded: a copy goes beside the database, the log is filled until the browser has begun another, and a database that is
// gone is made anew from the copy.
import { finish, strict } from './durable'
import { StoreFailed } from './failure'
import { noise } from './beside'
import type { Database } from './schema'

/** All but chunks, which are fetched again, and images, of which those that the server lacks are kept. */
const kept = ['events', 'passes', 'packs', 'sessions', 'photos'] as const

/** Of what lies in state: made again of chunks, and no JSON. */
const remade = new Set<IDBValidKey>(['index', 'codes'])

/** Chromium begins another log after at most 4 MB, and has dropped the one before when it begins a third. Values from 64 kB on lie elsewhere. */
const fill = { values: 160, size: 60_000, together: 8 }

type Records = { [S in (typeof kept)[number]]: { value: unknown }[] } & { state: [string, unknown][] }

/** Throws where there is no room for it; done again it goes on. */
export async function mend(db: Database): Promise<void> {
  const cache = await globalThis.caches?.open('jard-copy').catch(() => undefined)
  if (await db.get('state', 'stream')) {
    if (cache) await copy(db, cache).catch((e) => { if (StoreFailed.from(e).key === 'storage-full') throw e })
    await fillLog(db)
  } else {
    const records = await cache?.match('/records')
    if (records) await restore(db, cache!, (await records.json()) as Records)
  }
  if (cache) await caches.delete('jard-copy')
}

async function copy(db: Database, cache: Cache): Promise<void> {
  const tx = db.transaction([...kept, 'state'] as const)
  const all = await Promise.all(kept.map(async (s) => [s, await tx.objectStore(s).getAll()] as const))
  const state = tx.objectStore('state')
  const [keys, values] = await Promise.all([state.getAllKeys(), state.getAll()])
  for (const p of await db.getAll('photos')) {
    const image = p.sentAt === undefined ? await db.get('images', p.hash) : undefined
    if (image) await cache.put('/' + p.hash, new Response(image.bytes))
  }
  const records = { ...Object.fromEntries(all), state: keys.flatMap((k, i) => (remade.has(k) ? [] : [[k, values[i]]])) }
  await cache.put('/records', new Response(JSON.stringify(records)))
}

async function restore(db: Database, cache: Cache, records: Records): Promise<void> {
  const images: { hash: string; bytes: ArrayBuffer }[] = []
  for (const { url } of await cache.keys()) {
    const hash = url.slice(url.lastIndexOf('/') + 1), held = hash === 'records' ? undefined : await cache.match(url)
    if (held) images.push({ hash, bytes: await held.arrayBuffer() })
  }
  const tx = db.transaction([...kept, 'state', 'images'] as const, 'readwrite', strict)
  await finish(tx, [
    ...kept.flatMap((s) => records[s].map((r) => tx.objectStore(s).put(r as never))),
    ...records.state.map(([key, value]) => tx.objectStore('state').put(value, key)),
    ...images.map((i) => tx.objectStore('images').put(i)),
  ])
}

async function fillLog(db: Database): Promise<void> {
  const { buffer: bytes } = noise(fill.size)
  const names = Array.from({ length: fill.together }, (_, i) => `fill-${i}`)
  for (let n = 0; n < fill.values; n += fill.together) {
    const tx = db.transaction('images', 'readwrite', strict)
    await finish(tx, names.map((hash) => tx.store.put({ hash, bytes })))
  }
  const tx = db.transaction('images', 'readwrite', strict)
  await finish(tx, names.map((hash) => tx.store.delete(hash)))
}
