// The catalogue as it is packed: whatever is in a chunk is found by id, by code and by fragment, also in what the first
// version of the app kept.
import 'fake-indexeddb/auto'
import { openDB } from 'idb'
import { describe, expect, it } from 'vitest'
import { Catalogue } from '../../src/model/catalogue'
import { packChunk, unpackChunk } from '../../src/store/chunk'
import type { CatalogueItem } from '../../src/store/schema'
import { Store } from '../../src/store/store'
import { World } from '../world'

const item = (id: string, ar: string, en: string, ...codes: string[]): CatalogueItem =>
  ({ id, name: { ar, en }, unit: 'piece', barcodes: codes.map((code, n) => ({ code, pack: n ? 12000 : 1000 })) })

const milk = item('100', 'حليب كامل الدسم ١ لتر', 'Full cream milk 1 l', '6291003012345', '16291003012342')
const rice = item('101', 'أرز بسمتي ٥ كجم', 'Basmati rice 5 kg', '4006381333931')
const shop = item('102', 'كيس', 'Bag', '00012', '12', 'IN-HOUSE/7', '123456789012345')
const eightyOne = item('103', 'مؤونة', 'Stores of rice milk', '0000000000012')
const far = item('😀1', 'بعيد', 'Far', '777')
const near = item('\uff011', 'قريب', 'Near', '778') // after the one before it in JavaScript's order, before it in the server's

async function load(...chunks: CatalogueItem[][]): Promise<Catalogue> {
  const store = await Store.open(new World().database, new World().env)
  for (const [n, items] of chunks.entries()) await store.putChunk(packChunk('h' + n, items))
  const hashes = chunks.map((_, n) => 'h' + n)
  await Catalogue.load(store, hashes)
  return (await Catalogue.load(store, hashes))! // by its index, and nothing else read
}
const all = () => load([milk, rice], [shop, eightyOne], [near], [far])
const ids = (items: CatalogueItem[]) => items.map((i) => i.id)

describe('a packed chunk', () => {
  it('keeps its items as they are', () => {
    const odd = { ...milk, lots: true, later: { field: ['of', 'a', 'later', 'version'] } } as CatalogueItem
    expect(unpackChunk(packChunk('h', [odd, rice, shop]))).toEqual([odd, rice, shop])
    expect(unpackChunk(packChunk('h', []))).toEqual([])
  })
  it('of the first version is read, and packed', async () => {
    const w = new World()
    ;(await Store.open(w.database, w.env)).close()
    const db = await openDB(w.database)
    await db.put('chunks', { hash: 'old', items: [milk, rice] })
    db.close()
    const store = await Store.open(w.database, w.env)
    expect((await Catalogue.load(store, ['old']))!.code('4006381333931')!.item).toEqual(rice)
    expect((await store.chunks(['old']))[0]).toMatchObject({ packed: 1 })
    const again = (await Catalogue.load(store, ['old']))!
    expect(await again.reading(() => again.item('100'))).toEqual(milk)
    expect(await Catalogue.load(store, ['old', 'missing'])).toBeUndefined()
  })
})

describe('what is looked up', () => {
  it('is found by id, in whatever order', async () => {
    const c = await all()
    for (const i of [milk, rice, shop, eightyOne, near, far]) expect(await c.reading(() => c.item(i.id))).toEqual(i)
    for (const id of ['', '0', '10', '1000', '~']) expect(await c.reading(() => c.item(id))).toBeUndefined()
  })
  it('is found by code as it is written: leading zeros and letters tell codes apart', async () => {
    const c = await all()
    for (const i of [milk, rice, shop, eightyOne, near, far]) for (const { code, pack } of i.barcodes!) expect(await c.reading(() => c.code(code))).toEqual({ item: i, pack })
    for (const code of ['', '012', '0012', '6291003012346', 'in-house/7', '1e3', '99999999999999', '-12']) expect(await c.reading(() => c.code(code)), code).toBeUndefined()
    expect((await c.reading(() => c.gtin('06291003012345')))!.item).toEqual(milk)
    expect((await c.reading(() => c.gtin('16291003012342')))!.pack).toBe(12000)
    expect((await c.reading(() => c.gtin('00000000000012')))!.item).toEqual(eightyOne)
  })
})

describe('the index', () => {
  const seen = async (c: Catalogue, look: () => unknown) => (c.now(look) === undefined ? 'not read' : 'read')
  it('names the one chunk that holds a code, and says of others that there is none without reading any', async () => {
    const c = await all()
    expect(await seen(c, () => c.code('12'))).toBe('not read') // nor are the codes before one is looked for
    expect(await c.reading(() => c.code('5000112637922'))).toBeUndefined()
    expect(c.code('no such code')).toBeUndefined()
    const asked: string[] = []
    const chunks = Store.prototype.chunks
    Store.prototype.chunks = function (hashes) { asked.push(...hashes); return chunks.call(this, hashes) }
    try {
      expect((await c.reading(() => c.code('12')))!.item).toEqual(shop)
      expect((await c.reading(() => c.code('IN-HOUSE/7')))!.item).toEqual(shop)
      expect((await c.reading(() => c.item('103')))!).toEqual(eightyOne)
    } finally { Store.prototype.chunks = chunks }
    expect(asked).toEqual(['h1'])
    expect(await seen(c, () => c.code('12'))).toBe('read')
    expect(await seen(c, () => c.code('777'))).toBe('not read')
    await c.reading(() => c.code('777'))
    expect(await seen(c, () => c.code('777'))).toBe('read')
  })
  it('is made anew for other chunks, and for what another version packed', async () => {
    const w = new World()
    const store = await Store.open(w.database, w.env)
    await store.putChunk(packChunk('a', [milk]))
    await store.putChunk(packChunk('b', [rice]))
    const of = async (hashes: string[], code: string) => { const c = (await Catalogue.load(store, hashes))!; return (await c.reading(() => c.code(code)))?.item.id }
    expect(await of(['a'], '4006381333931')).toBeUndefined()
    expect(await of(['a', 'b'], '4006381333931')).toBe('101')
    expect(await of(['b'], '6291003012345')).toBeUndefined()
    await store.put('index', { ...(await store.get('index'))!, packed: 0, firsts: [] })
    expect(await of(['b'], '4006381333931')).toBe('101')
    await store.put('codes', { ...(await store.get('codes'))!, chunks: 'a', codes: new Float64Array(0) }) // a tab was killed between the two
    expect(await of(['b'], '4006381333931')).toBe('101')
    await store.put('codes', undefined)
    expect(await of(['b'], '4006381333931')).toBe('101')
  })
  it('gives a code that two items bear to the first of them', async () => {
    const c = await load([milk], [item('200', 'آخر', 'Other', '6291003012345')])
    expect((await c.reading(() => c.code('6291003012345')))!.item).toEqual(milk)
  })
  it('reads the rest in its own time, and leaves off when told to', async () => {
    const c = await all()
    let rests = 0
    await c.fill(async () => ++rests <= 2)
    expect([await seen(c, () => c.code('12')), await seen(c, () => c.code('777'))]).toEqual(['read', 'not read'])
    await c.fill(async () => true)
    expect(await seen(c, () => c.code('777'))).toBe('read')
  })
})

describe('the search', () => {
  it('ranks what begins so, then a word that does, then the rest', async () => {
    const c = await all()
    expect(ids(await c.find('ح'))).toEqual(['100'])
    expect(ids(await c.find('rice'))).toEqual(['101', '103'])
    expect(ids(await c.find('مونه'))).toEqual([])
    expect(ids(await c.find('موونة'))).toEqual(['103']) // the hamza is no letter of its own
    expect(ids(await c.find('كيس'))).toEqual(['102'])
    expect(ids(await (await load([item('1', 'بسكويت', 'Xtea'), item('2', 'بسكويت', 'Green tea'), item('3', 'tea', 'Tea')])).find('tea'))).toEqual(['3', '2', '1'])
  })
  it('wants every word, in any order, and takes no end of one item for the beginning of the next', async () => {
    const c = await all()
    expect(ids(await c.find('milk rice'))).toEqual(['103'])
    expect(ids(await c.find('لتر حليب'))).toEqual(['100'])
    expect(ids(await c.find('100 ارز'))).toEqual([])
  })
  it('finds codes by the whole, the beginning, the end and letters, in any digits', async () => {
    const c = await all()
    expect(ids(await c.find('٦٢٩١٠٠٣٠١٢٣٤٥'))[0]).toBe('100')
    expect(ids(await c.find('6291003'))).toEqual(['100'])
    expect(ids(await c.find('33931'))).toEqual(['101'])
    expect(ids(await c.find('12'))[0]).toBe('102')
    expect(ids(await c.find('in-house'))).toEqual(['102'])
    expect(ids(await c.find('basmati 4006'))).toEqual(['101'])
  })
  it('takes a number beside a name for a size before it takes it for a piece of a code', async () => {
    const rice = (id: string, size: string, code: string) => item(id, `أرز واحة ${size} كجم`, 'Rice', code)
    const c = await load([
      rice('a', '20', '5000000000017'), rice('b', '1', '6291003012345'), rice('c', '50', '6291003000007'), rice('d', '10', '6291500000004'),
      rice('e', '5', '6291003000014'), item('f', 'دقيق أرز واحة 5 كجم', 'Flour', '6291003000021'), rice('g', '2.5', '6291003000038'),
    ])
    expect(ids(await c.find('ارز واحه 5'))).toEqual(['e', 'g', 'f', 'c', 'a', 'b']) // d has its 5 in the middle of its code
    expect(ids(await c.find('5 ارز'))).toEqual(['e', 'f', 'g', 'c', 'a', 'b'])
    expect(ids(await c.find('ارز 50'))).toEqual(['c', 'a'])
    expect(ids(await c.find('ارز 500'))).toEqual(['a', 'd'])
    expect(ids(await c.find('ارز 5', 2))).toEqual(['e', 'g'])
  })
  it('gives no more than asked for, and nothing for nothing', async () => {
    const c = await load(Array.from({ length: 200 }, (_, n) => item('i' + n, 'صنف', 'Item ' + n, String(5000 + n))))
    expect(await c.find('صنف', 7)).toHaveLength(7)
    expect(await c.find('5', 50)).toHaveLength(50)
    for (const nothing of ['', '  ', '—', '!?']) expect(await c.find(nothing)).toEqual([])
  })
  it('among thousands finds what one word makes rare', async () => {
    const many = Array.from({ length: 6000 }, (_, n) => item('i' + String(n).padStart(4, '0'), 'ماء', n === 5990 ? 'Water spring' : 'Water plain', String(10_000 + n)))
    const c = await load(many.slice(0, 1000), many.slice(1000, 2000), many.slice(2000, 3000), many.slice(3000, 4000), many.slice(4000, 5000), many.slice(5000))
    expect(ids(await c.find('water spring'))).toEqual(['i5990'])
    expect(ids(await c.find('spr wat'))).toEqual(['i5990'])
  })
})
