// The board's columns: what each is called, how wide it is and how it draws a line.
import { bar } from './bar'
import { el, number } from './floor'
import { certain, Flag, hasVariance, type Line, type SortKey } from './lines'
import type { Say } from './say'

export interface Column {
  id: string
  width: string
  sort?: SortKey
  fixed?: boolean // always shown
  figure?: boolean // numbers, physically right
  make(cell: HTMLElement): Draw // fills a new cell
}

/** draws a line into a cell; what stands there already is left alone */
export type Draw = (l: Line) => void

const svg = 'http://www.w3.org/2000/svg'

/** a text in an element, for which nothing is done where it is the same */
export function written(e: HTMLElement): (text: string) => void {
  const node = e.appendChild(new Text())
  return (text) => { if (node.data !== text) node.data = text }
}

/** a class, likewise */
const named = (e: Element, name: string) => { if (e.getAttribute('class') !== name) e.setAttribute('class', name) }

export function columns(say: Say, section: (id: string) => string, base: string): Column[] {
  const figure = (text: (l: Line) => string) => (cell: HTMLElement): Draw => {
    cell.className = 'figure'
    const write = written(cell.appendChild(number('')))
    return (l) => write(text(l))
  }
  const word = (text: (l: Line) => string, titled = false) => (cell: HTMLElement): Draw => {
    cell.className = 'word'
    const write = written(cell)
    return (l) => {
      const t = text(l)
      write(t)
      if (titled && cell.title !== t) cell.title = t
    }
  }
  return [
    {
      id: 'box', width: '36px', fixed: true,
      make(cell) {
        const box = cell.appendChild(document.createElement('input'))
        box.type = 'checkbox'
        box.tabIndex = -1
        cell.className = 'box'
        return (l) => {
          box.checked = l.chosen
          box.disabled = l.gone
          box.setAttribute('aria-label', say.t('board.choose', say.name(l.ar, l.en)))
        }
      },
    },
    {
      id: 'name', width: 'minmax(200px, 3fr)', sort: 'name', fixed: true,
      make(cell) {
        cell.className = 'name'
        const a = cell.appendChild(document.createElement('a'))
        a.tabIndex = -1
        const write = written(a)
        return (l) => {
          const name = say.name(l.ar, l.en) || l.item
          write(name)
          a.title = name
          a.href = `${base}/line?section=${encodeURIComponent(l.section)}&item=${encodeURIComponent(l.item)}`
        }
      },
    },
    {
      id: 'item', width: 'minmax(80px, 0.5fr)', figure: true, sort: 'item',
      make(cell) {
        cell.className = 'figure'
        const write = written(cell.appendChild(number('', 'code')))
        return (l) => write(l.item)
      },
    },
    { id: 'section', width: 'minmax(140px, 1.4fr)', sort: 'section', make: word((l) => section(l.section), true) },
    { id: 'category', width: 'minmax(100px, 1fr)', sort: 'category', make: word((l) => l.category) },
    {
      id: 'status', width: '120px', sort: 'status',
      make(cell) {
        const tag = cell.appendChild(el('span'))
        const write = written(tag)
        return (l) => {
          named(tag, 'status s-' + l.status)
          write(say.t('line.status-' + l.status) + (l.flags & Flag.lapsed ? ' ↻' : ''))
        }
      },
    },
    { id: 'unit', width: '68px', make: word((l) => say.t('unit.' + l.unit)) },
    { id: 'book', width: '72px', figure: true, sort: 'book', make: figure((l) => say.amount(l.book, l.unit)) },
    { id: 'counted', width: '76px', figure: true, sort: 'counted', make: figure((l) => l.status === 'not-counted' || (l.status === 'disputed' && l.counted === 0) ? '' : say.amount(l.counted, l.unit)) },
    {
      id: 'variance', width: '112px', figure: true, sort: 'variance',
      make(cell) {
        cell.className = 'figure signed'
        const word = cell.appendChild(el('span'))
        const side = written(word)
        cell.append(' ')
        const much = written(cell.appendChild(number('')))
        return (l) => {
          const v = hasVariance(l), none = v && l.variance === 0
          named(word, none ? 'soft' : l.variance < 0 ? 'short' : 'over')
          side(!v ? '' : none ? say.t(certain(l) ? 'line.match' : 'line.may-match') : say.t(l.variance < 0 ? 'line.shortage' : 'line.surplus'))
          much(v && !none ? say.amount(Math.abs(l.variance), l.unit) : '')
        }
      },
    },
    { id: 'bar', width: '84px', make: (cell) => barIn(cell, say) },
    {
      id: 'value', width: '88px', figure: true, sort: 'value',
      make: figure((l) => !hasVariance(l) ? '' : l.flags & Flag.costUnknown ? '؟' : l.value ? say.dinars(Math.abs(l.value)) : ''),
    },
    { id: 'round', width: '64px', figure: true, sort: 'round', make: figure((l) => l.round ? say.count(l.round) : '') },
  ]
}

/** shortage to the left and surplus to the right, in both languages: the numbers stand so too */
function barIn(cell: HTMLElement, say: Say): Draw {
  cell.className = 'bar-cell'
  const s = document.createElementNS(svg, 'svg')
  s.setAttribute('viewBox', '0 0 100 16')
  s.setAttribute('preserveAspectRatio', 'none')
  s.setAttribute('role', 'img')
  const rect = (name: string, y: number, height: number, width = 0, x = 0) => {
    const r = s.appendChild(document.createElementNS(svg, 'rect'))
    for (const [k, v] of Object.entries({ class: name, x, y, width, height })) r.setAttribute(k, String(v))
    return r
  }
  const inside = rect('inside', 2, 12)
  rect('zero', 1, 14, 0.5, 49.75)
  const band = rect('band', 6, 4)
  const tick = rect('tick', 3, 10, 2)
  cell.append(s)
  const put = (r: SVGRectElement, x: number, width: number) => {
    r.setAttribute('x', String(x))
    r.setAttribute('width', String(width))
  }
  return (l) => {
    s.toggleAttribute('hidden', !hasVariance(l))
    if (!hasVariance(l)) return
    const b = bar(l.variance, l.low, l.high, l.limit)
    const exact = l.low === l.high
    s.setAttribute('aria-label', say.t(exact ? 'board.bar-exact' : 'board.bar-band', say.quantity(l.low), say.quantity(l.high)))
    inside.toggleAttribute('hidden', !b.inside)
    if (b.inside) put(inside, b.inside[0] * 100, Math.max((b.inside[1] - b.inside[0]) * 100, 1.5))
    const tone = l.status === 'within' || l.status === 'approved' ? 'in' : l.status === 'uncertain' ? 'unsure' : 'out'
    const from = exact ? Math.min(0.5, b.at) : b.from
    const to = exact ? Math.max(0.5, b.at) : b.to
    named(band, 'band ' + tone)
    put(band, from * 100, Math.max((to - from) * 100, 0.5))
    named(tick, 'tick ' + tone)
    tick.setAttribute('x', String(b.at * 100 - 1))
  }
}
