import 'fake-indexeddb/auto'
import { describe, expect, it } from 'vitest'
import { nextDigest, zeroDigest } from '../src/wire/digest'
import { keepFor } from '../src/store/release'
import { Store } from '../src/store/store'
import { observed, World } from './world'

const sealed = (session: string, overAt: number) => ({ session, cursor: 'c', state: 'sealed' as const, round: 1, tasks: [], drained: true, overAt })

it('fixes bytes, number and digest of every event, and finds them again', async () => {
  const w = new World()
  const s = await Store.open(w.database, w.env)
  const [a] = await s.record([observed('s', 'p', '1')])
  await s.record([observed('s', 'p', 'شاي-7', 0), { kind: 'pass.closed', session: 's', pass: 'p', observations: 0, quantity: 0 }])
  expect([s.last, s.unsent, s.oldest]).toEqual([3, 3, 1])
  const all = await s.read(1, 10, 1 << 20)
  let digest = zeroDigest
  for (const e of all) expect(e.digest).toBe((digest = await nextDigest(digest, e.body)))
  expect(JSON.parse(all[0]!.body)).toMatchObject({ v: 1, id: a!.id, kind: 'observed', session: 's', pass: 'p', code: '1', pack: 1000, amount: 1000 })
  expect(all[1]!.body).toContain('"amount":0')
  expect(all[2]!.body).toMatch(/"observations":0,"quantity":0}$/)
  s.close()
  const again = await Store.open(w.database, w.env)
  expect([again.last, again.epoch, await again.digest(3)]).toEqual([3, s.epoch, digest])
  await again.record([observed('s', 'p', '2')])
  expect((await again.read(4, 1, 1))[0]!.digest).toBe(await nextDigest(digest, (await again.read(4, 1, 1))[0]!.body))
})

it('writes events in the fields’ order without spaces or empty fields', async () => {
  const w = new World()
  const s = await Store.open(w.database, w.env)
  await s.measured({ offset: -250, rtt: 40 })
  await s.record([{
    kind: 'observed', session: 's-2026-11', at: 1795000004200, pass: 'p1', scanned_at: 1795000001000, raw: ']E06291003012345', code: '6291003012345',
    item: 'milk-1l', pack: 1000, amount: 12000, all_here: true, entry: 'scan', undirected: false, lot: undefined,
  }])
  const { body } = (await s.read(1, 1, 1))[0]!
  expect(body.replace(/"id":"[\w-]{22}"/, '"id":"X"').replace(/"mono":\d+/, '"mono":5')).toBe(
    '{"v":1,"id":"X","kind":"observed","session":"s-2026-11","at":1795000004200,"mono":5,"offset":-250,"rtt":40,"pass":"p1","scanned_at":1795000001000,' +
    '"raw":"]E06291003012345","code":"6291003012345","item":"milk-1l","pack":1000,"amount":12000,"all_here":true,"entry":"scan"}')
})

it('keeps records apart that are made at once, in the order of the calls', async () => {
  const w = new World()
  const s = await Store.open(w.database, w.env)
  await Promise.all(Array.from({ length: 20 }, (_, n) => s.record([observed('s', 'p', String(n))])))
  const all = await s.read(1, 100, 1 << 20)
  expect(all.map((e) => JSON.parse(e.body).code)).toEqual(Array.from({ length: 20 }, (_, n) => String(n)))
  let digest = zeroDigest
  for (const e of all) expect(e.digest).toBe((digest = await nextDigest(digest, e.body)))
})

it('refuses an event that no server reads, and records nothing of it', async () => {
  const w = new World()
  const s = await Store.open(w.database, w.env)
  await expect(s.record([observed('s', 'p', '1'), observed('s', 'p', 'ش'.repeat(4090))])).rejects.toMatchObject({ key: 'event-too-large' })
  expect(s.last).toBe(0)
  await s.record([observed('s', 'p', '2')])
  expect((await s.read(1, 9, 1 << 20)).length).toBe(1)
})

it('starts a new epoch with the same bytes and new digests, durably', async () => {
  const w = new World()
  const s = await Store.open(w.database, w.env)
  for (let n = 0; n < 5; n++) await s.record([observed('s', 'p', String(n))])
  const before = (await s.read(1, 9, 1 << 20)).map((e) => e.body)
  await s.acknowledge(2)
  const old = s.epoch
  await s.newEpoch(false)
  s.close()
  const t = await Store.open(w.database, w.env)
  expect([t.last, t.acked, t.oldest, t.succeeds, t.hasEarlier]).toEqual([3, 0, 1, old, true])
  const after = await t.read(1, 9, 1 << 20)
  expect(after.map((e) => e.body)).toEqual(before.slice(2))
  expect(after[0]!.digest).toBe(await nextDigest(zeroDigest, before[2]!))
  await t.newEpoch(true)
  expect([t.last, t.hasEarlier]).toEqual([5, false])
})

it('lets go only of what is acknowledged, over and held by a backup', async () => {
  const w = new World()
  const s = await Store.open(w.database, w.env)
  for (const session of ['a', 'a', 'b', 'a']) await s.record([observed(session, 'p-' + session, '1')])
  const digest = await s.digest(2)
  expect(await s.release()).toBe(0)
  await s.putSession(sealed('a', w.env.now()))
  await s.acknowledge(4)
  expect(await s.release()).toBe(0) // no backup, and the session ended just now
  await s.safe(1)
  expect(await s.release()).toBe(1)
  await s.safe(4)
  expect(await s.release()).toBe(1) // b is open: what stands behind it stays, without holes
  expect([s.oldest, s.last, await s.digest(2), await s.digest(1)]).toEqual([3, 4, digest, undefined])
  await s.putSession(sealed('b', w.env.now()))
  expect(await s.release()).toBe(2)
  expect([s.oldest, s.last]).toEqual([5, 4])
  s.close()
  const t = await Store.open(w.database, w.env)
  expect([t.oldest, t.last]).toEqual([5, 4])
  const end = (await t.digest(4))!
  await t.record([observed('c', 'p-c', '1')])
  expect((await t.read(5, 1, 1))[0]!.digest).toBe(await nextDigest(end, (await t.read(5, 1, 1))[0]!.body))
})

it('lets go 30 days after the end where there are no backups', async () => {
  const w = new World()
  const s = await Store.open(w.database, w.env)
  await s.record([observed('a', 'p', '1')])
  await s.acknowledge(1)
  await s.putSession(sealed('a', w.env.now() - 2 * keepFor)) // by a clock that was behind
  w.skew = 2 * keepFor // and jumps
  expect(await s.release()).toBe(0)
  const measured = (later: number) => s.measured({ offset: later - w.skew, rtt: 0, at: w.env.now() }) // the server's time alone tells
  const hour = 3600_000
  await measured(0)
  expect(await s.release()).toBe(0)
  await measured(keepFor - hour)
  expect(await s.release()).toBe(0)
  await measured(keepFor + hour)
  expect(await s.release()).toBe(1)
  expect(await s.session('a')).toBeUndefined()
  s.close()
})

it('looks whether anything may go without a write and without reading all of it', async () => {
  const w = new World()
  const s = await Store.open(w.database, w.env)
  for (let n = 0; n < 700; n++) await s.record([observed(n === 1 ? 'a' : 'b', 'p', '1')])
  await s.putSession(sealed('a', w.env.now()))
  await s.putSession(sealed('b', w.env.now()))
  await s.acknowledge(700)
  await s.safe(0)
  await s.measured({ offset: 0, rtt: 0, at: w.env.now() })
  await s.release() // since when they are over
  const { transaction } = IDBDatabase.prototype, { getAll } = IDBObjectStore.prototype
  const wrote: unknown[] = []
  let most = 0
  try {
    IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...a: Parameters<typeof transaction>) {
      if (a[1] === 'readwrite') wrote.push(a[0])
      return transaction.apply(this, a)
    }
    IDBObjectStore.prototype.getAll = function (this: IDBObjectStore, ...a: Parameters<typeof getAll>) {
      if (this.name === 'events') most = Math.max(most, a[1] ?? Infinity)
      return getAll.apply(this, a)
    }
    expect(await s.release()).toBe(0)
  } finally {
    IDBDatabase.prototype.transaction = transaction
    IDBObjectStore.prototype.getAll = getAll
  }
  expect([wrote, most]).toEqual([[], 1])
  await s.safe(1)
  expect(await s.release()).toBe(1)
  s.close()
})

it('lets packs and passes go with the last event of their session, and not before', async () => {
  const w = new World()
  const s = await Store.open(w.database, w.env)
  for (let n = 0; n < 600; n++) await s.record([observed('b', 'q', '1')])
  await s.record([observed('a', 'p', '1')])
  await s.acknowledge(601)
  for (const session of ['a', 'c']) {
    await s.putPack({ session, site: {}, plan: {}, catalogue: { items: 0, chunks: [] }, schemes: [], people: [] } as never, sealed(session, w.env.now()))
  }
  expect(await s.release()).toBe(0) // b is open, and stands before what is held of a; of c there is nothing
  expect((await s.packs()).map((p) => p.session)).toEqual(['a'])
  await s.putSession(sealed('b', w.env.now()))
  await s.safe(601)
  expect(await s.release()).toBe(601)
  expect(await s.packs()).toEqual([])
  s.close()
})

describe('enrolled under another name', () => {
  const device = (name: string, society = 'rawda') => ({ device: name, token: 't-' + name, name, society: { id: society, name: {} } })
  const who = { id: 'ali', name: {} }

  it('has its epoch and its name together, or neither', async () => {
    const w = new World()
    let s = await Store.open(w.database, w.env)
    expect(await s.enrol(device('d1'))).toBe(true)
    await s.put('person', who)
    for (let n = 0; n < 3; n++) await s.record([observed('a', 'p', '1')])
    await s.acknowledge(2)
    const { epoch } = s, { put } = IDBObjectStore.prototype
    try {
      IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...a: Parameters<typeof put>) {
        if (a[1] === 'device') throw new DOMException('no room', 'UnknownError')
        return put.apply(this, a)
      }
      await expect(s.enrol(device('d2'))).rejects.toMatchObject({ key: 'storage-failed' })
    } finally {
      IDBObjectStore.prototype.put = put
    }
    expect([s.epoch, s.acked]).toEqual([epoch, 2])
    s.close()
    s = await Store.open(w.database, w.env)
    expect([s.epoch, s.acked, (await s.get('device'))!.device, await s.get('person')]).toEqual([epoch, 2, 'd1', who])
    expect(await s.enrol(device('d1'))).toBe(true)
    expect([s.epoch, await s.get('person')]).toEqual([epoch, who])
    expect(await s.enrol(device('d2'))).toBe(true)
    expect([s.epoch === epoch, s.succeeds, s.unsent, (await s.get('device'))!.device, await s.get('person')]).toEqual([false, '', 1, 'd2', undefined])
    s.close()
  })

  it('becomes no other society’s while events or photos of the one before wait here', async () => {
    const w = new World()
    const s = await Store.open(w.database, w.env)
    await s.enrol(device('d1'))
    const hash = await s.photos.add(Uint8Array.of(0xff, 0xd8, 0xff).buffer, 'a', 1)
    await s.record([{ ...observed('a', 'p', '1'), photo: hash }])
    expect([await s.enrol(device('d2', 'other')), (await s.get('device'))!.device]).toEqual([false, 'd1'])
    await s.acknowledge(1)
    await s.putSession(sealed('a', w.env.now()))
    await s.safe(1)
    expect(await s.release()).toBe(1)
    expect(await s.enrol(device('d2', 'other'))).toBe(false)
    await s.photos.settle(hash, { sentAt: s.newest })
    expect(await s.enrol(device('d2', 'other'))).toBe(true)
    expect([await s.sessions(), await s.photos.all(), await s.photos.image(hash), s.last, s.incarnation]).toEqual([[], [], undefined, 0, ''])
    await s.record([observed('b', 'q', '1')])
    s.close()
    const t = await Store.open(w.database, w.env)
    expect([t.last, t.unsent, (await t.read(1, 1, 1))[0]!.n]).toEqual([1, 1, 2])
    t.close()
  })
})

it('records nothing where what belongs to the events cannot be made, and goes on after it', async () => {
  const w = new World()
  const s = await Store.open(w.database, w.env)
  await expect(s.record([observed('a', 'p', '1')], undefined, () => { throw new Error('no moves') })).rejects.toMatchObject({ key: 'storage-failed' })
  expect([s.last, await s.passEvents('p')]).toEqual([0, []])
  await s.record([observed('a', 'p', '2')])
  expect((await s.passEvents('p')).map((e) => JSON.parse(e.body).code)).toEqual(['2'])
  s.close()
})
