// What can be carried by hand: the file that this makes of a database is the one that internal/wire reads in its tests.
import 'fake-indexeddb/auto'
import { openDB } from 'idb'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { createModel } from '../src/model/model'
import { rescue } from '../src/store/rescue'
import { Store } from '../src/store/store'
import { nextDigest, sha256, zeroDigest } from '../src/wire/digest'
import { observed, World } from './world'
import { counting, keys, milk, until } from './model/counter'
import { lay, fixture } from './database'

interface Line { t?: string; seq?: number; digest?: string; event?: string; photo?: string; jpeg?: string; end?: number; sha256?: string; mac?: string; [k: string]: unknown }

const golden = join(import.meta.dirname, '../../internal/wire/testdata')
const lines = async (file: Blob) => (await file.text()).trimEnd().split('\n').map((l) => JSON.parse(l) as Line)
const unpack = async (codes: string[]) => {
  const data = codes.map((c) => c.split('.')[4]).join('').replace(/-/g, '+').replace(/_/g, '/')
  return new Response(new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))]).stream().pipeThrough(new DecompressionStream('gzip'))).text()
}

/** The file's chain, sum and proof as anybody may check them. */
async function check(text: string, token: string): Promise<Line[]> {
  const all = text.trimEnd().split('\n').map((l) => JSON.parse(l) as Line)
  const head = all[0]!, end = all.at(-1)!
  let digest = head['prev'] as string
  for (const l of all.filter((l) => l.seq !== undefined)) expect(l.digest).toBe((digest = await nextDigest(digest, l.event!)))
  expect(all.length).toBe(2 + (head['events'] as number) + (head['earlier'] as number) + (head['photos'] as number))
  expect(end.end).toBe(all.length - 1)
  expect(end.sha256).toBe(await sha256(new TextEncoder().encode(text.slice(0, text.trimEnd().lastIndexOf('\n') + 1))))
  const key = await crypto.subtle.importKey('raw', await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
  const mac = Uint8Array.from(end.mac!.match(/../g)!, (x) => parseInt(x, 16))
  expect(await crypto.subtle.verify('HMAC', key, mac, new TextEncoder().encode('jard.rescue.v1\n' + end.sha256))).toBe(true)
  return all
}

it('makes the golden file of the first version’s database', async () => {
  const w = new World()
  await lay(w.database, fixture(1))
  const r = await rescue(w.database, '0.1.0', 1_795_000_000_000)
  const text = await r.file.text()
  if (process.env['GOLDEN']) {
    writeFileSync(join(golden, 'rescue.jsonl'), text)
    writeFileSync(join(golden, 'rescue-codes.txt'), r.codes.join('\n') + '\n')
  }
  expect(text).toBe(readFileSync(join(golden, 'rescue.jsonl'), 'utf8'))
  expect(r.name).toBe('jard-TC26-1-2026-11-18-10-26.jsonl'.replace(/2026.*/, new Date(1_795_000_000_000).toISOString().slice(0, 16).replace(/[:T]/g, '-') + '.jsonl'))
  expect([r.events, r.unsent, r.photos]).toEqual([14, 1, 0])
  const all = await check(text, 't-d1')
  const held = fixture(1).stores['events']!.records.map(([, e]) => e as { n: number; body: string })
  expect(all.filter((l) => l.event).map((l) => l.event).sort()).toEqual(held.map((e) => e.body).sort()) // bytes exactly as stored
  expect(text).not.toContain('t-d1') // the token, which is nowhere in it
  const few = await check(await unpack(r.codes), 't-d1')
  expect(few.filter((l) => l.event).map((l) => l.event)).toEqual([held.at(-1)!.body])
  expect(await unpack(readFileSync(join(golden, 'rescue-codes.txt'), 'utf8').trim().split('\n'))).toBe(await unpack(r.codes))
})

describe('whatever state the app is in', () => {
  it('works beside a tab that counts, and leaves its database alone', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '3')
    let hold: (() => void) | undefined
    const locks = { request: (_: string, o: { ifAvailable?: boolean }, f: (l: unknown) => unknown) => (o.ifAvailable ? Promise.resolve(f(null)) : new Promise<void>((r) => { hold = r })) }
    const other = createModel({ env: w.env, name: w.database, locks: locks as unknown as LockManager })
    await until(() => other.phase.value === 'other-tab')
    const r = await other.rescue()
    expect(r.events).toBe(1) // what is pending is no event
    await check(await r.file.text(), 't-d1')
    await m.confirm()
    expect((await other.rescue()).events).toBe(2)
    expect(m.phase.value).toBe('ready')
    hold?.()
    await other.stop()
    await m.stop()
  })

  it('works when the app cannot use the database, when the device is revoked, and when nobody is signed in', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.stop()
    const db = await openDB(w.database, 99) // of a later version
    db.close()
    const failed = createModel({ env: w.env, name: w.database })
    await until(() => failed.phase.value === 'failed')
    expect((await failed.rescue()).events).toBe(1)
    await failed.stop()

    const { w: v, m: n } = await counting()
    await n.scan('A-01-03')
    v.server.revoked = true
    v.server.cut()
    await until(() => n.link.value.state === 'revoked')
    expect((await n.rescue()).events).toBeGreaterThan(0)
    await n.signOut()
    expect((await n.rescue()).events).toBeGreaterThan(0)
    await n.stop()
  })

  it('says that there is nothing where there is nothing, and makes no database of it', async () => {
    const w = new World()
    await expect(rescue(w.database, '1', 1)).rejects.toMatchObject({ key: 'nothing-held' })
    expect((await indexedDB.databases()).map((d) => d.name)).not.toContain(w.database)
    const m = createModel({ env: w.env, name: w.database })
    await until(() => m.phase.value === 'unpaired')
    await expect(m.rescue()).rejects.toMatchObject({ key: 'nothing-held', ar: expect.stringMatching(/./) })
    await m.stop()
  })
})

describe('what is in it', () => {
  const device = { device: 'd1', token: 't-d1', name: 'TC26/7 ب', society: { id: 'rawda', name: { ar: 'الروضة' } } }

  it('goes on from the last event that was let go, and from the last acknowledged in the codes', async () => {
    const w = new World()
    const s = await Store.open(w.database, w.env)
    await s.put('device', device)
    for (let n = 0; n < 4; n++) await s.record([observed(n < 2 ? 'a' : 'b', 'p', String(n))])
    await s.acknowledge(3)
    await s.safe(3)
    await s.putSession({ session: 'a', cursor: 'c', state: 'sealed', round: 1, tasks: [], drained: true, overAt: 1 })
    expect(await s.release()).toBe(2)
    const r = await rescue(w.database, '1', 1)
    expect(r.name).toMatch(/^jard-TC26-7-ب-/)
    expect((await check(await r.file.text(), 't-d1'))[0]).toMatchObject({ first: 3, prev: expect.not.stringMatching(/^0+$/), events: 2, acked: 3 })
    const few = await check(await unpack(r.codes), 't-d1')
    expect(few[0]).toMatchObject({ first: 4, prev: await s.digest(3), events: 1 })
    s.close()
  })

  it('holds photos that the server has not, and no codes where it is too much for them', async () => {
    const w = new World()
    const s = await Store.open(w.database, w.env)
    await s.put('device', device)
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => [0xff, 0xd8, 0xff][i] ?? (i * 7) & 0xff)
    const hash = await s.photos.add(bytes.buffer, 'a', 1)
    await s.record([{ ...observed('a', 'p', '1'), photo: hash }])
    let r = await rescue(w.database, '1', 1)
    const all = await check(await r.file.text(), 't-d1')
    expect(all.find((l) => l.photo)).toMatchObject({ photo: hash, jpeg: Buffer.from(bytes).toString('base64') })
    expect([r.photos, r.codes.length]).toEqual([1, 1])
    await s.photos.settle(hash, { sentAt: s.newest })
    for (let n = 0; n < 400; n++) await s.record([observed('a', 'p', String(n))])
    r = await rescue(w.database, '1', 1)
    expect([r.photos, r.codes.length, r.unsent]).toEqual([0, 0, 401])
    s.close()
  })

  it('leaves out the newest photos for which a server’s limit has no room, and no event', async () => {
    const w = new World()
    const s = await Store.open(w.database, w.env)
    await s.put('device', device)
    const hashes: string[] = []
    for (let n = 0; n < 5; n++) {
      hashes.push(await s.photos.add(Uint8Array.from({ length: 40_000 }, (_, i) => [0xff, 0xd8, 0xff, n][i] ?? (i * 7) & 0xff).buffer, 'a', 5 - n))
      await s.record([{ ...observed('a', 'p', 'كرتون "' + n), photo: hashes[n]! }])
    }
    const whole = await rescue(w.database, '1', 1)
    const most = whole.file.size - 30_000
    const r = await rescue(w.database, '1', 1, most)
    expect(r.file.size).toBeLessThanOrEqual(most)
    expect([whole.photos, whole.left, r.events, r.photos, r.left]).toEqual([5, 0, 5, 4, 1])
    const all = await check(await r.file.text(), 't-d1')
    expect(all.filter((l) => l.photo).map((l) => l.photo)).toEqual(hashes.slice(1).reverse())
    expect([(await rescue(w.database, '1', 1, 10)).events, (await rescue(w.database, '1', 1, 10)).photos]).toEqual([5, 0])
    s.close()
  })

  it('reads all of it in one transaction, so that what another tab writes meanwhile is in all of it or in nothing', async () => {
    const w = new World()
    const s = await Store.open(w.database, w.env)
    await s.put('device', device)
    await s.record([{ ...observed('a', 'p', '1'), photo: await s.photos.add(Uint8Array.of(0xff, 0xd8, 0xff).buffer, 'a', 1) }])
    const opened = vi.spyOn(IDBDatabase.prototype, 'transaction')
    const r = await rescue(w.database, '1', 1)
    expect([r.events, r.photos, opened.mock.calls.length, opened.mock.results[0]!.value.mode]).toEqual([1, 1, 1, 'readonly'])
    opened.mockRestore()
    s.close()
  })

  it('says of a database that cannot be read that it cannot be read', async () => {
    const w = new World()
    const s = await Store.open(w.database, w.env)
    const getAll = vi.spyOn(IDBObjectStore.prototype, 'getAll').mockImplementation(() => { throw new DOMException('torn', 'UnknownError') })
    await expect(rescue(w.database, '1', 1)).rejects.toMatchObject({ key: 'storage-unread' })
    getAll.mockRestore()
    s.close()
  })

  it('gives each event by itself where the database has lost some in the middle', async () => {
    const w = new World()
    const s = await Store.open(w.database, w.env)
    await s.put('device', device)
    for (let n = 0; n < 4; n++) await s.record([observed('a', 'p', String(n))])
    s.close()
    const db = await openDB(w.database)
    await db.delete('events', 2)
    db.close()
    const all = await lines((await rescue(w.database, '1', 1)).file)
    expect(all[0]).toMatchObject({ events: 0, earlier: 3, first: 1, prev: zeroDigest })
    await check((await (await rescue(w.database, '1', 1)).file.text()), 't-d1')
  })
})
