// The desk's rows: lines under the section or the person that answers for them, with shortage and surplus of each group apart.
// It knows no element.
import { hasVariance, sectionNames, unitNames, type Line } from '../board/lines'

/** one side of some lines: how many, what they are worth in fils, and how much there is in each unit, all positive */
export interface Side { lines: number; value: number; units: Map<string, number> }
export interface Sums { lines: number; short: Side; over: Side }

export interface Group {
  group: true
  key: string
  name: string
  custodian: string
  lines: Line[]
  sums: Sums
  open: boolean
}

export type Row = Group | Line
export const isGroup = (r: Row | undefined): r is Group => r !== undefined && 'group' in r

export type By = 'section' | 'custodian' | 'none'
export interface Section { name: string; custodian: string }

const side = (): Side => ({ lines: 0, value: 0, units: new Map() })

/** shortage and surplus of lines, never netted */
export function sumOf(lines: Line[]): Sums {
  const s: Sums = { lines: 0, short: side(), over: side() }
  const short = new Float64Array(unitNames.list.length), over = new Float64Array(unitNames.list.length)
  for (const l of lines) {
    if (l.gone) continue
    s.lines++
    if (!hasVariance(l) || l.variance === 0) continue
    const to = l.variance < 0 ? s.short : s.over
    to.lines++
    to.value += Math.abs(l.value)
    if (l.variance < 0) short[l.ofUnit]! -= l.variance
    else over[l.ofUnit]! += l.variance
  }
  unitNames.list.forEach((unit, n) => {
    if (short[n]) s.short.units.set(unit, short[n])
    if (over[n]) s.over.units.set(unit, over[n])
  })
  return s
}

function add(to: Side, s: Side): void {
  to.lines += s.lines
  to.value += s.value
  for (const [unit, n] of s.units) to.units.set(unit, (to.units.get(unit) ?? 0) + n)
}

export class Groups {
  rows: Row[] = []
  sums: Sums = sumOf([]) // of all lines
  list: Group[] = []
  by: By = 'section'
  private readonly closed = new Set<string>()

  constructor(private readonly section: (id: string) => Section) {}

  /** puts lines, in the order given, under their groups; what is worth most comes first */
  arrange(lines: Line[]): void {
    this.list = []
    if (this.by === 'none') {
      this.rows = lines
      this.sum()
      return
    }
    const by = new Map<string, Group>()
    const of = sectionNames.list.map((id) => {
      const s = this.section(id), key = this.by === 'section' ? id : s.custodian
      let g = by.get(key)
      if (!g) {
        g = { group: true, key, name: this.by === 'section' ? s.name : s.custodian, custodian: this.by === 'section' ? s.custodian : '', lines: [], sums: sumOf([]), open: !this.closed.has(key) }
        by.set(key, g)
      }
      return g
    })
    for (const l of lines) of[l.ofSection]!.lines.push(l)
    this.list = [...by.values()].filter((g) => g.lines.length > 0)
    this.sum()
    const gross = (g: Group) => g.sums.short.value + g.sums.over.value
    this.list.sort((a, b) => gross(b) - gross(a) || (a.name < b.name ? -1 : 1))
    this.flatten()
  }

  /** adds up again what may have changed */
  sum(): void {
    if (this.by === 'none') {
      this.sums = sumOf(this.rows as Line[])
      return
    }
    this.sums = sumOf([])
    for (const g of this.list) {
      g.sums = sumOf(g.lines)
      this.sums.lines += g.sums.lines
      add(this.sums.short, g.sums.short)
      add(this.sums.over, g.sums.over)
    }
  }

  toggle(g: Group): void {
    g.open = !g.open
    g.open ? this.closed.delete(g.key) : this.closed.add(g.key)
    this.flatten()
  }

  /** the group that a row stands in, itself if it is one */
  of(index: number): Group | undefined {
    for (let n = Math.min(index, this.rows.length - 1); n >= 0; n--) {
      const r = this.rows[n]
      if (isGroup(r)) return r
    }
    return undefined
  }

  private flatten(): void {
    const rows: Row[] = []
    for (const g of this.list) {
      rows.push(g)
      if (g.open) for (const l of g.lines) rows.push(l)
    }
    this.rows = rows
  }
}
