import { describe, expect, it } from 'vitest'
import { Flag, Lines, type Row } from '../../../internal/web/island/board/lines'
import { choice, fils, read } from '../../../internal/web/island/desk/asked'
import { Groups, isGroup, sumOf } from '../../../internal/web/island/desk/groups'

const row = (section: string, item: string, v: number, value: number, more: { flags?: number; unit?: string; category?: string; class?: string; low?: number } = {}): Row =>
  [section, item, v ? 'outside' : 'within', 5000, 1000, 5000 + v, v, more.low ?? v, v, 0, value, more.flags ?? (Flag.variance | (v ? Flag.waits : 0)), 1, 'صنف ' + item, item, more.unit ?? 'piece', more.category ?? '', more.class ?? '']

const people: Record<string, { name: string; custodian: string }> = {
  dairy: { name: 'Dairy', custodian: 'Mona' }, meat: { name: 'Meat', custodian: 'Ali' }, eggs: { name: 'Eggs', custodian: 'Mona' },
}

function filled(): [Lines, Groups] {
  const l = new Lines()
  l.replace([
    row('dairy', 'a', -2000, -500), row('dairy', 'b', 1000, 300, { unit: 'kg' }), row('dairy', 'c', 0, 0),
    row('eggs', 'd', -1000, -50), row('meat', 'e', -500, -9000, { unit: 'kg', category: 'beef', class: 'A', low: -1500 }), row('meat', 'f', -3000, 0, { flags: Flag.variance | Flag.waits | Flag.costUnknown }),
  ])
  return [l, new Groups((id) => people[id]!)]
}
const arranged = (asked: Parameters<typeof choice>[0], hints = new Set<string>()) => {
  const [l, g] = filled()
  Object.assign(l.choice, choice(asked, hints, new Set()))
  l.arrange()
  g.by = asked.by
  g.arrange(l.shown)
  return g.rows.map((r) => (isGroup(r) ? r.name : r.key.split('\t')[1])).join(' ')
}

describe('the desk', () => {
  it('shows what waits by section, what is worth most first and what nobody knows the worth of before it', () => {
    expect(arranged(read(null))).toBe('Meat f e Dairy a b Eggs d')
  })
  it('groups by who answers, or not at all', () => {
    expect(arranged({ ...read(null), by: 'custodian' })).toBe('Ali f e Mona a b d')
    expect(arranged({ ...read(null), by: 'none' })).toBe('f e a b d')
  })
  it('filters by sign, value, category, class, band and explanation', () => {
    const by = { ...read(null), by: 'none' as const }
    expect(arranged({ ...by, sign: 'over' })).toBe('b')
    expect(arranged({ ...by, least: '٠٫٣' })).toBe('e a b')
    expect(arranged({ ...by, category: 'beef' })).toBe('e')
    expect(arranged({ ...by, class: 'A' })).toBe('e')
    expect(arranged({ ...by, uncertain: true })).toBe('e')
    expect(arranged({ ...by, hinted: true }, new Set(['dairy\ta']))).toBe('a')
    expect(arranged({ ...by, status: 'variance' })).toBe('f e a b d')
    expect(arranged({ ...by, status: '' })).toBe('f e a b d c')
  })
  it('adds shortage and surplus apart, each unit for itself', () => {
    const [l] = filled()
    const s = sumOf(l.shown)
    expect([s.lines, s.short.lines, s.short.value, s.over.lines, s.over.value]).toEqual([6, 4, 9550, 1, 300])
    expect([...s.short.units]).toEqual(expect.arrayContaining([['piece', 6000], ['kg', 500]]))
    expect([...s.over.units]).toEqual([['kg', 1000]])
  })
  it('keeps every row in its place while lines change, and their group adds up anew', () => {
    const [l, g] = filled()
    l.arrange()
    g.arrange(l.shown)
    const before = g.rows.map((r) => r.key)
    l.apply([row('dairy', 'a', -9000, -9_000_000)], [], 1)
    g.sum()
    expect(g.rows.map((r) => r.key)).toEqual(before)
    expect(g.list.find((x) => x.key === 'dairy')!.sums.short.value).toBe(9_000_000)
  })
  it('folds a group, also for the next order', () => {
    const [l, g] = filled()
    g.arrange(l.shown)
    g.toggle(g.list[0]!)
    const rows = g.rows.length
    expect(isGroup(g.rows[1])).toBe(true)
    g.arrange(l.shown)
    expect(g.rows.length).toBe(rows)
  })
  it('reads what was kept, whatever that is', () => {
    expect(read('{"by":"moon","sign":"over","hinted":"yes"}')).toMatchObject({ by: 'section', sign: 'over', hinted: false })
    expect(read('[')).toEqual(read(null))
    expect([fils('1,250.5'), fils('x'), fils('-1')]).toEqual([1_250_500, 0, 0])
  })
})
