// The board's lines: what the feed sent, which of them are shown in what order, which are chosen. It knows no element.
import { fold } from '../../../../scanner-app/src/store/fold'

export const Flag = { variance: 1, provisional: 2, undirected: 4, restZero: 8, costUnknown: 16, lapsed: 32, waits: 64 } as const

/** a line as it travels: see internal/live/PROTOCOL.md */
export type Row = [
  section: string, item: string, status: string, book: number, cost: number, counted: number, variance: number, low: number,
  high: number, limit: number, value: number, flags: number, round: number, ar: string, en: string, unit: string, category: string, class_: string,
]

export interface Line {
  key: string
  section: string
  item: string
  status: string
  book: number
  cost: number
  counted: number
  variance: number
  low: number
  high: number
  limit: number
  value: number
  flags: number
  round: number
  ar: string
  en: string
  unit: string
  category: string
  class: string // A, B or C; '' where the policy does not go by it
  changed: number // when it last changed while somebody looked, ms; 0 for never
  gone: boolean
  folded: string // for search; made when first asked for
  chosen: boolean
  moved: boolean // it has changed, come or gone since the order was made
  ofSection: number // places in sectionNames and unitNames: what is added up by them is added up in arrays
  ofUnit: number
}

/** names as small numbers */
class Names {
  readonly list: string[] = []
  private readonly places = new Map<string, number>()
  place(name: string): number {
    let n = this.places.get(name)
    if (n === undefined) this.places.set(name, n = this.list.push(name) - 1)
    return n
  }
}
export const sectionNames = new Names()
export const unitNames = new Names()

export type SortKey = 'section' | 'item' | 'name' | 'status' | 'book' | 'counted' | 'variance' | 'value' | 'round' | 'category' | 'worth'

export interface Choice {
  status: string // '' for all, 'waits' for those that need an approver
  section: string
  text: string
  sort: SortKey
  down: boolean
  also?: (l: Line) => boolean // what else is asked of a line
}

export interface Totals { lines: number; shortage: number; surplus: number; shortageLines: number; surplusLines: number }

export const keyOf = (section: string, item: string) => section + '\t' + item
export const hasVariance = (l: Line) => (l.flags & Flag.variance) !== 0
/** its variance is one figure, which nothing that is still to come may change */
export const certain = (l: Line) => hasVariance(l) && l.low === l.high && !(l.flags & Flag.provisional)

// The order in which a person has to deal with things.
const urgency = ['overflow', 'disputed', 'returned', 'rejected', 'uncertain', 'outside', 'recounting', 'counting', 'partial', 'not-counted', 'approved', 'within']

export class Lines {
  private readonly all = new Map<string, Line>()
  shown: Line[] = []
  /** how many lines are chosen */
  chosen = 0
  choice: Choice = { status: '', section: '', text: '', sort: 'status', down: false }
  /** lines that changed or came since the order was made, and may stand in the wrong place */
  unsettled = 0

  private want: string[] = [] // the words that are looked for
  private order: Line[] | undefined // all lines as they are sorted, until another order is asked for
  private orderedBy = ''
  private moved: Line[] = [] // that have changed, come or gone since

  get size(): number { return this.all.size }
  get(key: string): Line | undefined { return this.all.get(key) }

  replace(rows: Row[]): void {
    const old = new Map(this.all)
    this.all.clear()
    this.order = undefined
    this.moved = []
    this.chosen = 0
    for (const r of rows) {
      const line = fill(blank(), r)
      const before = old.get(line.key)
      if (before) {
        line.folded = before.folded
        this.choose(line, before.chosen)
      }
      this.all.set(line.key, line)
    }
    this.arrange()
  }

  /** changes keep every line where it stands: nothing jumps under the cursor. New ones come last until the next order. */
  apply(rows: Row[], gone: [string, string][], now: number): void {
    for (const r of rows) {
      const key = keyOf(r[0], r[1])
      let line = this.all.get(key)
      if (line) {
        fill(line, r)
        line.gone = false
      } else {
        line = fill(blank(), r)
        this.all.set(key, line)
        if (this.fits(line)) this.shown.push(line)
      }
      this.move(line, now)
    }
    for (const [section, item] of gone) {
      const line = this.all.get(keyOf(section, item))
      if (!line) continue
      this.all.delete(line.key)
      this.choose(line, false)
      line.gone = true // it stays in its place, struck out, until the next order
      this.move(line, now)
    }
  }

  private move(line: Line, now: number): void {
    line.changed = now
    this.unsettled++
    if (!line.moved) this.moved.push(line)
    line.moved = true
  }

  /** makes the order anew: lines are sorted only where something changed, for a filter they stay as they are */
  arrange(): void {
    this.want = fold(this.choice.text).split(' ').filter(Boolean)
    this.shown = this.sorted().filter((l) => this.fits(l))
    this.unsettled = 0
  }

  private sorted(): Line[] {
    const { sort, down } = this.choice
    const by = sort + down
    const before = inOrder(sort, down ? -1 : 1)
    if (this.order && this.orderedBy === by) {
      if (this.moved.length) {
        const stay = this.order.filter((l) => !l.moved)
        this.order = merged(stay, this.moved.filter((l) => !l.gone).sort(before), before)
      }
    } else this.order = [...this.all.values()].sort(before)
    for (const l of this.moved) l.moved = false
    this.moved = []
    this.orderedBy = by
    return this.order
  }

  private fits(l: Line): boolean {
    const c = this.choice
    if (c.section && l.section !== c.section) return false
    if (c.status === 'waits' ? (l.flags & Flag.waits) === 0 : c.status && l.status !== c.status) return false
    if (c.also && !c.also(l)) return false
    const want = this.want
    return !want.length || want.every((word) => folded(l).includes(word))
  }

  /** the categories that lines are of, sorted */
  categories(): string[] {
    const set = new Set<string>()
    for (const l of this.all.values()) if (l.category) set.add(l.category)
    return [...set].sort()
  }

  /** whether the policy goes by classes */
  classed(): boolean {
    for (const l of this.all.values()) if (l.class) return true
    return false
  }

  /** makes ready for a search, as long as there is time; true once all lines are */
  warm(time: () => boolean): boolean {
    for (const l of this.all.values()) {
      if (l.folded) continue
      if (!time()) return false
      folded(l)
    }
    return true
  }

  chosenLines(): Line[] {
    const list: Line[] = []
    if (this.chosen) for (const l of this.all.values()) if (l.chosen) list.push(l)
    return list
  }

  choose(l: Line, yes: boolean): void {
    if (l.chosen === yes || l.gone) return
    l.chosen = yes
    this.chosen += yes ? 1 : -1
  }

  chooseNone(): void {
    for (const l of this.chosenLines()) l.chosen = false
    this.chosen = 0
  }

  toggle(key: string): void {
    const l = this.all.get(key)
    if (l) this.choose(l, !l.chosen)
  }

  /** chooses all that are shown, or none when all are chosen already */
  toggleShown(): void {
    this.toggleAll(this.shown)
  }

  /** chooses all of some lines, or none when all are chosen already */
  toggleAll(lines: Line[]): void {
    const every = lines.every((l) => l.gone || l.chosen)
    for (const l of lines) this.choose(l, !every)
  }

  /** totals of what is chosen, or of what is shown; shortage and surplus are never netted */
  totals(): Totals {
    const t: Totals = { lines: 0, shortage: 0, surplus: 0, shortageLines: 0, surplusLines: 0 }
    const add = (l: Line) => {
      if (l.gone) return
      t.lines++
      if (!hasVariance(l) || l.variance === 0) return
      if (l.variance < 0) { t.shortageLines++; t.shortage += l.value } else { t.surplusLines++; t.surplus += l.value }
    }
    for (const l of this.chosen ? this.chosenLines() : this.shown) add(l)
    return t
  }
}

type Compare = (a: Line, b: Line) => number

function inOrder(sort: SortKey, sign: 1 | -1): Compare {
  switch (sort) {
    case 'section': case 'item': case 'category': return (a, b) => sign * text(a[sort], b[sort]) || place(a, b)
    case 'name': return (a, b) => sign * text(folded(a), folded(b)) || place(a, b)
    case 'status': return (a, b) => sign * (urgency.indexOf(a.status) - urgency.indexOf(b.status)) || place(a, b)
    case 'variance': case 'value': // without a variance a line comes last, whichever way
      return (a, b) => (hasVariance(b) ? 1 : 0) - (hasVariance(a) ? 1 : 0) || sign * (a[sort] - b[sort]) || place(a, b)
    case 'worth': return (a, b) => apart(worth(a), worth(b)) || place(a, b)
    default: return (a, b) => sign * (a[sort] - b[sort]) || place(a, b)
  }
}

/** two lists in one order as one */
function merged(a: Line[], b: Line[], before: Compare): Line[] {
  if (!b.length) return a
  const list: Line[] = []
  let n = 0
  for (const l of a) {
    while (n < b.length && before(b[n]!, l) < 0) list.push(b[n++]!)
    list.push(l)
  }
  while (n < b.length) list.push(b[n++]!)
  return list
}

/** what a variance is worth, either way; one whose cost nobody knows comes before all others, no variance after them */
const worth = (l: Line) => (!hasVariance(l) ? -1 : l.flags & Flag.costUnknown ? Infinity : Math.abs(l.value))
const apart = (a: number, b: number) => (a === b ? 0 : b - a) // the greater first; two that are endless are alike
const text = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const place = (a: Line, b: Line) => text(a.section, b.section) || text(a.item, b.item)

function folded(l: Line): string {
  return l.folded ||= fold(l.ar + ' ' + l.en + ' ' + l.item + ' ' + l.category) || ' '
}

function blank(): Line {
  return {
    key: '', section: '', item: '', status: '', book: 0, cost: 0, counted: 0, variance: 0, low: 0, high: 0, limit: 0, value: 0, flags: 0,
    round: 0, ar: '', en: '', unit: '', category: '', class: '', changed: 0, gone: false, folded: '', chosen: false, moved: false, ofSection: 0, ofUnit: 0,
  }
}

function fill(l: Line, r: Row): Line {
  [l.section, l.item, l.status, l.book, l.cost, l.counted, l.variance, l.low, l.high, l.limit, l.value, l.flags, l.round, l.ar, l.en, l.unit, l.category, l.class] = r
  l.key = keyOf(l.section, l.item)
  l.ofSection = sectionNames.place(l.section)
  l.ofUnit = unitNames.place(l.unit)
  return l
}
