// The live board: the session's lines as one table that moves by itself, with what is around them.
import { columns, type Column } from './board/columns'
import type { Link, Message } from './board/feed'
import { listen } from './board/listen'
import { drawBeat, drawCounters, drawSummary, el, Heat, number } from './board/floor'
import { Lines, type Line, type SortKey } from './board/lines'
import { Say, type Tongue } from './board/say'
import { Table } from './board/table'

interface Given extends Tongue { session: string; base: string; most: number }

const given = JSON.parse(document.getElementById('board')!.textContent!) as Given
const say = new Say(given)
const $ = (id: string) => document.getElementById(id)!
const root = $('live')
const grid = $('grid')
const head = $('grid-head')
const body = $('grid-body')
const lines = new Lines()
const sections = new Map<string, string>()
const heat = new Heat($('heat'), say, given.base)
const kept = 'jard.board.' // what one person likes to see on this machine

const all = columns(say, (id) => sections.get(id) ?? id, given.base)
const usual = ['box', 'name', 'item', 'section', 'status', 'unit', 'book', 'counted', 'variance', 'bar', 'value']
let shown: Column[] = []
const marked = 4000 // how long a changed row stays marked, ms
let now = 0
let asOf = 0

const table = new Table<Line>(grid, body, {
  rows: () => lines.shown,
  id: (l) => l.key,
  make(row) {
    const cells = shown.map((c) => c.make(row.appendChild(el('div'))))
    return (l) => {
      for (const draw of cells) draw(l)
      row.classList.toggle('chosen', l.chosen)
      row.classList.toggle('changed', l.changed > 0 && now - l.changed < marked)
      row.classList.toggle('gone', l.gone)
      row.setAttribute('aria-selected', String(l.chosen))
    }
  },
  press(index, target) {
    table.goto(index)
    if (target instanceof HTMLInputElement || target.classList.contains('box')) toggle(index)
    if (!(target instanceof HTMLAnchorElement)) grid.focus()
  },
})

function toggle(index: number): void {
  const l = lines.shown[index]
  if (l && !l.gone) lines.toggle(l.key)
  table.refresh()
  drawFoot()
}

// Columns

function readColumns(): string[] {
  try {
    const list = JSON.parse(localStorage.getItem(kept + 'columns') ?? 'null') as unknown
    if (Array.isArray(list)) return list.filter((x): x is string => typeof x === 'string')
  } catch { /* somebody else's doing, or no storage: the usual ones */ }
  return usual
}

function setColumns(ids: string[]): void {
  shown = all.filter((c) => c.fixed || ids.includes(c.id))
  grid.style.setProperty('--columns', shown.map((c) => c.width).join(' '))
  grid.setAttribute('aria-colcount', String(shown.length))
  head.replaceChildren(...shown.map((c) => {
    const cell = el('div')
    cell.setAttribute('role', 'columnheader')
    if (c.figure) cell.className = 'figure'
    if (c.id === 'box') {
      const box = cell.appendChild(document.createElement('input'))
      box.type = 'checkbox'
      box.id = 'choose-all'
      box.setAttribute('aria-label', say.t('board.choose-all'))
      box.addEventListener('change', () => { lines.toggleShown(); table.refresh(); drawFoot() })
    } else if (c.sort) {
      const b = cell.appendChild(el('button', 'sort', say.t('column.' + c.id))) as HTMLButtonElement
      b.type = 'button'
      b.addEventListener('click', () => sortBy(c.sort!))
      cell.dataset['sort'] = c.sort
    } else cell.textContent = say.t('column.' + c.id)
    return cell
  }))
  table.remake()
  drawSort()
}

function sortBy(sort: SortKey): void {
  lines.choice.down = lines.choice.sort === sort ? !lines.choice.down : false
  lines.choice.sort = sort
  arrange()
}

function drawSort(): void {
  for (const cell of head.children) {
    const mine = (cell as HTMLElement).dataset['sort'] === lines.choice.sort
    if (mine) cell.setAttribute('aria-sort', lines.choice.down ? 'descending' : 'ascending')
    else cell.removeAttribute('aria-sort')
  }
}

function arrange(): void {
  const at = lines.shown[table.cursor]
  lines.arrange()
  const again = at ? lines.shown.indexOf(at) : -1
  if (again >= 0) table.goto(again)
  else { table.cursor = 0; grid.scrollTop = 0 }
  try { localStorage.setItem(kept + 'choice', JSON.stringify({ sort: lines.choice.sort, down: lines.choice.down })) } catch { /* no storage */ }
  drawSort()
  table.refresh()
  drawFoot()
  $('settle').hidden = true
  $('nothing').hidden = lines.shown.length > 0 || lines.size === 0
}

// What is chosen, and what is done with it

function drawFoot(): void {
  const t = lines.totals()
  const few = lines.chosen
  const foot = $('totals')
  foot.replaceChildren(el('span', '', say.t(few ? 'board.chosen' : 'board.lines', t.lines)))
  for (const [word, name, n, value] of [['line.shortage', 'short', t.shortageLines, t.shortage], ['line.surplus', 'over', t.surplusLines, t.surplus]] as const) {
    const part = foot.appendChild(el('span'))
    part.append(el('span', name, say.t(word)), ' ', number(say.dinars(Math.abs(value))), ' ', say.t('unit.kd'), ' ', el('span', 'soft', say.t('board.in-lines', n)))
  }
  for (const id of ['do-sheet', 'do-recount'] as const) {
    const b = document.getElementById(id) as HTMLButtonElement | null
    if (b) b.disabled = few === 0 && !lines.shown[table.cursor] || few > given.most
  }
  $('too-many').hidden = few <= given.most
  const box = document.getElementById('choose-all') as HTMLInputElement | null
  if (box) {
    box.checked = few > 0 && few >= lines.shown.length
    box.indeterminate = few > 0 && few < lines.shown.length
  }
}

/** goes to the page that does something with the chosen lines, or with the one under the cursor */
function go(id: string): void {
  const button = document.getElementById(id) as HTMLButtonElement | null
  const form = button?.form
  const at = lines.shown[table.cursor]
  const keys = lines.chosen ? lines.chosenLines().map((l) => l.key) : at && !at.gone ? [at.key] : []
  if (!form || !keys.length || keys.length > given.most) return
  form.querySelectorAll('input[name=line]').forEach((x) => x.remove())
  for (const key of keys) {
    const x = document.createElement('input')
    x.type = 'hidden'
    x.name = 'line'
    x.value = key
    form.append(x)
  }
  form.action = button.formAction
  form.submit()
}

function open(): void {
  const l = lines.shown[table.cursor]
  if (l) location.href = `${given.base}/line?section=${encodeURIComponent(l.section)}&item=${encodeURIComponent(l.item)}`
}

// Keys

function key(e: KeyboardEvent): void {
  if (e.ctrlKey || e.metaKey || e.altKey) return
  const act: Record<string, () => void> = {
    j: () => table.move(1), ArrowDown: () => table.move(1), k: () => table.move(-1), ArrowUp: () => table.move(-1),
    PageDown: () => table.move(table.page()), PageUp: () => table.move(-table.page()),
    Home: () => table.goto(0), End: () => table.goto(lines.shown.length - 1),
    x: () => toggle(table.cursor), ' ': () => toggle(table.cursor), Enter: open,
    r: () => go('do-recount'), a: () => go('do-sheet'), s: arrange,
    Escape: () => { lines.chooseNone(); table.refresh(); drawFoot() },
  }
  // The keys of an Arabic keyboard are where the Latin ones are.
  const byPlace: Record<string, string> = { KeyJ: 'j', KeyK: 'k', KeyX: 'x', KeyR: 'r', KeyA: 'a', KeyS: 's' }
  const f = act[byPlace[e.code] ?? e.key]
  if (!f) return
  e.preventDefault()
  f()
}
grid.addEventListener('keydown', key)
document.addEventListener('keydown', (e) => {
  // Where nothing has the focus the letters are the table's, whose cursor is what one sees; the rest move the page.
  if (e.target === document.body && e.key.length === 1 && e.key !== ' ') {
    key(e)
    if (e.defaultPrevented) grid.focus({ preventScroll: true })
  }
  const typing = e.target instanceof HTMLInputElement || e.target instanceof HTMLTextAreaElement || e.target instanceof HTMLSelectElement
  if ((e.key === '/' || e.code === 'Slash') && !typing && !e.ctrlKey && !e.metaKey) {
    e.preventDefault()
    search.focus()
  }
})

// Search and filters

const search = $('search') as HTMLInputElement
const status = $('status') as HTMLSelectElement
const section = $('section') as HTMLSelectElement
let typed = 0
search.addEventListener('input', () => {
  clearTimeout(typed)
  typed = window.setTimeout(() => { lines.choice.text = search.value; arrange() }, 60)
})
search.addEventListener('keydown', (e) => { if (e.key === 'Escape' || e.key === 'Enter') grid.focus() })
status.addEventListener('change', () => { lines.choice.status = status.value; arrange() })
section.addEventListener('change', () => { lines.choice.section = section.value; arrange() })
$('settle').addEventListener('click', () => { arrange(); grid.focus() })
for (const id of ['do-sheet', 'do-recount']) {
  document.getElementById(id)?.addEventListener('click', (e) => { e.preventDefault(); go(id) })
}

// The feed

function draw(list: Message[]): void {
  now = performance.now()
  let ordered = false
  for (const m of list) {
    asOf = m.at
    if (m.type === 'all') {
      for (const [id, ar, en] of m.sections ?? []) sections.set(id, say.name(ar, en))
      fillSections(m.sections ?? [])
      lines.replace(m.lines ?? [])
      heat.replace(m.places ?? [], m.sections ?? [])
      ordered = true
    } else {
      lines.apply(m.lines ?? [], m.gone ?? [], now)
      if (m.places) heat.apply(m.places)
    }
    if (m.summary) drawSummary(document.body, m.summary, say)
    if (m.counters) drawCounters($('counters'), m.counters, m.at, heat, say)
    if (m.beat) drawBeat($('beat'), m.beat, say)
  }
  const changed = list.some((m) => m.lines?.length || m.gone?.length)
  if (changed || ordered) {
    table.refresh()
    drawFoot()
    $('nothing').hidden = lines.shown.length > 0 || lines.size === 0
    window.setTimeout(() => { now = performance.now(); table.refresh() }, marked + 50)
  }
  const settle = $('settle')
  settle.hidden = lines.unsettled === 0
  if (!settle.hidden) settle.textContent = say.t('board.settle', lines.unsettled)
}

function fillSections(list: [string, string, string][]): void {
  const chosen = section.value
  while (section.options.length > 1) section.remove(1)
  for (const [id, ar, en] of list) section.add(new Option(say.name(ar, en), id, false, id === chosen))
}

function drawLink(state: Link): void {
  const e = $('link')
  root.dataset['link'] = $('live-top').dataset['link'] = state
  const text = state === 'stale' && asOf ? say.t('board.link-stale', say.clock(asOf)) : say.t('board.link-' + state)
  if (e.textContent !== text) e.textContent = text
  $('sign-in').hidden = state !== 'signed-out'
}

function begin(): void {
  document.getElementById('plain')?.remove()
  root.hidden = false
  $('live-top').hidden = false
  const chosen = new Set(readColumns())
  const menu = $('columns')
  for (const c of all) {
    if (c.fixed) continue
    const label = menu.appendChild(el('label', 'check'))
    const box = label.appendChild(document.createElement('input'))
    box.type = 'checkbox'
    box.checked = chosen.has(c.id)
    label.append(' ', say.t('column.' + c.id))
    box.addEventListener('change', () => {
      box.checked ? chosen.add(c.id) : chosen.delete(c.id)
      try { localStorage.setItem(kept + 'columns', JSON.stringify([...chosen])) } catch { /* no storage */ }
      setColumns([...chosen])
    })
  }
  try {
    const c = JSON.parse(localStorage.getItem(kept + 'choice') ?? '{}') as { sort?: SortKey; down?: boolean }
    if (c.sort && all.some((x) => x.sort === c.sort)) Object.assign(lines.choice, { sort: c.sort, down: c.down === true })
  } catch { /* as usual */ }
  setColumns([...chosen])
  listen(given.session, draw, drawLink)
}

begin()
