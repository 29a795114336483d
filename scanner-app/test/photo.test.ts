// A photo is kept with what it shows, sent when nothing else is left to send, and let go of like an event. It never stands in
// the way of a count.
import 'fake-indexeddb/auto'
import { describe, expect, it, vi } from 'vitest'
import { createModel } from '../src/model/model'
import type { Model } from '../src/model/types'
import { keepFor } from '../src/store/release'
import { Store } from '../src/store/store'
import { sha256 } from '../src/wire/digest'
import { calm } from './server'
import { observed, World } from './world'
import { arrived, counting, keys, milk, rice, until } from './model/counter'

const jpeg = (n: number, size = 2000) => Uint8Array.from({ length: size }, (_, i) => [0xff, 0xd8, 0xff, n][i] ?? i & 0x7f).buffer
const sealed = (session: string, overAt: number) => ({ session, cursor: 'c', state: 'sealed' as const, round: 1, tasks: [], drained: true, overAt })
const soon = (f: () => boolean) => vi.waitFor(() => expect(f()).toBe(true), { timeout: 20_000, interval: 5 })

/** One milk is counted and has a photo, and what was recorded of it is sent. */
async function photographed(w: World, m: Model): Promise<void> {
  await m.scan('A-01-03')
  await m.scan(milk)
  await m.setPhoto(jpeg(1))
  await keys(m, '1')
  await m.confirm()
  await arrived(w, m)
}

describe('on the counting screen', () => {
  it('goes into the observation and to the server, after the events', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    expect(await m.setPhoto(jpeg(1))).toMatchObject({ refused: { key: 'nothing-to-undo' } })
    await m.scan(milk)
    await keys(m, '3')
    expect(await m.setPhoto(jpeg(1))).toEqual({})
    const hash = await sha256(new Uint8Array(jpeg(1)))
    expect(m.pass.value!.pending).toMatchObject({ keyed: '3', photo: hash })
    expect(new Uint8Array(await (await m.photo(hash))!.arrayBuffer())).toEqual(new Uint8Array(jpeg(1)))
    await m.confirm()
    expect(m.pass.value!.entries).toMatchObject([{ photo: hash }])
    const log = await arrived(w, m)
    expect(log.find((e) => e['kind'] === 'observed')).toMatchObject({ item: 'milk', photo: hash })
    await soon(() => w.server.photos.has(hash))
    expect(w.server.photos.get(hash)).toEqual({ bytes: new Uint8Array(jpeg(1)), after: expect.any(Number) })
    expect(w.server.photos.get(hash)!.after).toBeGreaterThanOrEqual(2) // both events were there before
    await m.stop()
  })

  it('belongs to what it shows, whatever became of that while it was made small', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    const shown = m.pass.value!.pending!
    await keys(m, '3')
    await m.scan(rice) // confirms the milk
    await keys(m, '2')
    expect(await m.setPhoto(jpeg(1), shown)).toEqual({})
    const hash = await sha256(new Uint8Array(jpeg(1)))
    expect(m.pass.value!.pending).toMatchObject({ item: { id: 'rice' } })
    expect(m.pass.value!.pending!.photo).toBeUndefined()
    const standing = () => m.pass.value!.entries.filter((e) => !e.reversed)
    expect(standing()).toMatchObject([{ item: { id: 'milk' }, quantity: 3000, photo: hash }])
    const entry = standing()[0]!
    await m.describe({ condition: 'damaged' }, entry) // is another entry by then
    await m.confirm()
    expect(await m.setPhoto(jpeg(2), entry)).toEqual({})
    const second = await sha256(new Uint8Array(jpeg(2)))
    expect(standing()).toMatchObject([{ item: { id: 'milk' }, condition: 'damaged', photo: second }, { item: { id: 'rice' } }])
    expect(standing()[1]!.photo).toBeUndefined()
    await m.scan(milk)
    await m.answer('discard')
    const gone = standing()[0]!
    await m.undo(gone)
    expect((await m.setPhoto(jpeg(3), gone)).refused!.key).toBe('goods-gone')
    expect(await m.photo(await sha256(new Uint8Array(jpeg(3))))).toBeUndefined()
    await arrived(w, m)
    await m.stop()
  })

  it('is taken off again, and goes with what is discarded; a reversal names it no more', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    await m.setPhoto(jpeg(1))
    await m.setPhoto(undefined)
    expect(m.pass.value!.pending!.photo).toBeUndefined()
    await keys(m, '1')
    await m.confirm()
    await m.scan(rice)
    await m.setPhoto(jpeg(2))
    await m.undo()
    await m.scan(rice)
    await m.setPhoto(jpeg(3))
    await keys(m, '2')
    await m.confirm()
    await m.undo()
    const log = await arrived(w, m)
    expect(log.map((e) => [e['kind'], Boolean(e['photo'])])).toEqual([['pass.opened', false], ['observed', false], ['observed', true], ['reversed', false]])
    await m.stop()
    const again = createModel({ env: w.env, name: w.database })
    await until(() => again.phase.value === 'ready')
    const left = await Promise.all([1, 2, 3].map(async (n) => Boolean(await again.photo(await sha256(new Uint8Array(jpeg(n)))))))
    expect(left).toEqual([false, false, true])
    await again.stop()
  })

  it('survives a killed tab with what is pending, and one that is too large is refused', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    expect(await m.setPhoto(jpeg(1, (200 << 10) + 1))).toMatchObject({ refused: { key: 'photo-unfit' } })
    await m.setPhoto(jpeg(1))
    const again = createModel({ env: w.env, name: w.database })
    await until(() => again.phase.value === 'ready')
    expect(again.pass.value!.pending!.photo).toBe(await sha256(new Uint8Array(jpeg(1))))
    expect(await again.photo(again.pass.value!.pending!.photo!)).toBeDefined()
    await m.stop()
    await again.stop()
  })

  it('is refused where there is no room for it, and the count goes on', async () => {
    const w = new World()
    const storage = { persist: async () => true, estimate: async () => ({ usage: 100 << 20, quota: 107 << 20 }) } as StorageManager
    const { m } = await counting(w, {}, storage)
    await until(() => m.storage.value.quota !== undefined)
    await m.scan('A-01-03')
    await m.scan(milk)
    expect(await m.setPhoto(jpeg(1))).toMatchObject({ refused: { key: 'photo-no-room', ar: expect.stringMatching(/./), en: expect.stringMatching(/./) } })
    expect(m.pass.value!.pending!.photo).toBeUndefined()
    await keys(m, '3')
    expect(await m.confirm()).toEqual({ sound: 'ok' })
    expect(m.pass.value!.entries).toMatchObject([{ item: { id: 'milk' }, quantity: 3000 }])
    expect((await arrived(w, m)).filter((e) => e['kind'] === 'observed')).toMatchObject([{ item: 'milk', amount: 3000 }])
    await m.stop()
  })

  it('is refused where the disk has none although the browser says so, and the count goes on', async () => {
    const { m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    const { put } = IDBObjectStore.prototype
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...a: Parameters<typeof put>) {
      if (this.name === 'images') throw new DOMException('no room', 'QuotaExceededError')
      return put.apply(this, a)
    }
    expect(await m.setPhoto(jpeg(1))).toMatchObject({ refused: { key: 'photo-no-room' } })
    IDBObjectStore.prototype.put = put
    await keys(m, '3')
    expect(await m.confirm()).toEqual({ sound: 'ok' })
    expect(m.pass.value!.entries).toMatchObject([{ quantity: 3000 }])
    await m.stop()
  })

  it('does not hold up a count or a push when the server will not have it', async () => {
    const { w, m } = await counting()
    w.server.photoAnswer = { status: 429, code: 'too_many', key: 'too-often' }
    await m.scan('A-01-03')
    for (const [n, code] of [milk, rice].entries()) {
      await m.scan(code)
      await m.setPhoto(jpeg(n))
      await keys(m, '5')
      await m.confirm()
    }
    expect((await arrived(w, m)).length).toBe(3)
    await soon(() => w.server.photoTries > 0)
    w.server.photoAnswer = { status: 400, code: 'invalid', key: 'photo-unfit' }
    await soon(() => w.server.photoTries >= 3)
    w.server.photoAnswer = undefined
    const tries = w.server.photoTries, later = w.env.now() + 90_000
    await m.closePass()
    await arrived(w, m)
    await soon(() => w.env.now() > later) // of the device's clock, which runs fast: each try comes long before
    expect([w.server.photoTries, w.server.photos.size]).toEqual([tries, 0]) // what it calls unfit is not sent for ever
    await m.stop()
  })

  it('is not given up where it did not arrive whole, nor for what the server says in passing', async () => {
    const { w, m } = await counting()
    w.server.photoAnswer = { status: 400, code: 'invalid', key: 'request-unreadable' }
    await photographed(w, m)
    await soon(() => w.server.photoTries > 1)
    w.server.photoAnswer = undefined
    await soon(() => w.server.photos.size === 1)
    await m.stop()
  })

  it('is not given up for a page of the network', async () => {
    const { w, m } = await counting()
    w.server.page = { path: '/photos/', status: 413 }
    await photographed(w, m)
    const hash = await sha256(new Uint8Array(jpeg(1)))
    await vi.waitFor(() => expect(w.server.pages).toBeGreaterThan(0), 20_000)
    w.server.page = undefined
    await vi.waitFor(() => expect(w.server.photos.has(hash)).toBe(true), 20_000)
    await m.stop()
  })

  it('is sent when the network returns, and again after a restore', async () => {
    const { w, m } = await counting()
    await until(() => m.link.value.state === 'online')
    w.server.weather = { ...calm, cutIn: 1, cutOut: 1, dial: 1 }
    w.server.cut()
    await m.scan('A-01-03')
    await m.scan(milk)
    await m.setPhoto(jpeg(1))
    await keys(m, '1')
    await m.confirm()
    const hash = await sha256(new Uint8Array(jpeg(1)))
    expect(w.server.photos.size).toBe(0)
    w.server.weather = calm
    await arrived(w, m)
    await soon(() => w.server.photos.has(hash))
    expect([...w.server.photos.keys()]).toEqual([hash])
    w.server.photos.clear()
    w.server.backup()()
    await soon(() => w.server.photos.has(hash))
    expect(w.server.photos.size).toBe(1)
    await m.stop()
  })
})

describe('in the store', () => {
  it('stays until it was sent, its session is over, and a backup made after that holds it', async () => {
    const w = new World()
    const s = await Store.open(w.database, w.env)
    const a = await s.photos.add(jpeg(1), 'a', 1), b = await s.photos.add(jpeg(2), 'a', 2)
    await s.record([{ ...observed('a', 'p', '1'), photo: a }])
    await s.record([{ ...observed('a', 'p', '2'), photo: b }])
    const held = async () => (await s.photos.all()).map((p) => p.hash).sort()
    const both = [a, b].sort()
    await s.acknowledge(2)
    await s.photos.settle(a, { sentAt: s.newest }) // after both events
    await s.putSession(sealed('a', w.env.now()))
    await s.safe(2)
    expect(await s.release()).toBe(2)
    expect(await held()).toEqual(both) // the backup may be older than the photo
    await s.record([observed('b', 'q', '3')])
    await s.acknowledge(3)
    await s.safe(3)
    await s.release()
    expect(await held()).toEqual([b]) // never sent, never dropped
    for (const later of [0, 2 * keepFor]) {
      await s.measured({ offset: later, rtt: 0, at: w.env.now() })
      await s.release()
    }
    expect(await held()).toEqual([b])
    await s.photos.settle(b, { sentAt: s.newest })
    await s.release()
    expect(await held()).toEqual([])
    s.close()
  })

  it('is named in the same transaction as the event', async () => {
    const w = new World()
    const s = await Store.open(w.database, w.env)
    const a = await s.photos.add(jpeg(1), 'a', 1)
    expect(await s.photos.next()).toBeUndefined()
    expect(await s.photos.space()).toEqual({ held: 1, bytes: 2000, unsent: 0, refused: 0 })
    const { add, put } = IDBObjectStore.prototype
    try {
      for (const failing of ['events', 'photos']) { // whichever of the two does not go, the other does not either
        IDBObjectStore.prototype.add = IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...a: Parameters<typeof put>) {
          if (this.name === failing) throw new DOMException('no room', 'UnknownError')
          return (this.name === 'events' ? add : put).apply(this, a)
        }
        await expect(s.record([{ ...observed('a', 'p', '1'), photo: a }])).rejects.toMatchObject({ key: 'storage-failed' })
        expect([await s.photos.next(), (await s.photos.all())[0]!.named, await s.passEvents('p'), s.last], failing).toEqual([undefined, false, [], 0])
      }
    } finally {
      Object.assign(IDBObjectStore.prototype, { add, put })
    }
    await s.record([{ ...observed('a', 'p', '1'), photo: a }])
    expect((await s.photos.next())!.hash).toBe(a)
    await s.photos.settle(a, { refused: 'photo-unfit' }) // not sent, and told apart
    expect([await s.photos.next(), await s.photos.space()]).toEqual([undefined, { held: 1, bytes: 2000, unsent: 1, refused: 1 }])
    expect(await s.photos.prune()).toBe(0)
    s.close()
  })
})
