// What a label says of how much there is: a scale's weight, price or count, a pallet's count, a case's pack.
import { describe, expect, it } from 'vitest'
import { World } from '../world'
import { arrived, counting, keys, rice } from './counter'
import 'fake-indexeddb/auto'

const schemes = ['prefix=21,item=5,value=5,kind=weight,decimals=3', 'prefix=22,item=5,value=5,kind=price,decimals=3', 'prefix=23,item=6,value=4,kind=count']
const open = async (more = {}) => {
  const { w, m } = await counting(new World(), { schemes, ...more })
  await m.scan('A-01-03')
  return { w, m }
}
const price = '2212345017508', unpriced = '2254321017508', thirty = '2312345600301'
const pallet = ']C10036271100000000012102' + '04006381333931' + '3748'

describe('a price label', () => {
  it('is weighed by the item’s price, and what proves the weight goes with it', async () => {
    const { w, m } = await open()
    expect(await m.scan(']E0' + price)).toEqual({ what: 'item', sound: 'ok' })
    expect(m.pass.value).toMatchObject({ entries: [{ item: { id: 'cheese' }, amount: 1400, quantity: 1400, allHere: false }] })
    await m.undo()
    await m.closePass()
    const events = await arrived(w, m)
    const said = { raw: ']E0' + price, code: price, item: 'cheese', pack: 1000, amount: 1400, price: 1750, unit_price: 1250 }
    expect(events.slice(1, 3)).toMatchObject([{ kind: 'observed', ...said }, { kind: 'reversed', ...said }])
    await m.stop()
  })

  it('of an item without a price waits for its weight, and its raw text is kept', async () => {
    const { w, m } = await open()
    await m.scan(']E0' + unpriced)
    expect(m.pass.value).toMatchObject({ pending: { item: { id: 'olives' }, keyed: '', decimals: true }, entries: [] })
    await keys(m, '1.4')
    await m.confirm()
    await m.closePass()
    const [, event] = await arrived(w, m)
    expect(event).toMatchObject({ raw: ']E0' + unpriced, amount: 1400 })
    expect(event).not.toHaveProperty('price')
    await m.stop()
  })

  it('of what is counted in litres is its price’s litres, and a weight in kilos is none of them', async () => {
    const { m } = await open()
    await m.scan(']E0' + '2211111017506')
    expect(m.pass.value).toMatchObject({ entries: [{ item: { id: 'oil' }, amount: 1400 }] })
    for (const weighed of [']C1' + '0196271100010023' + '3103000920', ']E0' + '2111111009207']) {
      expect(await m.scan(weighed)).toMatchObject({ what: 'item' })
      expect(m.pass.value).toMatchObject({ pending: { item: { id: 'oil' }, keyed: '' }, entries: [{ amount: 1400 }] })
      await m.undo()
    }
    await m.stop()
  })

  it('keyed over is a person’s weight, and no label’s any more', async () => {
    const { w, m } = await open()
    await m.setMode('each')
    await keys(m, '900')
    expect((await m.scan(']E0' + price)).sound).toBe('check') // more than a tonne is looked at twice
    await m.answer('change')
    await m.key('clear')
    await keys(m, '2')
    await m.confirm()
    await m.closePass()
    const [, event] = await arrived(w, m)
    expect(event).toMatchObject({ amount: 2000, raw: ']E0' + price })
    expect(event).not.toHaveProperty('price')
    await m.stop()
  })

  it('described keeps its price, and counted anew has it no more', async () => {
    const { w, m } = await open()
    await m.scan(']E0' + price)
    await m.describe({ condition: 'damaged' })
    await m.countAnew(m.pass.value!.entries[0]!)
    await keys(m, '1.2')
    await m.confirm()
    await m.closePass()
    const events = (await arrived(w, m)).slice(1, -1)
    expect(events.map((e) => [e['kind'], e['condition'], e['amount'], e['price'], e['unit_price']])).toEqual([
      ['observed', undefined, 1400, 1750, 1250], ['reversed', undefined, 1400, 1750, 1250], ['observed', 'damaged', 1400, 1750, 1250],
      ['reversed', 'damaged', 1400, 1750, 1250], ['observed', 'damaged', 1200, undefined, undefined]])
    await m.stop()
  })

  it('counts each package of a number keyed before it', async () => {
    const { m } = await open()
    await m.setMode('each')
    await keys(m, '3')
    await m.scan(price)
    expect(m.pass.value!.entries[0]).toMatchObject({ amount: 4200 })
    await m.stop()
  })
})

it('a weight in a GS1 symbol is counted, kilograms and pounds told apart', async () => {
  const { m } = await open()
  await m.scan(']e001962711000100163103001750')
  expect(m.pass.value!.entries[0]).toMatchObject({ item: { id: 'olives' }, amount: 1750 })
  await m.scan(']e001962711000100163202001750')
  expect(m.pass.value).toMatchObject({ pending: { item: { id: 'olives' }, keyed: '' } }) // nobody guesses a kilogram from pounds
  await m.stop()
})

it('a count that a scale printed is counted at once, in either mode', async () => {
  for (const mode of ['quantity', 'each'] as const) {
    const { m } = await open()
    await m.setMode(mode)
    await m.scan(thirty)
    expect(m.pass.value!.entries, mode).toMatchObject([{ item: { id: 'eggs' }, amount: 30_000, quantity: 30_000 }])
    await m.stop()
  }
})

it('what a pallet says is proposed, and confirmed by a person', async () => {
  for (const mode of ['quantity', 'each'] as const) {
    const { m } = await open()
    await m.setMode(mode)
    await m.scan(pallet)
    expect(m.pass.value, mode).toMatchObject({ pending: { item: { id: 'rice' }, keyed: '48', quantity: 48_000 }, entries: [] })
    await m.key('back')
    await m.confirm()
    expect(m.pass.value!.entries[0]).toMatchObject({ amount: 4000 })
    await m.stop()
  }
})

it('what a label proposed stands again once the keys after it turn out to be the front of a scan', async () => {
  const { m } = await open()
  await m.scan(pallet)
  await m.key('6')
  expect(await m.scan('6291003012345', 'scan', Infinity, 1)).toEqual({ what: 'item', sound: 'ok' })
  expect(m.pass.value).toMatchObject({ pending: { item: { id: 'milk' } }, entries: [{ item: { id: 'rice' }, amount: 48_000 }] })
  await m.beginMove()
  await m.scan(pallet)
  await m.key('6')
  await m.scan('6291003012345', 'scan', Infinity, 1)
  expect(m.moving.value!.goods.map((g) => [g.item!.id, g.keyed])).toEqual([['rice', '48'], ['milk', '']])
  await m.stop()
})

it('cases count by what their code holds', async () => {
  const { m } = await open()
  await m.scan(']C1021400638133393837' + '5') // five cases of four
  expect(m.pass.value!.pending).toMatchObject({ item: { id: 'rice' }, pack: 4000, keyed: '5', quantity: 20_000 })
  await m.confirm()
  await m.scan(']I114006381333938')
  await m.answer('add')
  await keys(m, '2')
  await m.confirm()
  await m.scan(rice)
  await m.answer('discard')
  expect(m.pass.value!.totals).toMatchObject({ quantity: 28_000 })
  await m.stop()
})

it('lot and expiry come from the label', async () => {
  const { m } = await open()
  await m.scan(']d20104006381333931' + '17270200' + '10L7')
  expect(m.pass.value!.pending).toMatchObject({ item: { id: 'rice' }, lot: 'L7', expiry: '2027-02-28' })
  await m.stop()
})
