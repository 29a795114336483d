import { describe, expect, it } from 'vitest'
import { bar } from '../../../internal/web/island/board/bar'
import { certain, Flag, keyOf, Lines, type Row } from '../../../internal/web/island/board/lines'
import { decimal, Say } from '../../../internal/web/island/board/say'
import { rowHeight, Table } from '../../../internal/web/island/board/table'

function row(section: string, item: string, more: Partial<{ status: string; variance: number; value: number; flags: number; ar: string; en: string }> = {}): Row {
  const v = more.variance ?? 0
  return [section, item, more.status ?? 'within', 5000, 250_000, 5000 + v, v, v, v, 0, more.value ?? 0,
    more.flags ?? Flag.variance, 1, more.ar ?? 'حليب', more.en ?? 'Milk', 'piece', '', '']
}

function filled(): Lines {
  const l = new Lines()
  l.choice.sort = 'section'
  l.replace([
    row('dairy', 'a', { variance: -2000, value: -500, status: 'outside', flags: Flag.variance | Flag.waits, ar: 'جُبنة إسطنبولي', en: 'Cheese' }),
    row('dairy', 'b', { variance: 1000, value: 300, status: 'outside', flags: Flag.variance | Flag.waits, ar: 'قشطة ١٠٠ غم', en: 'Cream' }),
    row('dry', 'c', { status: 'not-counted', flags: 0, ar: 'أرز بسمتى', en: 'Rice' }),
    row('dry', 'd'),
  ])
  return l
}
const items = (l: Lines) => l.shown.map((x) => x.item).join('')

describe('lines', () => {
  it('finds Arabic whatever seat or mark the letters have, and digits of both kinds', () => {
    const l = filled()
    for (const [text, want] of [['جبنه اسطنبولى', 'a'], ['قشطه 100', 'b'], ['ارز بسمتي', 'c'], ['CREAM', 'b'], ['صابون', ''], ['  ', 'abcd']] as const) {
      l.choice.text = text
      l.arrange()
      expect(items(l), text).toBe(want)
    }
  })

  it('filters by status and section', () => {
    const l = filled()
    l.choice.status = 'waits'
    l.arrange()
    expect(items(l)).toBe('ab')
    l.choice.status = 'not-counted'
    l.arrange()
    expect(items(l)).toBe('c')
    l.choice = { ...l.choice, status: '', section: 'dry' }
    l.arrange()
    expect(items(l)).toBe('cd')
  })

  it('calls certain only what nothing that is still to come may change', () => {
    const l = filled()
    const d = () => certain(l.get(keyOf('dry', 'd'))!)
    expect(d()).toBe(true)
    expect(certain(l.get(keyOf('dry', 'c'))!), 'without a variance').toBe(false)
    l.apply([row('dry', 'd', { flags: Flag.variance | Flag.provisional })], [], 1)
    expect(d(), 'provisional').toBe(false)
    const banded = row('dry', 'd')
    banded[8] = 2000 // high
    l.apply([banded], [], 2)
    expect(d(), 'with a band').toBe(false)
  })

  it('sorts both ways, and keeps lines without a variance last', () => {
    const l = filled()
    l.choice.sort = 'variance'
    l.arrange()
    expect(items(l)).toBe('adbc')
    l.choice.down = true
    l.arrange()
    expect(items(l)).toBe('bdac')
    l.choice = { ...l.choice, sort: 'status', down: false }
    l.arrange()
    expect(items(l)).toBe('abcd')
  })

  it('never moves a line that changes, until an order is asked for', () => {
    const l = filled()
    l.choice.sort = 'value'
    l.arrange()
    const before = items(l)
    l.apply([row('dry', 'd', { variance: -9000, value: -9000, status: 'outside' }), row('dairy', 'e')], [['dairy', 'a']], 77)
    expect(items(l)).toBe(before + 'e')
    expect(l.unsettled).toBe(3)
    expect(l.get(keyOf('dry', 'd'))!.changed).toBe(77)
    expect(l.shown.find((x) => x.item === 'a')!.gone).toBe(true)
    l.arrange()
    expect(items(l)).toBe('debc')
    expect(l.unsettled).toBe(0)
  })

  it('puts what changed into the order that all of it sorted anew would have', () => {
    const l = new Lines()
    let seed = 7
    const next = (n: number) => (seed = (seed * 48271) % 2147483647) % n
    const some = (n: number) => row('s' + next(5), 'i' + n, { variance: next(90) * 100 - 4500, value: next(50) * 100, flags: next(4) ? Flag.variance : 0 })
    const first = Array.from({ length: 300 }, (_, n) => some(n))
    l.replace(first)
    const held = new Map(first.map((r) => [keyOf(r[0], r[1]), r]))
    for (const sort of ['worth', 'section', 'variance'] as const) {
      l.choice.sort = sort
      l.arrange()
      for (let turn = 0; turn < 5; turn++) {
        const changed = Array.from({ length: 20 }, () => some(next(400)))
        const gone = [...held.values()].slice(turn, turn + 2).map((r): [string, string] => [r[0], r[1]])
        for (const r of changed) held.set(keyOf(r[0], r[1]), r)
        for (const g of gone) held.delete(keyOf(g[0], g[1]))
        l.apply(changed, gone, 1)
        l.arrange()
        const anew = new Lines()
        anew.choice.sort = sort
        anew.replace([...held.values()])
        expect(l.shown.map((x) => x.key)).toEqual(anew.shown.map((x) => x.key))
      }
    }
  })

  it('totals shortage and surplus apart, of what is chosen or else of what is shown', () => {
    const l = filled()
    expect(l.totals()).toEqual({ lines: 4, shortage: -500, surplus: 300, shortageLines: 1, surplusLines: 1 })
    l.toggle(keyOf('dairy', 'b'))
    expect(l.totals()).toEqual({ lines: 1, shortage: 0, surplus: 300, shortageLines: 0, surplusLines: 1 })
    l.toggleShown()
    expect(l.chosen).toBe(4)
    l.apply([], [['dairy', 'a']], 1)
    expect(l.chosen).toBe(3)
    expect(l.chosenLines().map((x) => x.item).join('')).toBe('bcd')
    l.toggleShown()
    expect(l.chosen).toBe(0)
    l.toggle('no\tsuch')
    expect(l.chosen).toBe(0)
  })

  it('searches and sorts 25,000 lines', () => {
    const l = new Lines()
    l.replace(Array.from({ length: 25_000 }, (_, n) => row('s' + (n % 12), 'i' + n, { ar: 'صنف ' + n, variance: (n * 7919) % 1000 - 500 })))
    l.choice.text = 'صنف 24'
    l.arrange()
    expect(l.shown).toHaveLength(Array.from({ length: 25_000 }, (_, n) => String(n)).filter((n) => n.includes('24')).length)
    l.choice = { ...l.choice, text: '', sort: 'variance' }
    l.arrange()
    expect(l.shown).toHaveLength(25_000)
  })
})

describe('window', () => {
  it('covers what is seen and a little more', () => {
    expect(Table.window(0, 320, 25_000)).toEqual([0, 16])
    expect(Table.window(1000 * rowHeight, 320, 25_000)).toEqual([994, 1016])
    expect(Table.window(25_000 * rowHeight, 320, 25_000)).toEqual([24_994, 25_000])
    expect(Table.window(0, 320, 3)).toEqual([0, 3])
  })
})

describe('bar', () => {
  it('puts zero in the middle and what is tolerated around it', () => {
    const b = bar(-2000, -3000, -1000, 1000)
    expect(b.from).toBeLessThan(b.at)
    expect(b.at).toBeLessThan(b.to)
    expect(b.to).toBeCloseTo(b.inside![0])
    expect((b.inside![0] + b.inside![1]) / 2).toBeCloseTo(0.5)
    expect(b.from).toBeGreaterThanOrEqual(0)
  })
  it('draws no bound where there is none, and a point for no variance at all', () => {
    expect(bar(5000, 5000, 5000, 2 ** 53 - 1).inside).toBeNull()
    expect(bar(0, 0, 0, 0)).toMatchObject({ from: 0.5, to: 0.5, at: 0.5 })
  })
})

describe('say', () => {
  const tongue = { lang: 'ar' as const, indic: true, words: { n: { one: 'بند واحد', two: 'بندان', few: '{0} بنود', many: '{0} بندًا', other: '{0} بند' } } }
  it('says numbers with a true minus, groups and the digits asked for', () => {
    expect(decimal(-1_234_500, false)).toBe('−1,234.5')
    expect(decimal(5, true)).toBe('0.005')
    expect(decimal(12_000, false)).toBe('12')
    expect(new Say({ ...tongue, indic: false }).amount(19_720, 'kg')).toBe('19.720') // under 37.925
    expect(new Say({ ...tongue, indic: false }).amount(19_000, 'piece')).toBe('19')
    expect(new Say(tongue).dinars(-118_500)).toBe('−١١٨٫٥٠٠')
  })
  it('chooses among the plural forms', () => {
    const s = new Say(tongue)
    expect([1, 2, 3, 11, 100].map((n) => s.t('n', n).replace(/[\u2066\u2069]/g, ''))).toEqual(['بند واحد', 'بندان', '٣ بنود', '١١ بندًا', '١٠٠ بند'])
    expect(s.t('missing')).toBe('⟦missing⟧')
  })
})
