// The golden packs and chunk that Go's tests hold the server to: what PROTOCOL.md's tables say is what the app counts by.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createModel } from '../../src/model/model'
import { sha256 } from '../../src/wire/digest'
import type { Feed } from '../../src/wire/frame'
import { World } from '../world'
import { arrived, keys, until } from './counter'
import 'fake-indexeddb/auto'

const folder = new URL('../../../internal/wire/testdata/pack/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')

async function joined(name: 'open' | 'blind') {
  const w = new World(), chunk = read('chunk.json'), pack = JSON.parse(read(name + '.json')) as { catalogue: { chunks: string[] }; tasks: Feed }
  const hash = await sha256(new TextEncoder().encode(chunk))
  expect(pack.catalogue).toEqual({ items: 3, chunks: [hash] })
  w.server.chunks.set(hash, chunk)
  w.server.packs.set(name, pack)
  w.server.feeds.set(name, pack.tasks)
  const m = createModel({ env: w.env, name: w.database })
  await until(() => m.phase.value === 'unpaired')
  await m.pair('https://jard.test/app/#pair=ABCD-EFGH', 'TC26-1')
  await m.signIn('fatima', '58213')
  expect(await m.join(name)).toEqual({})
  return { w, m }
}

it('an open count is read whole', async () => {
  const { w, m } = await joined('open')
  expect(m.session.value).toMatchObject({ name: { en: 'Night count' }, siteName: { en: 'Salwa central market' }, blind: false, round: 1 })
  expect(m.places.value).toEqual([
    { location: 'D01-01', name: { ar: 'ممر 1 رف 1', en: 'Aisle 1 shelf 1' }, kind: 'floor', section: 'dairy', sectionName: { ar: 'الألبان', en: 'Dairy' }, shared: true, undirected: false, state: 'none' },
    { location: 'S01', name: {}, kind: 'cold', section: 'store', sectionName: { en: 'Back store' }, shared: false, undirected: true, state: 'none' },
  ])
  expect(m.tasks.value.map((t) => [t.assignment, t.items?.map((i) => i.name.en)])).toEqual([['a1', undefined], ['a2', ['Full cream milk 1 l']]])
  expect(m.people.value).toMatchObject([{ id: 'fatima' }])

  await m.scan('D01-01')
  await m.scan(']E02240001017500') // a price label: 1.750 dinars at 1.250 a kilogram
  expect(m.pass.value!.pending).toMatchObject({ item: { id: 'labneh', unit: 'kg', category: 'dairy' }, pack: 1000, wantsLot: true })
  await m.answer('none')
  await m.scan(']E016291003012348')
  expect(m.pass.value!.pending).toMatchObject({ item: { id: 'milk-1l', unit: 'piece' }, pack: 12000, packs: [{ pack: 1000 }, { pack: 6000 }, { pack: 12000 }] })
  await keys(m, '2')
  await m.confirm()
  await m.scan('M/7')
  expect(m.pass.value!.pending).toMatchObject({ item: { id: 'milk-1l' }, pack: 6000 })
  await m.answer('discard')
  expect(await m.explain('zaatar')).toMatchObject({ what: 'unknown' }) // bears no code
  expect((await m.findItems('زعتر')).map((i) => i.id)).toEqual(['zaatar'])
  await m.closePass()
  expect((await arrived(w, m)).slice(1, -1)).toMatchObject([
    { item: 'labneh', pack: 1000, amount: 1400, price: 1750, unit_price: 1250 }, { item: 'milk-1l', pack: 12000, amount: 2000 },
  ])
  await m.stop()
})

it('a blind count is read without what may be absent', async () => {
  const { m } = await joined('blind')
  expect(m.session.value).toMatchObject({ blind: true })
  expect(m.places.value).toMatchObject([{ location: 'D01-01', shared: false, undirected: false }])
  await m.stop()
})
