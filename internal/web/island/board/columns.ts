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
  draw(cell: HTMLElement, l: Line): void
}

const svg = 'http://www.w3.org/2000/svg'

export function columns(say: Say, section: (id: string) => string, base: string, chosen: (key: string) => boolean): Column[] {
  const figure = (cell: HTMLElement, text: string) => {
    cell.className = 'figure'
    const b = cell.firstElementChild as HTMLElement | null
    if (b) b.textContent = text
    else cell.append(number(text))
  }
  const word = (cell: HTMLElement, text: string) => {
    cell.className = 'word'
    if (cell.textContent !== text) cell.textContent = text
  }
  return [
    {
      id: 'box', width: '36px', fixed: true,
      draw(cell, l) {
        let box = cell.firstElementChild as HTMLInputElement | null
        if (!box) {
          box = document.createElement('input')
          box.type = 'checkbox'
          box.tabIndex = -1
          cell.className = 'box'
          cell.append(box)
        }
        box.checked = chosen(l.key)
        box.disabled = l.gone
        box.setAttribute('aria-label', say.t('board.choose', say.name(l.ar, l.en)))
      },
    },
    {
      id: 'name', width: 'minmax(200px, 3fr)', sort: 'name', fixed: true,
      draw(cell, l) {
        let a = cell.firstElementChild as HTMLAnchorElement | null
        if (!a) {
          a = document.createElement('a')
          a.tabIndex = -1
          cell.className = 'name'
          cell.append(a)
        }
        a.textContent = say.name(l.ar, l.en) || l.item
        a.href = `${base}/line?section=${encodeURIComponent(l.section)}&item=${encodeURIComponent(l.item)}`
        a.title = a.textContent
      },
    },
    {
      id: 'item', width: 'minmax(80px, 0.5fr)', figure: true, sort: 'item',
      draw(cell, l) {
        cell.className = 'figure'
        const b = cell.firstElementChild ?? cell.appendChild(number('', 'code'))
        b.textContent = l.item
      },
    },
    {
      id: 'section', width: 'minmax(140px, 1.4fr)', sort: 'section',
      draw(cell, l) {
        word(cell, section(l.section))
        cell.title = cell.textContent!
      },
    },
    { id: 'category', width: 'minmax(100px, 1fr)', sort: 'category', draw: (cell, l) => word(cell, l.category) },
    {
      id: 'status', width: '120px', sort: 'status',
      draw(cell, l) {
        const tag = cell.firstElementChild ?? cell.appendChild(el('span'))
        tag.className = 'status s-' + l.status
        tag.textContent = say.t('line.status-' + l.status) + (l.flags & Flag.lapsed ? ' ↻' : '')
      },
    },
    { id: 'unit', width: '68px', draw: (cell, l) => word(cell, say.t('unit.' + l.unit)) },
    { id: 'book', width: '72px', figure: true, sort: 'book', draw: (cell, l) => figure(cell, say.amount(l.book, l.unit)) },
    { id: 'counted', width: '76px', figure: true, sort: 'counted', draw: (cell, l) => figure(cell, l.status === 'not-counted' || (l.status === 'disputed' && l.counted === 0) ? '' : say.amount(l.counted, l.unit)) },
    {
      id: 'variance', width: '112px', figure: true, sort: 'variance',
      draw(cell, l) {
        cell.className = 'figure signed'
        cell.replaceChildren()
        if (!hasVariance(l)) return
        if (l.variance === 0) {
          cell.append(el('span', 'soft', say.t(certain(l) ? 'line.match' : 'line.may-match')))
          return
        }
        cell.append(el('span', l.variance < 0 ? 'short' : 'over', say.t(l.variance < 0 ? 'line.shortage' : 'line.surplus')), ' ', number(say.amount(Math.abs(l.variance), l.unit)))
      },
    },
    { id: 'bar', width: '84px', draw: (cell, l) => drawBar(cell, l, say) },
    {
      id: 'value', width: '88px', figure: true, sort: 'value',
      draw: (cell, l) => figure(cell, !hasVariance(l) ? '' : l.flags & Flag.costUnknown ? '؟' : l.value ? say.dinars(Math.abs(l.value)) : ''),
    },
    { id: 'round', width: '64px', figure: true, sort: 'round', draw: (cell, l) => figure(cell, l.round ? say.count(l.round) : '') },
  ]
}

/** shortage to the left and surplus to the right, in both languages: the numbers stand so too */
function drawBar(cell: HTMLElement, l: Line, say: Say): void {
  cell.className = 'bar-cell'
  if (!hasVariance(l)) {
    cell.replaceChildren()
    return
  }
  const b = bar(l.variance, l.low, l.high, l.limit)
  const s = document.createElementNS(svg, 'svg')
  s.setAttribute('viewBox', '0 0 100 16')
  s.setAttribute('preserveAspectRatio', 'none')
  s.setAttribute('role', 'img')
  const exact = l.low === l.high
  s.setAttribute('aria-label', say.t(exact ? 'board.bar-exact' : 'board.bar-band', say.quantity(l.low), say.quantity(l.high)))
  const rect = (name: string, x: number, y: number, w: number, h: number) => {
    const r = document.createElementNS(svg, 'rect')
    for (const [k, v] of Object.entries({ class: name, x, y, width: w, height: h })) r.setAttribute(k, String(v))
    s.append(r)
  }
  if (b.inside) rect('inside', b.inside[0] * 100, 2, Math.max((b.inside[1] - b.inside[0]) * 100, 1.5), 12)
  rect('zero', 49.75, 1, 0.5, 14)
  const tone = l.status === 'within' || l.status === 'approved' ? 'in' : l.status === 'uncertain' ? 'unsure' : 'out'
  const from = exact ? Math.min(0.5, b.at) : b.from
  const to = exact ? Math.max(0.5, b.at) : b.to
  rect('band ' + tone, from * 100, 6, Math.max((to - from) * 100, 0.5), 4)
  rect('tick ' + tone, b.at * 100 - 1, 3, 2, 10)
  cell.replaceChildren(s)
}
