// Moving stock: taken here, carried, placed there.
import 'fake-indexeddb/auto'
import { describe, expect, it } from 'vitest'
import { createModel } from '../../src/model/model'
import { Store } from '../../src/store/store'
import { arrived, counting, keys, milk, rice, until } from './counter'

describe('a move', () => {
  it('takes from the open location, is carried while one counts on, and is placed: an event of each kind of goods', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    expect(await m.beginMove()).toEqual({})
    expect(m.moving.value).toMatchObject({ state: 'in-hand', from: { location: 'A-01-03' }, goods: [] })
    const at = w.env.now() - 9000
    expect(await m.scan('16291003012342', 'scan', at)).toEqual({ what: 'item', sound: 'ok' })
    await keys(m, '3')
    expect(m.moving.value!.goods).toMatchObject([{ item: { id: 'milk' }, pack: 12000, keyed: '3', quantity: 36000 }])
    expect(await m.scan('9990001')).toEqual({ what: 'unknown-code', sound: 'unknown' })
    expect((await m.key('.')).refused!.key).toBe('number-decimals')
    await m.key('back') // the point
    await keys(m, '2')
    expect((await m.placeMove()).refused!.key).toBe('move-to')
    await m.leaveMove()
    expect(m.moves.value).toMatchObject([{ state: 'in-hand', goods: [{ keyed: '3' }, { keyed: '2' }] }])
    await m.scan(rice) // is counted
    await keys(m, '4')
    expect((await m.scan('A-01-04')).sound).toBe('check')
    await m.answer('leave')
    await m.beginMove()
    expect(m.moving.value).toMatchObject({ from: { location: 'A-01-03' } })
    expect((await m.scan('A-01-03')).refused!.key).toBe('move-same')
    expect(await m.scan('A-01-04')).toEqual({ what: 'location', sound: 'ok' })
    expect(m.pass.value!.place.location).toBe('A-01-04')
    const before = w.env.now()
    expect(await m.placeMove()).toEqual({ sound: 'ok' })
    expect([m.moving.value, m.moves.value[0]!.state]).toEqual([undefined, 'placed'])
    await m.closePass()
    const moved = (await arrived(w, m)).filter((e) => e['kind'] === 'moved')
    expect(moved).toMatchObject([
      { person: 'ali', item: 'milk', code: '16291003012342', pack: 12000, amount: 3000, from: 'A-01-03', to: 'A-01-04', taken_at: at, entry: 'scan' },
      { code: '9990001', pack: 1000, amount: 2000, from: 'A-01-03', to: 'A-01-04' },
    ])
    expect(moved[0]!['at'] as number).toBeGreaterThanOrEqual(before)
    expect(moved[0]).not.toHaveProperty('pass')
    await until(() => m.link.value.unsent >= 0 && w.server.log.some((e) => JSON.parse(e.body).kind === 'clock')) // its instants are bracketed, too
    await m.stop()
  })

  it('lives through a killed tab, and another person does not see it', async () => {
    const { w, m } = await counting()
    await m.beginMove()
    expect((await m.scan(milk)).refused!.key).toBe('move-from')
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '5')
    await m.stop()
    const again = createModel({ env: w.env, name: w.database })
    await until(() => again.phase.value === 'ready')
    expect([again.moving.value, again.moves.value]).toMatchObject([undefined, [{ state: 'in-hand', from: { location: 'A-01-03' }, goods: [{ keyed: '5' }] }]])
    await again.scan('A-01-04') // opens it: the move is not on the screen
    expect(again.pass.value!.place.location).toBe('A-01-04')
    await again.closePass()
    await again.signOut()
    await again.signIn('badr', '58213')
    expect(again.moves.value).toEqual([])
    await again.signOut()
    await again.signIn('ali', '58213')
    expect(again.moves.value).toMatchObject([{ state: 'in-hand' }])
    await again.stop()
  })

  it('is keyed anew by the same scan, put back one by one, and gone without goods', async () => {
    const { m } = await counting()
    await m.beginMove()
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '5')
    await m.scan(rice)
    expect(await m.scan(milk)).toEqual({ what: 'item', sound: 'check' })
    expect(m.moving.value!.goods.map((g) => [g.item!.id, g.keyed])).toEqual([['rice', ''], ['milk', '5']])
    await keys(m, '31')
    expect(m.moving.value!.goods[1]).toMatchObject({ keyed: '31', quantity: 31000 }) // not 531
    await m.scan(rice)
    await m.scan(milk)
    await m.key('back') // of the number that stood
    await keys(m, '4')
    expect(m.moving.value!.goods[1]!.keyed).toBe('34')
    await m.scan('A-01-04')
    expect((await m.placeMove()).refused!.key).toBe('move-number')
    expect(await m.undo()).toEqual({ sound: 'ok' })
    expect(await m.undo()).toEqual({ sound: 'ok' })
    expect(m.moves.value).toEqual([])
    expect((await m.undo()).refused!.key).toBe('move-empty')
    await m.stop()
  })

  it('is taken back by repeating it, once', async () => {
    const { w, m } = await counting()
    await m.beginMove()
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '5')
    await m.scan('A-01-04')
    await m.placeMove()
    const { move } = m.moves.value[0]!
    expect(await m.takeBackMove(move)).toEqual({ sound: 'ok' })
    expect(m.moves.value[0]!.state).toBe('taken-back')
    expect((await m.takeBackMove(move)).refused!.key).toBe('nothing-to-undo')
    const events = await arrived(w, m)
    expect(events.map((e) => e['kind'])).toEqual(['moved', 'reversed'])
    expect(events[1]).toMatchObject({ reverses: events[0]!['id'], item: 'milk', code: milk, pack: 1000, amount: 5000, from: 'A-01-03', to: 'A-01-04', taken_at: events[0]!['taken_at'] })
    await m.stop()
  })

  it('is placed when the session closes, and not once it is over', async () => {
    const { w, m } = await counting()
    await m.beginMove()
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '5')
    w.server.feed({ t: 'feed', session: 'night1', cursor: 'c8', state: 'closing', round: 1, tasks: [] })
    await until(() => m.session.value!.state === 'closing')
    await m.scan('A-01-04')
    expect(await m.placeMove()).toEqual({ sound: 'ok' })
    w.server.feed({ t: 'feed', session: 'night1', cursor: 'c9', state: 'sealed', round: 1, tasks: [] })
    await until(() => m.session.value!.state === 'sealed')
    expect((await m.beginMove()).refused!.key).toBe('session-over')
    await m.stop()
  })

  it('takes the weight of what is weighed, and of pieces no fraction', async () => {
    const { w, m } = await counting()
    await m.beginMove()
    await m.scan('A-01-03')
    expect(await m.scan(']e001' + '0' + rice + '3103002500')).toEqual({ what: 'item', sound: 'ok' })
    expect(m.moving.value!.goods).toMatchObject([{ item: { id: 'rice' }, keyed: '', pack: 1000 }])
    await keys(m, '2')
    await m.scan(']e001962711000100163103001750')
    await m.scan('A-01-04')
    expect(await m.placeMove()).toEqual({ sound: 'ok' })
    expect((await arrived(w, m)).map((e) => [e['item'], e['amount']])).toEqual([['rice', 2000], ['olives', 1750]])
    await m.stop()
  })

  it('refuses the fraction of a piece that is in hand already', async () => {
    const { w, m } = await counting()
    await m.beginMove()
    await m.scan('A-01-03')
    await m.scan(rice)
    await keys(m, '2')
    await m.scan('A-01-04')
    await m.stop()
    const store = await Store.open(w.database, w.env)
    const [held] = (await store.get('moves'))!
    await store.put('moves', [{ ...held!, goods: [{ ...held!.goods[0]!, keyed: '2.5' }] }])
    store.close()
    const again = createModel({ env: w.env, name: w.database })
    await until(() => again.phase.value === 'ready')
    await again.beginMove()
    expect((await again.placeMove()).refused!.key).toBe('number-inexact')
    await again.key('clear')
    await keys(again, '3')
    expect(await again.placeMove()).toEqual({ sound: 'ok' })
    await again.stop()
  })

  it('takes a code that breaks its rules only once it was read twice', async () => {
    const { w, m } = await counting()
    await m.beginMove()
    await m.scan('A-01-03')
    const torn = ']E06291003012346', at = w.env.now() - 9000
    expect((await m.scan(torn, 'scan', at)).refused!.key).toBe('move-invalid')
    expect((await m.scan(torn, 'scan', at + 400)).refused!.key).toBe('move-invalid') // the trigger
    expect(m.moving.value!.goods).toEqual([])
    expect(await m.scan(torn, 'scan', at + 2000)).toEqual({ what: 'unknown-code', sound: 'unknown' })
    expect((await m.scan(']E06291003012340', 'scan', at + 4000)).refused!.key).toBe('move-invalid')
    expect(m.moving.value!.goods).toMatchObject([{ code: '6291003012346', keyed: '' }])
    await m.stop()
  })

  it('proposes what a pallet says, and looks twice at a large number', async () => {
    const { w, m } = await counting()
    await m.beginMove()
    await m.scan('A-01-03')
    await m.scan(']C10036271100000000012102' + '0' + rice + '3748')
    expect(m.moving.value!.goods).toMatchObject([{ item: { id: 'rice' }, keyed: '48', quantity: 48_000 }])
    await keys(m, '1200')
    expect(m.moving.value!.goods[0]!.keyed).toBe('1200')
    await m.scan('A-01-04')
    expect((await m.placeMove()).refused!.key).toBe('move-large')
    await m.key('back')
    await keys(m, '1')
    expect((await m.placeMove()).refused!.key).toBe('move-large') // another number
    expect(await m.placeMove()).toEqual({ sound: 'ok' })
    expect((await arrived(w, m)).map((e) => e['amount'])).toEqual([1_201_000])
    await m.stop()
  })
})
