// A full device: what goes before a count is refused, in which order, and what never goes.
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openDB } from 'idb'
import { Store } from '../src/store/store'
import { packChunk } from '../src/store/chunk'
import { observed, World } from './world'

const add = IDBObjectStore.prototype.add, open = indexedDB.open.bind(indexedDB)

/** A browser's caches, beside the database on a disk that may be full. */
class Beside {
  readonly held = new Map<string, Map<string, ArrayBuffer>>()
  full = false

  readonly open = async (name: string) => {
    const held = this.held.get(name) ?? new Map<string, ArrayBuffer>()
    this.held.set(name, held)
    return {
      keys: async (path?: string) => [...held.keys()].filter((k) => !path || k === path).map((k) => ({ url: 'https://jard.test' + k })),
      match: async (url: string) => { const bytes = held.get(new URL(url, 'https://jard.test').pathname); return bytes && new Response(bytes) },
      delete: async (path: string) => held.delete(path),
      put: async (path: string, r: Response) => {
        if (this.full) throw new DOMException('no room', 'QuotaExceededError')
        held.set(path, await r.arrayBuffer())
      },
    }
  }
  readonly delete = async (name: string) => this.held.delete(name)
  /** What lies in a cache. */
  names(name: string): string { return [...(this.held.get(name)?.keys() ?? [])].sort().join() }
}

let beside: Beside

beforeEach(() => { vi.stubGlobal('caches', beside = new Beside()) })

afterEach(() => {
  IDBObjectStore.prototype.add = add
  indexedDB.open = open
  vi.unstubAllGlobals()
})

/** Events find no room as long as so says it: what a browser does when the disk has none. */
function full(no: () => boolean): void {
  IDBObjectStore.prototype.add = function (this: IDBObjectStore, ...a: Parameters<typeof add>) {
    if (this.name === 'events' && no()) throw new DOMException('no room', 'QuotaExceededError')
    return add.apply(this, a)
  }
}

const jpeg = (n: number) => Uint8Array.from([0xff, 0xd8, 0xff, n]).buffer

async function laden() {
  const w = new World()
  const s = await Store.open(w.database, w.env)
  const site = { id: 'c', name: {}, kind: 'k', sections: [], locations: [] }
  const plan = { kind: 'full', blind: true, name: {}, scope: {} }
  for (const [session, chunk] of [['here', 'a'], ['other', 'b']] as const) {
    await s.putChunk(packChunk(chunk.repeat(64), []))
    await s.putPack({ session, site, plan, catalogue: { items: 0, chunks: [chunk.repeat(64)] }, schemes: [], people: [] },
      { session, cursor: 'c', state: 'open', round: 1, tasks: [], drained: false, overAt: 0 })
  }
  await s.put('current', 'here')
  const sent = await s.photos.add(jpeg(1), 'here', 1), unsent = await s.photos.add(jpeg(2), 'here', 2)
  await s.record([{ ...observed('here', 'p', '1'), photo: sent }, { ...observed('here', 'p', '2'), photo: unsent }])
  await s.photos.settle(sent, { sentAt: s.newest })
  await s.room.reserve()
  const lies = async () => ({ chunks: (await s.heldChunks()).map((h) => h[0]).sort().join(''), photos: (await s.photos.all()).map((p) => (p.hash === sent ? 'sent' : 'unsent')).sort().join(), low: s.room.isLow, last: s.last })
  return { w, s, lies, unsent }
}

it('lets go of what is held elsewhere first, and of the reserve last, and takes the count each time', async () => {
  const { s, lies } = await laden()
  expect(await lies()).toEqual({ chunks: 'ab', photos: 'sent,unsent', low: false, last: 2 })
  const steps = [{ chunks: 'a', photos: 'sent,unsent', low: false }, { chunks: 'a', photos: 'unsent', low: false }, { chunks: 'a', photos: 'unsent', low: true }]
  for (const [n, step] of steps.entries()) {
    let no = true
    full(() => no && !(no = false)) // once
    await s.record([observed('here', 'p', String(3 + n))])
    expect(await lies()).toEqual({ ...step, last: 3 + n })
  }
  s.close()
})

it('refuses when nothing is left, loses nothing of what it had, and sets the reserve aside again', async () => {
  const { s, lies } = await laden()
  let no = true
  full(() => no)
  await expect(s.record([observed('here', 'p', '3')])).rejects.toMatchObject({ key: 'storage-full', ar: expect.stringMatching(/./) })
  expect(await lies()).toEqual({ chunks: 'a', photos: 'unsent', low: true, last: 2 })
  no = false
  await s.record([observed('here', 'p', '3')])
  expect((await s.read(1, 9, 1 << 20)).map((e) => JSON.parse(e.body).code)).toEqual(['1', '2', '3'])
  await s.room.reserve()
  expect((await lies()).low).toBe(false)
  s.close()
})

it('lets nothing go for a clock event, and no catalogue of a session that goes on while none is on the screen', async () => {
  const { s, lies } = await laden()
  await s.put('current', undefined)
  let no = true
  full(() => no && !(no = false)) // once
  await expect(s.record([{ kind: 'clock', session: 'here' }])).rejects.toMatchObject({ key: 'storage-full' })
  expect(await lies()).toEqual({ chunks: 'ab', photos: 'sent,unsent', low: false, last: 2 })
  expect(s.room.isFull).toBe(false) // a count may still find room
  no = true
  await s.record([observed('here', 'p', '3')])
  expect(await lies()).toEqual({ chunks: 'ab', photos: 'unsent', low: false, last: 3 })
  s.close()
})

it('is looked for between counts, and a count is refused before the disk is full', async () => {
  const { w, s, lies } = await laden()
  expect(beside.names('jard-room')).toBe('/began,/reserve,/whole')
  beside.full = true
  await new Promise<void>((resume) => void w.env.later(6000, resume))
  await s.record([observed('here', 'p', '3')]) // it was not looked within this one
  expect(await lies()).toEqual({ chunks: 'ab', photos: 'sent,unsent', low: false, last: 3 })
  await expect(s.record([observed('here', 'p', '4')])).rejects.toMatchObject({ key: 'storage-full' })
  expect([await lies(), s.room.isFull, beside.names('jard-room')]).toEqual([{ chunks: 'a', photos: 'unsent', low: true, last: 3 }, true, '/began,/whole'])
  await expect(s.probe()).rejects.toMatchObject({ key: 'storage-full' })
  beside.full = false
  await s.probe()
  await s.record([observed('here', 'p', '4')])
  expect([s.room.isFull, s.last]).toEqual([false, 4])
  s.close()
})

/** As Chromium does it: no word but this, and it does not open as long as so says it. */
function closed(no: () => boolean): void {
  indexedDB.open = (...a: Parameters<typeof open>) => {
    if (no()) throw new DOMException('Internal error opening backing store', 'UnknownError')
    return open(...a)
  }
}

it('is the reserve’s for a database that does not open on a full disk; with none left it says what is the matter', async () => {
  const { w, s } = await laden()
  s.close()
  beside.full = true
  closed(() => beside.names('jard-room').includes('/reserve'))
  const put = vi.spyOn(IDBObjectStore.prototype, 'put')
  await expect(Store.open(w.database, w.env)).rejects.toMatchObject({ key: 'storage-full' }) // there is none for the copy
  expect([beside.names('jard-room'), put.mock.calls.length]).toEqual(['/began', 0]) // nothing is written to what may be torn
  put.mockRestore()
  closed(() => true)
  await expect(Store.open(w.database, w.env)).rejects.toMatchObject({ key: 'storage-full' })
  beside.full = false // there is room, and it does not open all the same
  await expect(Store.open(w.database, w.env)).rejects.toMatchObject({ key: 'storage-failed' })
  closed(() => false)
  const again = await Store.open(w.database, w.env)
  expect([again.last, again.room.isLow, beside.names('jard-room')]).toEqual([2, true, '/began,/whole'])
  again.close()
})

/** The browser closes the database by itself. */
async function terminate(w: World): Promise<void> {
  closed(() => true)
  await Store.open(w.database, w.env).catch(() => {})
  closed(() => false)
}

it('keeps a copy beside a database that may be torn until its log was begun anew, and makes a lost one from it', async () => {
  const { w, s, unsent } = await laden()
  const pass = { pass: 'p', person: 'ali', session: 'here', location: 'A', round: 1, mode: 'each', at: 1, closed: false, undirected: false } as never
  await s.putPass(pass)
  const held = async (s: Store) => ({ events: await s.read(1, 9, 1 << 20), passes: await s.passes('here'), photos: await s.photos.all(), current: await s.get('current'), epoch: s.epoch, image: await s.photos.image(unsent) })
  const before = await held(s)
  s.close()
  await terminate(w)
  expect(beside.names('jard-room')).toBe('/began,/reserve')
  // The browser is killed while the log is being filled.
  let filled = 0
  const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore) {
    filled++
    throw new DOMException('killed', 'UnknownError')
  })
  await expect(Store.open(w.database, w.env)).rejects.toMatchObject({ key: 'storage-failed' })
  expect([filled, beside.names('jard-copy')]).toEqual([1, `/${unsent},/records`])
  put.mockRestore()
  await new Promise((done) => { indexedDB.deleteDatabase(w.database).onsuccess = done })
  const again = await Store.open(w.database, w.env)
  expect(await held(again)).toEqual(before)
  expect([beside.names('jard-copy'), beside.names('jard-room')]).toEqual(['', '/began,/whole'])
  await again.record([observed('here', 'p', '3')])
  expect(again.last).toBe(3)
  again.close()
})

it('fills the log of a database that may be torn with more than a browser keeps in one, once, and leaves nothing of it', async () => {
  const { w, s } = await laden()
  s.close()
  await terminate(w)
  let bytes = 0
  const put = IDBObjectStore.prototype.put
  IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...a: Parameters<typeof put>) {
    if (this.name === 'images') bytes += (a[0] as { bytes: ArrayBuffer }).bytes.byteLength
    return put.apply(this, a)
  }
  const images = async (s: Store) => [s.last, (await s.photos.all()).length, bytes > 8 << 20]
  const again = await Store.open(w.database, w.env)
  expect(await images(again)).toEqual([2, 2, true])
  again.close()
  bytes = 0
  const third = await Store.open(w.database, w.env)
  expect(await images(third)).toEqual([2, 2, false])
  expect((await third.get('stream'))!.epoch).toBe(again.epoch)
  third.close()
  IDBObjectStore.prototype.put = put
  const db = await openDB(w.database)
  expect((await db.getAllKeys('images')).filter((k) => String(k).startsWith('fill'))).toEqual([])
  db.close()
})
