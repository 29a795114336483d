// Where one counts: tasks, locations, and how one pass stands to another.
import 'fake-indexeddb/auto'
import { describe, expect, it } from 'vitest'
import { createModel } from '../../src/model/model'
import { World } from '../world'
import { arrived, counting, keys, milk, rice, until } from './counter'

describe('places and tasks', () => {
  const assigned = { tasks: [
    { assignment: 'a1', round: 1, location: 'A-01-03', person: 'ali' },
    { assignment: 'r1', round: 2, location: 'A-01-04', person: 'ali', items: ['milk', 'rice'] },
  ] }

  async function withTasks() {
    const w = new World()
    w.server.feeds.set('night1', { t: 'feed', session: 'night1', cursor: 'c5', state: 'open', round: 2, ...assigned })
    return counting(w)
  }

  it('lists recounts first, and marks what lies outside', async () => {
    const { w, m } = await withTasks()
    expect(m.tasks.value.map((t) => [t.assignment, t.recount, t.state])).toEqual([['r1', true, 'none'], ['a1', false, 'none']])
    await m.openPass('A-01-04', m.tasks.value[0])
    expect(m.pass.value).toMatchObject({ round: 2, recount: true, items: [{ id: 'milk' }, { id: 'rice' }] })
    await m.scan(milk)
    await keys(m, '1')
    await m.scan('12345678')
    expect(m.pass.value!.pending!.undirected).toBe(true)
    await keys(m, '9')
    await m.confirm()
    expect(m.pass.value!.totals.missed.map((i) => i.id)).toEqual(['rice'])
    await m.closePass()
    expect(m.tasks.value.map((t) => [t.assignment, t.state])).toEqual([['a1', 'none'], ['r1', 'closed']])
    const events = await arrived(w, m)
    expect(events[0]).toMatchObject({ round: 2, assignment: 'r1' })
    expect(events.slice(1, 3).map((e) => e['undirected'])).toEqual([undefined, true])
    await m.stop()
  })

  it('asks nothing about a location that was closed, where the next could not be opened', async () => {
    const { m } = await counting()
    await m.scan('A-01-03')
    expect((await m.scan('A-01-04')).sound).toBe('check')
    const { add } = IDBObjectStore.prototype
    IDBObjectStore.prototype.add = function (this: IDBObjectStore, ...a: Parameters<typeof add>) {
      if ((a[0] as { kind?: string }).kind === 'pass.opened') throw new DOMException('I/O', 'UnknownError')
      return add.apply(this, a)
    }
    expect((await m.answer('leave')).refused!.key).toBe('storage-failed')
    IDBObjectStore.prototype.add = add
    expect([m.pass.value, m.question.value]).toEqual([undefined, undefined])
    expect((await m.scan('A-01-04')).sound).toBe('ok')
    expect(m.pass.value!.place.location).toBe('A-01-04')
    await m.stop()
  })

  it('goes from one location to the next by its label, and asks before a second pass', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '1')
    expect(await m.scan('A-01-04')).toEqual({ what: 'location', sound: 'check' })
    expect(m.question.value).toMatchObject({ kind: 'leave', to: { location: 'A-01-04' }, totals: { observations: 1, quantity: 1000 } })
    await m.answer('leave')
    expect(m.pass.value!.place.location).toBe('A-01-04')
    await m.closePass()
    await m.openPass('A-01-03')
    expect(m.question.value).toMatchObject({ kind: 'second-pass', totals: { observations: 1, quantity: 1000, items: 1 } })
    await m.answer('replace')
    expect(m.pass.value!.place.location).toBe('A-01-03')
    await m.closePass()
    await m.openPass('A-01-03')
    await m.answer('continue')
    await m.scan(rice)
    await keys(m, '5')
    await m.confirm()
    await m.closePass()
    await m.openPass('A-01-03')
    // One pass replaces one other: what was added up can only be added to.
    expect(m.question.value).toMatchObject({ kind: 'second-pass', totals: { observations: 1, quantity: 5000, items: 1 }, answers: ['cancel', 'continue'] })
    await m.answer('cancel')
    const events = (await arrived(w, m)).filter((e) => e['kind'] === 'pass.opened')
    expect(events[2]!['replaces']).toBe(events[0]!['pass'])
    expect(events[3]!['continues']).toBe(events[2]!['pass'])
    expect((await m.openPass('Z-99')).refused!.key).toBe('location-unknown')
    await m.stop()
  })

  describe('a pass that adds to another', () => {
    /** Twelve of the milk were counted before the location was closed. */
    async function continued() {
      const { w, m } = await counting()
      await m.scan('A-01-03')
      await m.scan(milk)
      await keys(m, '12')
      await m.confirm()
      await m.closePass()
      await m.openPass('A-01-03')
      await m.answer('continue')
      return { w, m }
    }
    const before = [{ item: { id: 'milk' }, quantity: 12_000, reversed: false }]

    it('tells what was counted there, and asks before it adds to that', async () => {
      const { w, m } = await continued()
      expect((await m.scan(milk)).sound).toBe('check')
      expect(m.question.value).toEqual({ kind: 'earlier', already: 12_000, answers: ['discard', 'add'] })
      expect(m.pass.value!.pending!.already).toBe(12_000)
      await m.answer('discard')
      expect(m.pass.value!.totals.observations).toBe(0)
      await m.scan(milk)
      await m.answer('add')
      await keys(m, '5')
      await m.confirm()
      expect(m.pass.value!.earlier).toMatchObject(before)
      await m.scan(milk) // from here on it is as in any pass
      expect(m.question.value).toMatchObject({ kind: 'again', already: 5000 })
      await m.answer('discard')
      await m.scan(rice) // nothing of it was there
      expect(m.question.value).toBeUndefined()
      await keys(m, '3')
      await m.confirm()
      await m.closePass()
      const seen = (await arrived(w, m)).filter((e) => e['kind'] === 'observed')
      expect(seen.map((e) => [e['item'], e['amount'], e['all_here']])).toEqual([['milk', 12_000, true], ['milk', 5000, undefined], ['rice', 3000, true]])
      await m.stop()
    })

    it('takes no zero for what was counted there: that stays', async () => {
      const { w, m } = await continued()
      const stays = { kind: 'earlier', already: 12_000, answers: ['discard'] }
      expect((await m.zero('milk')).sound).toBe('check')
      expect(m.question.value).toEqual(stays)
      await m.answer('discard')
      await m.key('0')
      await m.scan(milk)
      expect(m.question.value).toEqual(stays)
      await m.answer('discard')
      await m.closePass()
      expect((await arrived(w, m)).filter((e) => e['kind'] === 'observed')).toMatchObject([{ amount: 12_000 }])
      await m.stop()
    })

    it('still knows it after the tab was closed', async () => {
      const { w, m } = await continued()
      await m.stop()
      const again = createModel({ env: w.env, name: w.database })
      await until(() => again.phase.value === 'ready' && again.pass.value !== undefined)
      expect(again.pass.value!.earlier).toMatchObject(before)
      await again.stop()
    })
  })

  it('knows the walk before by what follows it, and not by a clock that was set back', async () => {
    const { w, m } = await counting()
    const walk = async (answer?: 'continue') => {
      await m.scan('A-01-03')
      if (answer) await m.answer(answer)
      await m.closePass()
      w.skew -= 3 * 3_600_000
    }
    await walk()
    for (let n = 0; n < 3; n++) await walk('continue')
    const opened = (await arrived(w, m)).filter((e) => e['kind'] === 'pass.opened')
    expect(opened.map((e) => e['continues'])).toEqual([undefined, ...opened.slice(0, 3).map((e) => e['pass'])])
    await m.stop()
  })

  it('goes where the label sends it a second time, though the clock was set back in between', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    expect((await m.scan('A-01-04')).sound).toBe('check')
    w.skew -= 3_600_000
    expect(await m.scan('A-01-04')).toEqual({ what: 'location', sound: 'ok' })
    await m.stop()
  })

  it('dates a pass by the scan that opened it, so that no item of the same burst comes before it', async () => {
    const { w, m } = await counting()
    const at = w.env.now() - 20_000
    await m.scan('A-01-03', 'scan', at)
    await m.scan(milk, 'scan', at + 20)
    await keys(m, '1')
    await m.scan('A-01-04', 'scan', at + 5000)
    await m.scan('A-01-04', 'scan', at + 8000)
    await m.scan(rice, 'scan', at + 8020)
    await keys(m, '2')
    await m.confirm()
    await m.closePass()
    const events = await arrived(w, m)
    expect(events.map((e) => [e['kind'], e['scanned_at'] ?? e['at']]).slice(0, 5)).toEqual([
      ['pass.opened', at], ['observed', at + 20], ['pass.closed', at + 8000], ['pass.opened', at + 8000], ['observed', at + 8020],
    ])
    await m.stop()
  })

  it('goes where the same label sends it twice, and stays where its own does; an item answers neither', async () => {
    const { w, m } = await counting()
    const at = w.env.now() - 10_000
    expect((await m.scan('A-01-03', 'scan', at)).sound).toBe('ok')
    expect(await m.scan('A-01-04', 'scan', at)).toEqual({ what: 'location', sound: 'check' })
    expect(m.question.value!.kind).toBe('leave')
    expect((await m.scan(milk, 'scan', at + 5000)).refused!.key).toBe('answer-first')
    expect(await m.scan('A-01-04', 'scan', at + 400)).toMatchObject({ what: 'nothing', sound: 'check', refused: { key: 'label-again' } }) // hardly meant, and said
    expect(await m.scan('A-01-03', 'scan', at + 5000)).toEqual({ what: 'location', sound: 'ok' })
    expect([m.question.value, m.pass.value!.place.location]).toEqual([undefined, 'A-01-03'])
    await m.scan('A-01-04', 'scan', at + 6000)
    expect(await m.scan('A-01-04', 'scan', at + 7000)).toEqual({ what: 'location', sound: 'ok' })
    expect([m.question.value, m.pass.value!.place.location]).toEqual([undefined, 'A-01-04'])
    await m.closePass()
    expect((await m.scan('A-01-03')).sound).toBe('check')
    expect(m.question.value).toMatchObject({ kind: 'second-pass', place: { location: 'A-01-03' } })
    w.skew += 400
    expect((await m.scan('A-01-03')).refused!.key).toBe('answer-first')
    expect((await m.scan(milk)).refused!.key).toBe('answer-first')
    await m.scan('A-01-04')
    expect(m.question.value).toMatchObject({ kind: 'second-pass', place: { location: 'A-01-04' } })
    await m.answer('continue')
    expect((await arrived(w, m)).map((e) => [e['kind'], e['location']])).toEqual([
      ['pass.opened', 'A-01-03'], ['pass.closed', undefined], ['pass.opened', 'A-01-04'], ['pass.closed', undefined], ['pass.opened', 'A-01-04']])
    await m.stop()
  })

  it('stops when the session closes, lets its open pass be closed, and hands everything in', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '1')
    await m.confirm()
    await until(() => m.link.value.state === 'online')
    w.server.feed({ t: 'feed', session: 'night1', cursor: 'c8', state: 'closing', round: 1, tasks: [] })
    await until(() => m.session.value?.state === 'closing' && m.session.value.drained)
    expect((await m.scan(rice)).refused!.key).toBe('session-closing')
    await m.closePass()
    await until(() => m.session.value?.drained === true && m.link.value.unsent === 0)
    expect((await m.scan('A-01-03')).refused!.key).toBe('session-closing')
    expect((await arrived(w, m)).at(-1)!['kind']).toBe('pass.closed')
    await m.stop()
  })

  it('lets what is in hand get its number when the session closes, and lets go of it when it is over', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    await until(() => m.link.value.state === 'online')
    w.server.feed({ t: 'feed', session: 'night1', cursor: 'c8', state: 'closing', round: 1, tasks: [] })
    await until(() => m.session.value?.state === 'closing')
    expect((await m.closePass()).refused!.key).toBe('confirm-first')
    expect((await m.leaveSession()).refused!.key).toBe('confirm-first')
    await keys(m, '4')
    expect(await m.confirm()).toEqual({ sound: 'ok' })
    expect((await m.scan(milk)).refused!.key).toBe('session-closing')
    expect(m.pass.value!.pending).toBeUndefined()
    expect(await m.closePass()).toEqual({ sound: 'ok' })
    expect((await arrived(w, m)).at(-1)).toMatchObject({ kind: 'pass.closed', observations: 1, quantity: 4000 })
    await m.stop()
  })

  it('takes no key, number or word more once the session is over, and takes nothing back', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '7')
    await m.scan(rice)
    await keys(m, '2')
    await until(() => m.link.value.state === 'online')
    w.server.feed({ t: 'feed', session: 'night1', cursor: 'c9', state: 'sealed', round: 1, tasks: [] })
    await until(() => m.session.value?.state === 'sealed')
    const late = [() => m.key('1'), () => m.confirm(), () => m.zero(), () => m.describe({ condition: 'damaged' }), () => m.switchPack(), () => m.undo(), () => m.undo(m.pass.value!.entries[0]!), () => m.closePass()]
    for (const act of late) expect((await act()).refused?.key).toBe('session-over')
    expect(m.pass.value).toMatchObject({ pending: { keyed: '2' }, entries: [{ quantity: 7000, reversed: false }] })
    expect((await arrived(w, m)).map((e) => e['kind'])).toEqual(['pass.opened', 'observed'])
    await m.stop()
  })

  it('holds nobody in a session that is over, and opens nothing by an answer that comes too late', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.closePass()
    await m.scan('A-01-03')
    expect(m.question.value!.kind).toBe('second-pass')
    await until(() => m.link.value.state === 'online')
    w.server.feed({ t: 'feed', session: 'night1', cursor: 'c8', state: 'closing', round: 1, tasks: [] })
    await until(() => m.session.value?.state === 'closing')
    expect((await m.answer('continue')).refused!.key).toBe('session-closing')
    expect([m.pass.value, m.question.value]).toEqual([undefined, undefined])
    w.server.feed({ t: 'feed', session: 'night1', cursor: 'c9', state: 'open', round: 1, tasks: [] })
    await until(() => m.session.value?.state === 'open')
    await m.scan('A-01-04')
    await m.scan(milk)
    await keys(m, '4')
    await m.scan(milk)
    expect(m.question.value!.kind).toBe('again')
    w.server.feed({ t: 'feed', session: 'night1', cursor: 'c10', state: 'sealed', round: 1, tasks: [] })
    await until(() => m.session.value?.state === 'sealed' && !m.question.value)
    expect(await m.leaveSession()).toEqual({})
    expect(m.session.value).toBeUndefined()
    await m.stop()
  })

  it('finds items and places by loosely typed words', async () => {
    const { m } = await counting()
    expect((await m.findItems('ارز')).map((i) => i.id)).toEqual(['rice'])
    expect((await m.findItems('جبنه')).map((i) => i.id)).toEqual(['cheese'])
    expect((await m.findItems('MILK 1')).map((i) => i.id)).toEqual(['milk'])
    expect((await m.findItems('٦٢٩١٠٠٣٠١٢٣٤٥'))[0]!.id).toBe('milk')
    expect((await m.findItems('  '))).toEqual([])
    expect(m.findPlaces('رف 4').map((p) => p.location)).toEqual(['A-01-04'])
    await m.stop()
  })
})
