// Databases of every earlier version of the app open as the present one's, with nothing in them changed. A fixture is what the
// code of its version wrote, taken down once and never made again.
import 'fake-indexeddb/auto'
import { openDB } from 'idb'
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createModel } from '../src/model/model'
import { databaseVersion } from '../src/store/schema'
import { Store } from '../src/store/store'
import { nextDigest, zeroDigest } from '../src/wire/digest'
import { fixture, fixtures, lay } from './database'
import { World } from './world'
import { arrived, keys, milk, until } from './model/counter'

type Stored = { n: number; id: string; body: string; digest: string }

it('has a fixture of every version before this one', () => {
  const versions = readdirSync(fixtures).map((f) => /^database-(\d+)\.json$/.exec(f)?.[1]).filter(Boolean).map(Number).sort()
  expect(versions).toEqual(Array.from({ length: databaseVersion - 1 }, (_, i) => i + 1))
})

describe.each(Array.from({ length: databaseVersion - 1 }, (_, i) => i + 1))('a database of version %i', (version) => {
  const of = (store: string) => fixture(version).stores[store]!.records.map(([, v]) => v)

  it('opens as the present one with every record the same', async () => {
    const w = new World()
    await lay(w.database, fixture(version))
    const s = await Store.open(w.database, w.env)
    s.close()
    const db = await openDB(w.database)
    expect(db.version).toBe(databaseVersion)
    for (const [name, { records }] of Object.entries(fixture(version).stores)) {
      expect([await db.getAllKeys(name), await db.getAll(name)], name).toEqual([records.map(([k]) => k), records.map(([, v]) => v)])
    }
    db.close()
  })

  it('goes on counting where it stood, and pushes what it held and what comes', async () => {
    const w = new World()
    await lay(w.database, fixture(version))
    const held = of('events') as Stored[]
    const stream = fixture(version).stores['state']!.records.find(([k]) => k === 'stream')![1] as { epoch: string; base: number; acked: number; incarnation: string }
    // The server as it was: it holds what was acknowledged.
    w.server.incarnation = stream.incarnation
    const chain = held.filter((e) => e.n > stream.base)
    const there = w.server.stream(stream.epoch)
    for (const e of chain.slice(0, stream.acked)) {
      there.events.push(e.body)
      there.digest = await nextDigest(there.digest, e.body)
      there.acked++
    }
    await w.server.offer('night1', [], [])
    const m = createModel({ env: w.env, name: w.database })
    await until(() => m.phase.value === 'ready')
    expect(m.person.value!.id).toBe('ali')
    expect(m.pass.value).toMatchObject({ place: { location: 'A-01-04' }, pending: { item: { id: 'cheese' }, keyed: '1' } })
    expect(m.pass.value!.entries.map((e) => [e.item?.id, e.quantity])).toEqual([['rice', 5000], ['milk', 3000]])
    await keys(m, '2')
    expect(await m.confirm()).toEqual({ sound: 'ok' })
    await m.scan(milk)
    expect(m.question.value).toMatchObject({ kind: 'again', already: 3000 })
    await m.answer('add')
    await keys(m, '7')
    await m.confirm()
    expect(await m.closePass()).toEqual({ sound: 'ok' })
    await arrived(w, m)
    const all = w.server.stream(stream.epoch)
    expect(all.events.slice(0, chain.length)).toEqual(chain.map((e) => e.body))
    let digest = zeroDigest
    for (const e of all.events) digest = await nextDigest(digest, e)
    expect(digest).toBe(all.digest)
    expect(all.events.slice(chain.length).map((e) => JSON.parse(e) as { kind: string }).filter((e) => e.kind !== 'clock')).toMatchObject([
      { kind: 'observed', item: 'cheese', amount: 12000 }, { kind: 'observed', item: 'milk', amount: 7000 }, { kind: 'pass.closed', observations: 4, quantity: 27000 },
    ])
    await m.stop()
  })
})

it('leaves a database of a later version alone, and says to update', async () => {
  const w = new World()
  const db = await openDB(w.database, databaseVersion + 1)
  db.close()
  await expect(Store.open(w.database, w.env)).rejects.toMatchObject({ key: 'storage-newer' })
})

it('makes way for a tab that has a later version', async () => {
  const w = new World()
  const m = createModel({ env: w.env, name: w.database })
  await until(() => m.phase.value === 'unpaired')
  const db = await openDB(w.database, databaseVersion + 1)
  await until(() => m.phase.value === 'failed')
  expect(m.failure.value).toMatchObject({ key: 'storage-newer' })
  db.close()
  await m.stop()
})
