// Whatever a counter does, in whatever order, with the tab killed in between: the totals are those of the events, reversals
// repeat what they take back, and what was answered by a sound is there.
import 'fake-indexeddb/auto'
import { describe, expect, it } from 'vitest'
import { createModel } from '../../src/model/model'
import { act, tidy } from '../antics'
import { dice, World } from '../world'
import { arrived, counting, milk, rice, until, yoghurt } from './counter'

const done = { moved: 0, movedBack: 0, lots: 0, notes: 0, corrected: 0 }

describe('a counter who does anything', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('seed %i', async (seed) => {
    const chance = dice(seed * 104729)
    const w = new World(seed)
    w.server.feeds.set('night1', { t: 'feed', session: 'night1', cursor: 'c5', state: 'open', round: 2, tasks: [
      { assignment: 'a1', round: 1, location: 'A-01-03', person: 'ali' }, { assignment: 'r1', round: 2, location: 'A-01-04', items: ['milk'] }] })
    let { m } = await counting(w)
    const codes = [milk, rice, '16291003012342', '2112345012346', '12345678', 'شاي-7', ']E0' + milk, '6291003012346', 'A-01-03', 'A-01-04', yoghurt, '0105449000000996' + '17' + '270331' + '10AB1']
    for (let n = 0; n < 700; n++) {
      await act(m, chance, codes, ['cheese', 'milk', 'rice', 'yoghurt'])
      if (chance() > 0.03) continue
      const before = [m.pass.value, m.question.value?.kind === 'again', m.moves.value]
      await m.stop()
      m = createModel({ env: w.env, name: w.database })
      await until(() => m.phase.value === 'ready')
      const unsent = (p: unknown) => JSON.parse(JSON.stringify(p ?? null, (k, v) => (k === 'sent' ? undefined : v)))
      expect([unsent(m.pass.value), m.question.value?.kind === 'again', unsent(m.moves.value)]).toEqual([unsent(before[0]), before[1], unsent(before[2])])
    }
    await tidy(m)
    expect(m.pass.value).toBeUndefined()
    const events = await arrived(w, m)
    const passes = new Map<unknown, { standing: Map<unknown, Record<string, unknown>>; closed: number }>()
    const carried = new Map<unknown, Record<string, unknown>>()
    for (const e of events) {
      if (e['pass'] === undefined) {
        if (e['kind'] === 'moved') carried.set(e['id'], e)
        else {
          for (const field of ['item', 'code', 'lot', 'amount', 'pack', 'from', 'to', 'taken_at']) expect(e[field]).toEqual(carried.get(e['reverses'])![field])
          carried.delete(e['reverses'])
        }
        expect([e['from'] !== e['to'], (e['taken_at'] as number) <= (e['at'] as number), e['amount'] !== 0]).toEqual([true, true, true])
        continue
      }
      const p = passes.get(e['pass']) ?? { standing: new Map(), closed: 0 }
      passes.set(e['pass'], p)
      expect(p.closed).toBe(0) // nothing comes after its closing
      if (e['kind'] === 'observed') p.standing.set(e['id'], e)
      if (e['kind'] === 'reversed') {
        const taken = p.standing.get(e['reverses'])!
        for (const field of ['item', 'code', 'lot', 'condition', 'amount', 'pack']) expect(e[field]).toEqual(taken[field])
        p.standing.delete(e['reverses'])
      }
      if (e['kind'] === 'pass.closed') {
        p.closed++
        const sum = [...p.standing.values()].reduce((s, o) => s + (o['amount'] as number) * (o['pack'] as number) / 1000, 0)
        expect([e['observations'], e['quantity']]).toEqual([p.standing.size, sum])
      }
    }
    expect(carried.size).toBe(m.moves.value.filter((x) => x.state === 'placed').reduce((n, x) => n + x.goods.length, 0))
    for (const e of events) if (e['kind'] === 'observed') expect(Number.isInteger((e['amount'] as number) * (e['pack'] as number) / 1000)).toBe(true)
    expect([...passes.values()].every((p) => p.closed === 1)).toBe(true)
    expect(events.length).toBeGreaterThan(20)
    const how = (f: (e: Record<string, unknown>) => unknown) => events.filter(f).length
    done.moved += how((e) => e['kind'] === 'moved')
    done.movedBack += how((e) => e['kind'] === 'reversed' && !e['pass'])
    done.lots += how((e) => e['kind'] === 'observed' && e['expiry'])
    done.notes += how((e) => e['kind'] === 'observed' && e['note'])
    done.corrected += how((e) => e['kind'] === 'reversed' && e['pass'])
    await m.stop()
  }, 20_000)

  it('did a little of everything', () => expect(Math.min(...Object.values(done)), JSON.stringify(done)).toBeGreaterThan(4))
})
