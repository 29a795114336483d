// What is said of goods besides their number: lot and expiry, condition, a note; and corrections.
import 'fake-indexeddb/auto'
import { describe, expect, it } from 'vitest'
import { createModel } from '../../src/model/model'
import { arrived, counting, keys, milk, rice, until, yoghurt } from './counter'

const labelled = (expiry: string, lot: string) => `]C101${'0' + yoghurt}17${expiry}10${lot}`

describe('lot and expiry', () => {
  it('are asked of items that need them, and of no others', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    expect(m.pass.value!.pending!.wantsLot).toBe(false)
    await keys(m, '2')
    expect(await m.scan(yoghurt)).toEqual({ what: 'item', sound: 'ok' })
    expect(m.pass.value!.pending!.wantsLot).toBe(true)
    await keys(m, '5')
    expect(await m.confirm()).toEqual({ sound: 'check' })
    expect(m.question.value).toEqual({ kind: 'lot', answers: ['change', 'none'] })
    expect((await m.key('1')).refused!.key).toBe('answer-first')
    expect((await m.describe({ expiry: '310227' })).refused!.key).toBe('lot-date')
    expect(m.question.value!.kind).toBe('lot')
    expect(await m.describe({ lot: ' L9 ', expiry: '٢٨٠٢٢٧' })).toEqual({ sound: 'ok' }) // the answer, and so it goes on
    expect(m.pass.value!.pending).toBeUndefined()
    await m.closePass()
    const events = await arrived(w, m)
    expect(events[1]).not.toHaveProperty('lot')
    expect(events[2]).toMatchObject({ item: 'yoghurt', amount: 5000, lot: 'L9', expiry: '2027-02-28', all_here: true })
    await m.stop()
  })

  it('are asked for where the label says only what it is best before, which is offered and never an expiry unasked', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(`]C101${'0' + yoghurt}1527033110AB1`)
    const pending = m.pass.value!.pending!
    expect([pending.wantsLot, pending.lot, pending.expiry, pending.bestBefore]).toEqual([true, 'AB1', undefined, '2027-03-31'])
    await keys(m, '5')
    await m.confirm()
    expect(m.question.value).toMatchObject({ kind: 'lot' })
    expect(await m.describe({ lot: 'AB1', expiry: pending.bestBefore! })).toEqual({ sound: 'ok' })
    await m.scan(`]C101${'0' + yoghurt}172702281527033110AB2`) // what expires says so
    expect([m.pass.value!.pending!.expiry, m.pass.value!.pending!.bestBefore]).toEqual(['2027-02-28', undefined])
    await keys(m, '1')
    await m.confirm()
    await m.closePass()
    expect((await arrived(w, m)).slice(1, 3)).toMatchObject([{ lot: 'AB1', expiry: '2027-03-31' }, { lot: 'AB2', expiry: '2027-02-28' }])
    await m.stop()
  })

  it('are taken from the barcode, and not asked again', async () => {
    const { m } = await counting()
    await m.scan('A-01-03')
    await m.scan(labelled('270331', 'AB1'))
    expect(m.pass.value!.pending).toMatchObject({ lot: 'AB1', expiry: '2027-03-31', wantsLot: false })
    await keys(m, '5')
    expect(await m.confirm()).toEqual({ sound: 'ok' })
    await m.stop()
  })

  it('hold the item until somebody says that none can be read; a scan does not say it', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(yoghurt)
    await keys(m, '5')
    expect(await m.scan(milk)).toEqual({ what: 'nothing', sound: 'check' })
    expect(m.question.value).toMatchObject({ kind: 'lot', again: true })
    expect((await m.scan(rice)).refused!.key).toBe('answer-first')
    await m.answer('change') // back to the number
    expect(m.pass.value!.pending).toMatchObject({ keyed: '5', wantsLot: true })
    await m.confirm()
    expect(await m.answer('none')).toEqual({ sound: 'ok' })
    expect(m.pass.value!.entries).toMatchObject([{ item: { id: 'yoghurt' }, quantity: 5000 }])
    await m.closePass()
    const seen = (await arrived(w, m))[1]!
    expect([seen['lot'], seen['expiry']]).toEqual([undefined, undefined])
    await m.stop()
  })

  it('may be the same as before, and then the entry meets the one before', async () => {
    const { m } = await counting()
    await m.scan('A-01-03')
    await m.scan(yoghurt)
    await m.describe({ lot: 'L1', expiry: '0327' })
    await keys(m, '5')
    await m.confirm()
    await m.scan(yoghurt)
    await keys(m, '3')
    await m.confirm()
    expect(m.question.value).toEqual({ kind: 'lot', last: { lot: 'L1', expiry: '2027-03-31' }, answers: ['change', 'same', 'none'] })
    expect(await m.answer('same')).toEqual({ sound: 'check' })
    expect(m.question.value).toMatchObject({ kind: 'again', already: 5000 })
    await m.answer('add')
    expect(await m.confirm()).toEqual({ sound: 'ok' })
    expect(m.pass.value!.totals).toMatchObject({ observations: 2, quantity: 8000 })
    await m.stop()
  })

  it('are not asked of nothing', async () => {
    const { m } = await counting()
    await m.scan('A-01-03')
    expect(await m.zero('yoghurt')).toEqual({ sound: 'ok' })
    await m.stop()
  })

  it('are asked in mode each, too, and the scan is not lost meanwhile', async () => {
    const { w, m } = await counting()
    await m.setMode('each')
    await m.scan('A-01-03')
    await m.scan(labelled('270331', 'AB1'))
    expect(m.pass.value!.pending).toBeUndefined()
    expect(await m.scan(yoghurt)).toEqual({ what: 'item', sound: 'check' })
    expect([m.question.value!.kind, m.pass.value!.pending!.keyed]).toEqual(['lot', '1'])
    await m.stop()
    const again = createModel({ env: w.env, name: w.database })
    await until(() => again.phase.value === 'ready')
    expect(again.pass.value!.pending).toMatchObject({ keyed: '1', wantsLot: true })
    await again.confirm()
    await again.answer('same')
    expect(again.pass.value!.entries.map((e) => [e.quantity, e.lot, e.allHere])).toEqual([[1000, 'AB1', false], [1000, 'AB1', false]])
    await again.stop()
  })
})

describe('what is said or undone while the next scan is under way', () => {
  it('is of what the screen showed, and of nothing where that is gone', async () => {
    const { m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '3')
    await Promise.all([m.scan(rice), m.describe({ lot: 'LOT-A', expiry: '310327', condition: 'damaged' }, m.pass.value!.pending!)])
    const standing = () => m.pass.value!.entries.filter((e) => !e.reversed).map((e) => [e.item!.id, e.quantity, e.lot, e.condition])
    expect(standing()).toEqual([['milk', 3000, 'LOT-A', 'damaged']])
    const { pending } = m.pass.value!
    expect([pending!.item!.id, pending!.lot, pending!.condition]).toEqual(['rice', undefined, undefined])
    await keys(m, '2')
    const [, undone] = await Promise.all([m.scan(yoghurt), m.undo(pending!)])
    expect([undone, standing().map(([id]) => id), m.pass.value!.pending!.item!.id]).toEqual([{ sound: 'ok' }, ['milk'], 'yoghurt'])
    const said = [await m.undo(pending!), await m.describe({ condition: 'expired' }, pending!)]
    expect(said.map((o) => o.refused!.key)).toEqual(['goods-gone', 'goods-gone'])
    expect([m.pass.value!.pending!.item!.id, m.pass.value!.pending!.condition, standing().length]).toEqual(['yoghurt', undefined, 1])
    await m.stop()
  })

  it('takes back the very entry where several are of one label', async () => {
    const { m } = await counting()
    await m.setMode('each')
    await m.scan('A-01-03')
    for (const n of '123') {
      await keys(m, n)
      await m.scan(milk)
      await m.scan(rice)
    }
    const second = m.pass.value!.entries.filter((e) => e.item!.id === 'milk')[1]!
    await Promise.all([m.scan(milk), m.undo(second)])
    expect(m.pass.value!.entries.filter((e) => e.item!.id === 'milk').map((e) => [e.quantity, e.reversed])).toEqual([[1000, false], [3000, false], [2000, true], [1000, false]])
    await m.stop()
  })
})

describe('condition', () => {
  it('is said before the number or after, and an entry of another condition is another', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    await m.describe({ condition: 'damaged' })
    await keys(m, '2')
    await m.scan(rice)
    await keys(m, '9')
    await m.confirm()
    expect(await m.describe({ condition: 'expired' })).toEqual({}) // of the newest entry
    expect(await m.describe({ condition: 'expired' })).toEqual({}) // nothing new
    expect(m.pass.value!.entries.map((e) => [e.item!.id, e.condition, e.quantity, e.reversed, e.allHere])).toEqual([
      ['rice', 'expired', 9000, false, true], ['rice', undefined, 9000, true, true], ['milk', 'damaged', 2000, false, true]])
    await m.describe({ condition: 'saleable' }, m.pass.value!.entries[2]!)
    expect(m.pass.value!.totals).toMatchObject({ observations: 2, quantity: 11000 })
    await m.closePass()
    const events = await arrived(w, m)
    expect(events.map((e) => [e['kind'], e['condition']])).toEqual([['pass.opened', undefined], ['observed', 'damaged'], ['observed', undefined], ['reversed', undefined],
      ['observed', 'expired'], ['reversed', 'damaged'], ['observed', undefined], ['pass.closed', undefined]])
    expect([events[4]!['at'], events[4]!['scanned_at']]).toEqual([events[2]!['at'], events[2]!['scanned_at']]) // it was counted when it was counted
    await m.stop()
  })

  it('is expired where its day has passed, as long as nobody says otherwise', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(labelled('200331', 'OLD'))
    expect(m.pass.value!.pending).toMatchObject({ condition: 'expired' })
    await m.describe({ condition: 'saleable' })
    expect(m.pass.value!.pending).toMatchObject({ suggests: 'expired' })
    await m.describe({ lot: 'OLDER' })
    await keys(m, '1')
    await m.confirm()
    expect(m.pass.value!.entries[0]).toMatchObject({ suggests: 'expired' })
    expect(m.pass.value!.entries[0]).not.toHaveProperty('condition')
    await m.describe({ condition: 'expired' })
    expect(m.pass.value!.entries[0]).toMatchObject({ condition: 'expired' })
    expect(m.pass.value!.entries[0]).not.toHaveProperty('suggests')
    await m.closePass()
    expect((await arrived(w, m))[1]).not.toHaveProperty('condition')
    await m.stop()
  })

  it('is expired where a day that has passed is keyed', async () => {
    const { m } = await counting()
    await m.scan('A-01-03')
    await m.scan(labelled('270331', 'NEW'))
    expect(m.pass.value!.pending).not.toHaveProperty('condition')
    await m.describe({ expiry: '010124' })
    expect(m.pass.value!.pending).toMatchObject({ expiry: '2024-01-01', condition: 'expired' })
    await m.stop()
  })
})

describe('a note', () => {
  it('tells of an unknown code what its counter sees, cut where an event has no more room for it', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan('9990001')
    await m.describe({ note: ' علبة خضراء 400 غ ' })
    expect(m.pass.value!.pending).toMatchObject({ note: 'علبة خضراء 400 غ' })
    await keys(m, '3')
    await m.confirm()
    await m.describe({ note: '😀'.repeat(201) })
    await m.closePass()
    const events = await arrived(w, m)
    expect(events[1]).toMatchObject({ code: '9990001', note: 'علبة خضراء 400 غ' })
    expect([...(events[3]!['note'] as string)].length).toBe(200)
    await m.stop()
  })

  it('is told of what was counted by a scan alone', async () => {
    const { m } = await counting()
    await m.setMode('each')
    await m.scan('A-01-03')
    await m.scan('9990001')
    await m.describe({ note: 'a tin' })
    expect(m.pass.value!.entries.map((e) => [e.note, e.quantity, e.reversed])).toEqual([['a tin', 1000, false], [undefined, 1000, true]])
    await m.stop()
  })
})

describe('a correction', () => {
  it('counts an entry anew in the place of that one', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '12')
    await m.scan(rice)
    await keys(m, '4')
    await m.confirm()
    const first = m.pass.value!.entries[1]!
    expect(await m.countAnew(first)).toEqual({})
    expect(m.pass.value!.pending).toMatchObject({ item: { id: 'milk' }, keyed: '', already: 12_000, corrects: first.id })
    expect((await m.closePass()).refused!.key).toBe('confirm-first')
    await keys(m, '13')
    expect(await m.confirm()).toEqual({ sound: 'ok' })
    expect(m.pass.value!.entries.map((e) => [e.quantity, e.reversed, e.allHere])).toEqual([[13000, false, true], [4000, false, true], [12000, true, true]])
    expect((await m.countAnew(first)).refused!.key).toBe('goods-gone')
    await m.countAnew(m.pass.value!.entries[0]!)
    expect(await m.undo()).toEqual({ sound: 'ok' }) // not after all: it stands as it stood
    expect(m.pass.value!.totals).toMatchObject({ observations: 2, quantity: 17000 })
    await m.closePass()
    expect((await arrived(w, m)).at(-1)).toMatchObject({ observations: 2, quantity: 17000 })
    await m.stop()
  })

  it('is described as what is in hand, and stands once', async () => {
    const { m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '5')
    await m.confirm()
    const entry = m.pass.value!.entries[0]!
    await m.countAnew(entry)
    expect(await m.describe({ note: 'wet' }, entry)).toEqual({})
    expect(m.pass.value!.pending).toMatchObject({ note: 'wet', corrects: entry.id })
    await keys(m, '6')
    expect(await m.confirm()).toEqual({ sound: 'ok' })
    expect(m.pass.value!.totals).toMatchObject({ observations: 1, quantity: 6000 })
    expect(m.pass.value!.entries.map((e) => [e.quantity, e.reversed, e.note])).toEqual([[6000, false, 'wet'], [5000, true, undefined]])
    await m.stop()
  })

  it('asks first for the number of what is in hand', async () => {
    const { m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '12')
    await m.scan(rice)
    expect(await m.countAnew(m.pass.value!.entries[0]!)).toEqual({ sound: 'check' })
    expect(m.question.value!.kind).toBe('how-many')
    await m.stop()
  })
})

describe('a number keyed before its scan', () => {
  it('waits for its item in mode quantity, and gives way to the first digit after it', async () => {
    const { m } = await counting()
    await m.scan('A-01-03')
    await keys(m, '12')
    expect(m.pass.value!.multiplier).toBe('12')
    await m.scan(milk)
    expect(m.pass.value!).toMatchObject({ multiplier: '', pending: { keyed: '12', quantity: 12000 } })
    await m.scan(rice)
    expect(m.pass.value!.entries[0]).toMatchObject({ quantity: 12000, allHere: true })
    await m.key('9')
    await m.key('0')
    expect(m.pass.value!.pending!.keyed).toBe('90')
    await m.undo()
    await keys(m, '12')
    await m.scan('12345678')
    await m.key('3')
    expect(m.pass.value!.pending!.keyed).toBe('3')
    await m.confirm()
    await keys(m, '7')
    expect((await m.confirm()).refused!.key).toBe('nothing-pending') // nothing to be seven of
    await m.stop()
  })

  it('is how many the last scan was, once confirmed in mode each', async () => {
    const { w, m } = await counting()
    await m.setMode('each')
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '6')
    expect(await m.confirm()).toEqual({ sound: 'ok' })
    expect(m.pass.value!).toMatchObject({ multiplier: '', totals: { observations: 1, quantity: 6000 } })
    await keys(m, '2.5')
    expect((await m.confirm()).refused!.key).toBe('number-decimals') // of pieces
    await m.key('clear')
    await keys(m, '1200')
    expect(await m.confirm()).toEqual({ sound: 'check' })
    expect(m.question.value!.kind).toBe('large')
    await m.answer('accept')
    expect(m.pass.value!.totals).toMatchObject({ observations: 1, quantity: 1200000 })
    await m.closePass()
    expect((await arrived(w, m)).map((e) => [e['kind'], e['amount'], e['all_here']])).toEqual([['pass.opened', undefined, undefined], ['observed', 1000, undefined],
      ['reversed', 1000, undefined], ['observed', 6000, undefined], ['reversed', 6000, undefined], ['observed', 1200000, undefined], ['pass.closed', undefined, undefined]])
    await m.stop()
  })

  it('is looked at twice before a scan where it is unusual, and refused as a fraction of a piece', async () => {
    const { m } = await counting()
    await m.setMode('each')
    await m.scan('A-01-03')
    await keys(m, '1000')
    expect(await m.scan(milk)).toEqual({ what: 'item', sound: 'check' })
    expect(m.question.value).toMatchObject({ kind: 'large', quantity: 1000000 })
    await m.answer('change')
    expect(m.pass.value!.pending).toMatchObject({ keyed: '1000' })
    await m.key('back')
    await m.confirm()
    expect(m.pass.value!.entries).toMatchObject([{ quantity: 100000, allHere: false }])
    await keys(m, '2.5')
    expect((await m.scan(milk)).refused!.key).toBe('number-decimals')
    expect(m.pass.value!.multiplier).toBe('2.5')
    await m.stop()
  })
})

describe('the same label again at once', () => {
  it('is the bounce of a trigger: taken once, and said; a moment later it is another', async () => {
    const { w, m } = await counting()
    await m.setMode('each')
    await m.scan('A-01-03')
    const at = w.env.now() - 5000
    expect(await m.scan(milk, 'scan', at)).toEqual({ what: 'item', sound: 'ok' })
    expect(await m.scan(milk, 'scan', at + 50)).toEqual({ what: 'nothing', bounced: true })
    expect(await m.scan(rice, 'scan', at + 60)).toEqual({ what: 'item', sound: 'ok' }) // another label however fast
    expect(await m.scan(milk, 'scan', at + 70)).toEqual({ what: 'item', sound: 'ok' })
    expect(await m.scan(milk, 'scan', at + 369)).toEqual({ what: 'nothing', bounced: true })
    expect(await m.scan(milk, 'scan', at + 370)).toEqual({ what: 'item', sound: 'ok' })
    await keys(m, '2')
    expect(await m.scan(milk, 'scan', at + 380)).toEqual({ what: 'item', sound: 'ok' }) // something was done in between
    expect(m.pass.value!.totals).toMatchObject({ observations: 5, quantity: 6000 })
    await m.stop()
  })

  it('asks nothing twice, and a scan that was refused did not count as the first', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    const at = w.env.now() - 5000
    await m.scan(milk, 'scan', at)
    expect(await m.scan(milk, 'scan', at + 100)).toEqual({ what: 'nothing', bounced: true })
    expect(m.question.value).toBeUndefined() // not: how many
    await keys(m, '1')
    await m.scan('6291003012346', 'scan', at + 1000)
    await m.scan('6291003012346', 'scan', at + 1100)
    expect(m.question.value!.kind).toBe('invalid')
    await m.answer('again')
    await m.scan('A-01-04', 'scan', at + 2000)
    await m.answer('stay')
    await m.scan(milk, 'scan', at + 3000)
    expect((await m.scan(rice, 'scan', at + 3100)).refused!.key).toBe('answer-first')
    expect((await m.scan(rice, 'scan', at + 3200)).refused!.key).toBe('answer-first')
    await m.stop()
  })
})
