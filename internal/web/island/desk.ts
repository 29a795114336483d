// The variance desk: the lines that wait, by section and custodian, to be decided on many at a time with the keyboard.
import { columns, type Column, type Draw } from './board/columns'
import type { Link, Message } from './board/feed'
import { listen } from './board/listen'
import { drawSummary, el, number } from './board/floor'
import { Flag, keyOf, Lines } from './board/lines'
import { Say, type Tongue } from './board/say'
import { Table } from './board/table'
import { choice, read } from './desk/asked'
import { Groups, isGroup, sumOf, type Group, type Row, type Section, type Side } from './desk/groups'

interface Named { ar?: string; en?: string }
interface Given extends Tongue { session: string; base: string; most: number; shows: string; recounted: number; custodians: Record<string, Named> }
interface Hint { section: string; item: string; kind: string; text: string }

const given = JSON.parse(document.getElementById('desk')!.textContent!) as Given
const say = new Say(given)
const $ = (id: string) => document.getElementById(id)!
const grid = $('grid')
const head = $('grid-head')
const body = $('grid-body')
const lines = new Lines()
const sections = new Map<string, Section>()
const hints = new Map<string, Hint[]>()
const comments = new Map<string, number>()
const groups = new Groups((id) => sections.get(id) ?? { name: id, custodian: '' })
const kept = 'jard.desk.' + given.session // where somebody was, until the window is closed
const asked = read(sessionStorage.getItem(kept), given.shows)
const marked = 4000 // how long a changed row stays marked, ms
let now = 0
let asOf = 0

const notes: Column = {
  id: 'notes', width: 'minmax(110px, 1fr)',
  make(cell) {
    cell.className = 'word notes'
    let drawn = ''
    return (l) => {
      const lapsed = (l.flags & Flag.lapsed) !== 0, of = hints.get(l.key) ?? [], n = comments.get(l.key) ?? 0
      const now = [lapsed, n, ...of.map((h) => h.kind + h.text)].join('\n')
      if (now === drawn) return
      drawn = now
      cell.replaceChildren()
      if (lapsed) cell.append(el('span', 'tag check', say.t('desk.lapsed')), ' ')
      if (of[0]) {
        const tag = el('span', 'tag hint', say.t('hint.' + of[0].kind))
        tag.title = of.map((h) => h.text).join('\n')
        cell.append(tag, ' ')
      }
      if (n) cell.append(el('span', 'tag', say.t('desk.comments', n)))
    }
  },
}
const all = columns(say, (id) => sections.get(id)?.name ?? id, given.base)
const wider: Record<string, string> = { status: '136px', variance: '132px' } // than on the board, whose floor stands beside it
for (const c of all) c.width = wider[c.id] ?? c.width
const shown = [...['box', 'name', 'item', 'section', 'status', 'unit', 'book', 'counted', 'variance', 'bar', 'value'].map((id) => all.find((c) => c.id === id)!), notes]

const table = new Table<Row>(grid, body, {
  rows: () => groups.rows,
  id: (r) => r.key,
  make(row) {
    const cells: Draw[] = shown.map((c) => {
      const cell = row.appendChild(el('div'))
      const draw = c.make(cell)
      if (c.id === 'section') cell.classList.add('of-section')
      return draw
    })
    const whole = row.appendChild(el('div', 'group-cell'))
    return (r) => {
      const group = isGroup(r)
      row.classList.toggle('group', group)
      if (group) {
        row.classList.remove('chosen', 'changed', 'gone')
        row.setAttribute('aria-expanded', String(r.open))
        row.removeAttribute('aria-selected')
        drawGroup(whole, r)
        return
      }
      row.removeAttribute('aria-expanded')
      for (const draw of cells) draw(r)
      row.classList.toggle('chosen', r.chosen)
      row.classList.toggle('changed', r.changed > 0 && now - r.changed < marked)
      row.classList.toggle('gone', r.gone)
      row.setAttribute('aria-selected', String(r.chosen))
    }
  },
  press(index, target, shift) {
    const before = table.cursor
    table.goto(index)
    const r = groups.rows[index]
    if (isGroup(r)) {
      if (target.closest('.choose')) chooseGroup(r)
      else fold(r)
    } else if (shift) stretch(before, index)
    else if (target instanceof HTMLInputElement || target.classList.contains('box')) toggle(index)
    if (!(target instanceof HTMLAnchorElement)) grid.focus()
    drawAbout()
  },
})

function amounts(s: Side): string {
  return [...s.units].map(([unit, n]) => say.amount(n, unit) + ' ' + say.t('unit.' + unit)).join(say.t('board.comma'))
}

/** one side in words: how much, what it is worth, in how many lines */
function drawSide(to: HTMLElement, name: 'short' | 'over', s: Side): void {
  const part = to.appendChild(el('span', 'side-sum'))
  part.append(el('span', name, say.t(name === 'short' ? 'line.shortage' : 'line.surplus')), ' ', number(say.dinars(s.value)), ' ' + say.t('unit.kd'))
  if (s.lines) part.append(' ', el('span', 'soft', say.t('board.in-lines', s.lines) + ' · '), el('bdi', 'soft', amounts(s)))
}

function drawGroup(cell: HTMLElement, g: Group): void {
  const name = el('span', 'group-name')
  name.append(el('span', 'fold', g.open ? '▾' : '▸'), ' ', el('b', '', g.name || say.t('desk.nobody')))
  if (g.custodian) name.append(' ', el('span', 'soft', say.t('line.custodian', g.custodian)))
  name.append(' ', number(say.count(g.sums.lines), 'soft'))
  const choose = el('span', 'choose', say.t('desk.choose-group'))
  cell.replaceChildren(name, choose)
  drawSide(cell, 'short', g.sums.short)
  drawSide(cell, 'over', g.sums.over)
}

// Choosing

function changedChoice(): void {
  table.refresh()
  drawFoot()
}

function toggle(index: number): void {
  const r = groups.rows[index]
  if (isGroup(r)) return chooseGroup(r)
  if (r && !r.gone) lines.toggle(r.key)
  changedChoice()
}

/** all lines from one row to another, those of the groups on the way too */
function stretch(from: number, to: number): void {
  for (let n = Math.min(from, to); n <= Math.max(from, to); n++) {
    const r = groups.rows[n]
    if (r && !isGroup(r)) lines.choose(r, true)
  }
  changedChoice()
}

function chooseGroup(g: Group | undefined): void {
  if (!g) return
  lines.toggleAll(g.lines)
  changedChoice()
}

function chooseShown(): void {
  lines.toggleShown()
  changedChoice()
}

function fold(g: Group): void {
  groups.toggle(g)
  table.goto(groups.rows.indexOf(g))
  table.refresh()
}

// Order and filters

function arrange(): void {
  const at = groups.rows[table.cursor]
  Object.assign(lines.choice, choice(asked, hints, comments))
  lines.arrange()
  group(at)
  $('settle').hidden = true
  $('nothing').hidden = lines.shown.length > 0 || lines.size === 0
}

/** puts the lines that are shown under their groups, and the cursor on the row where it was */
function group(at: Row | undefined): void {
  groups.by = asked.by
  groups.arrange(lines.shown)
  grid.classList.toggle('by-section', groups.by === 'section')
  grid.style.setProperty('--columns', shown.filter((c) => c.id !== 'section' || groups.by !== 'section').map((c) => c.width).join(' '))
  const again = at ? groups.rows.indexOf(at) : -1
  if (again >= 0) table.goto(again)
  else { table.cursor = 0; grid.scrollTop = 0 }
  table.refresh()
  drawFoot()
  drawAbout()
  keep()
}

function keep(): void {
  const r = groups.rows[table.cursor]
  try { sessionStorage.setItem(kept, JSON.stringify({ ...asked, at: r?.key ?? '' })) } catch { /* no storage */ }
}

function drawHead(): void {
  grid.setAttribute('aria-colcount', String(shown.length))
  head.replaceChildren(...shown.map((c) => {
    const cell = el('div', c.figure ? 'figure' : c.id === 'section' ? 'of-section' : '')
    cell.setAttribute('role', 'columnheader')
    if (c.id === 'box') {
      const box = cell.appendChild(document.createElement('input'))
      box.type = 'checkbox'
      box.id = 'choose-all'
      box.setAttribute('aria-label', say.t('board.choose-all'))
      box.addEventListener('change', chooseShown)
    } else cell.textContent = say.t(c.id === 'notes' ? 'desk.notes' : 'column.' + c.id)
    return cell
  }))
}

// What is around the table

const acts = ['approve', 'reject', 'return', 'recount'] as const
type Act = (typeof acts)[number]
/** how many lines an act may be about at once */
const most = (act: Act) => act === 'recount' ? given.recounted : given.most

function drawFoot(): void {
  const few = lines.chosen
  const s = few ? sumOf(lines.chosenLines()) : groups.sums
  const foot = $('totals')
  foot.replaceChildren(el('span', '', say.t(few ? 'board.chosen' : 'board.lines', s.lines)))
  drawSide(foot, 'short', s.short)
  drawSide(foot, 'over', s.over)
  enable()
  const box = document.getElementById('choose-all') as HTMLInputElement | null
  if (box) {
    box.checked = few > 0 && few >= lines.shown.length
    box.indeterminate = few > 0 && few < lines.shown.length
  }
}

/** what can be done with what is chosen, or with the line under the cursor */
function enable(): void {
  const few = lines.chosen, any = few > 0 || keys().length > 0
  for (const act of acts) {
    const b = document.getElementById('do-' + act) as HTMLButtonElement | null
    if (b) b.disabled = !any || few > most(act)
  }
  $('too-many').hidden = few <= given.most
  const recount = document.getElementById('too-many-recount')
  if (recount) recount.hidden = few <= given.recounted || few > given.most
}

/** what is to be known of the line under the cursor besides its row: what it is likely to be, and that it has changed */
function drawAbout(): void {
  const r = groups.rows[table.cursor]
  const about = $('about')
  const list: Node[] = []
  if (r && !isGroup(r)) {
    if (r.flags & Flag.lapsed) list.push(el('p', 'changed-since', say.t('desk.lapsed-means')))
    for (const h of hints.get(r.key) ?? []) {
      const p = el('p')
      p.append(el('span', 'tag hint', say.t('hint.' + h.kind)), ' ', el('bdi', '', h.text))
      list.push(p)
    }
  }
  if (!list.length && r && !isGroup(r)) list.push(el('p', 'soft', say.t('desk.about')))
  about.replaceChildren(...list)
}

/** the lines that an act would be about: those chosen, or the one under the cursor */
function keys(): string[] {
  const at = groups.rows[table.cursor]
  return lines.chosen ? lines.chosenLines().map((l) => l.key) : at && !isGroup(at) && !at.gone ? [at.key] : []
}

function go(act: Act): void {
  const button = document.getElementById('do-' + act) as HTMLButtonElement | null
  const form = button?.form
  const list = keys()
  if (!form || !list.length || list.length > most(act)) return
  keep()
  const fields = document.createDocumentFragment()
  const field = (name: string, value: string) => {
    const x = document.createElement('input')
    x.type = 'hidden'
    x.name = name
    x.value = value
    fields.append(x)
  }
  field('back', 'desk')
  if (act !== 'recount') field('do', act)
  field('lines', list.join('\n'))
  form.querySelectorAll('input[type=hidden]').forEach((x) => x.remove())
  form.append(fields)
  form.action = button.formAction
  form.submit()
}

function open(at = ''): void {
  const r = groups.rows[table.cursor]
  if (isGroup(r)) return fold(r)
  if (!r) return
  keep()
  location.href = `${given.base}/line?section=${encodeURIComponent(r.section)}&item=${encodeURIComponent(r.item)}&of=desk${at}`
}

// Keys

function move(by: number, choosing = false): void {
  const from = table.cursor
  table.move(by)
  if (choosing) stretch(from, table.cursor)
  drawAbout()
  enable()
}

function help(): void {
  const d = $('keys') as HTMLDetailsElement
  d.open = !d.open
}

function key(e: KeyboardEvent): void {
  if (e.altKey) return
  if (e.ctrlKey || e.metaKey) {
    if (e.code !== 'KeyA') return
    e.preventDefault()
    return chooseShown()
  }
  const act: Record<string, () => void> = {
    j: () => move(1, e.shiftKey), ArrowDown: () => move(1, e.shiftKey), k: () => move(-1, e.shiftKey), ArrowUp: () => move(-1, e.shiftKey),
    PageDown: () => move(table.page(), e.shiftKey), PageUp: () => move(-table.page(), e.shiftKey),
    Home: () => move(-groups.rows.length), End: () => move(groups.rows.length),
    x: () => toggle(table.cursor), ' ': () => toggle(table.cursor), g: () => chooseGroup(groups.of(table.cursor)), Enter: () => open(),
    a: () => go('approve'), d: () => go('reject'), t: () => go('return'), r: () => go('recount'), c: () => open('#comments'),
    s: arrange, '?': help, '؟': help,
    Escape: () => { lines.chooseNone(); changedChoice() },
  }
  // The keys of an Arabic keyboard are where the Latin ones are.
  const byPlace: Record<string, string> = { KeyJ: 'j', KeyK: 'k', KeyX: 'x', KeyG: 'g', KeyA: 'a', KeyD: 'd', KeyT: 't', KeyR: 'r', KeyC: 'c', KeyS: 's' }
  const f = act[byPlace[e.code] ?? e.key]
  if (!f) return
  e.preventDefault()
  f()
}
grid.addEventListener('keydown', key)
document.addEventListener('keydown', (e) => {
  const typing = e.target instanceof HTMLInputElement && e.target.type !== 'checkbox' || e.target instanceof HTMLTextAreaElement || e.target instanceof HTMLSelectElement
  if (!typing && !e.ctrlKey && !e.metaKey && !e.shiftKey && (e.key === '/' || e.code === 'Slash')) {
    e.preventDefault()
    return search.focus()
  }
  // Where nothing has the focus the letters are the table's, whose cursor is what one sees; the rest move the page.
  if (e.target === document.body && e.key.length === 1 && e.key !== ' ' && !e.ctrlKey && !e.metaKey) {
    key(e)
    if (e.defaultPrevented) grid.focus({ preventScroll: true })
  }
})

// Filters

const search = $('search') as HTMLInputElement
let typed = 0
search.value = asked.text
search.addEventListener('input', () => {
  clearTimeout(typed)
  typed = window.setTimeout(() => { asked.text = search.value; arrange() }, 60)
})
search.addEventListener('keydown', (e) => { if (e.key === 'Escape' || e.key === 'Enter') grid.focus() })
for (const name of ['status', 'sign', 'section', 'category', 'class', 'by'] as const) {
  const e = $(name) as HTMLSelectElement
  e.value = asked[name]
  e.addEventListener('change', () => {
    Object.assign(asked, { [name]: e.value })
    if (name === 'by') group(groups.rows[table.cursor])
    else arrange()
  })
}
const least = $('least') as HTMLInputElement
least.value = asked.least
least.addEventListener('input', () => { asked.least = least.value; arrange() })
for (const name of ['uncertain', 'provisional', 'lapsed', 'hinted', 'commented'] as const) {
  const e = $(name) as HTMLInputElement
  e.checked = asked[name]
  e.addEventListener('change', () => { asked[name] = e.checked; arrange() })
}
$('settle').addEventListener('click', () => { arrange(); grid.focus() })
for (const act of acts) document.getElementById('do-' + act)?.addEventListener('click', (e) => { e.preventDefault(); go(act) })

// The feed

let first = true
let addUp = 0 // the timer after which sums are made anew: with many handhelds something changes all the time

function draw(list: Message[]): void {
  now = performance.now()
  let ordered = false
  let changed = false
  for (const m of list) {
    asOf = m.at
    if (m.comments) {
      comments.clear()
      for (const [section, item, n] of m.comments) comments.set(keyOf(section, item), n)
      changed = true
    }
    if (m.type === 'all') {
      for (const [id, ar, en] of m.sections ?? []) {
        const c = given.custodians[id]
        sections.set(id, { name: say.name(ar, en) || id, custodian: c ? say.name(c.ar ?? '', c.en ?? '') : '' })
      }
      lines.replace(m.lines ?? [])
      fill()
      ordered = true
    } else if (m.lines?.length || m.gone?.length) {
      lines.apply(m.lines ?? [], m.gone ?? [], now)
      changed = true
    }
    if (m.summary) drawSummary(document.body, m.summary, say)
  }
  if (ordered) {
    arrange()
    if (first) begin()
  } else if (changed) {
    table.refresh()
    drawAbout()
    addUp ||= window.setTimeout(() => { addUp = 0; groups.sum(); table.refresh(); drawFoot() }, 250)
    window.setTimeout(() => { now = performance.now(); table.refresh() }, marked + 50)
  }
  if (ordered || changed) ask()
  const settle = $('settle')
  settle.hidden = lines.unsettled === 0
  if (!settle.hidden) settle.textContent = say.t('board.settle', lines.unsettled)
}

/** once, when the lines are there: back to where somebody was */
function begin(): void {
  first = false
  const at = groups.rows.findIndex((r) => r.key === asked.at)
  if (at > 0) table.goto(at)
  grid.focus({ preventScroll: true })
  drawAbout()
  const warm = (d: IdleDeadline) => { if (!lines.warm(() => d.timeRemaining() > 1)) requestIdleCallback(warm) }
  requestIdleCallback(warm)
}

/** the choices that go by what there is */
function fill(): void {
  const options = (id: 'section' | 'category', list: [string, string][]) => {
    const e = $(id) as HTMLSelectElement
    while (e.options.length > 1) e.remove(1)
    for (const [value, text] of list) e.add(new Option(text, value, false, value === asked[id]))
    e.value = asked[id]
  }
  options('section', [...sections].map(([id, s]) => [id, s.name]))
  options('category', lines.categories().map((c) => [c, c]))
  $('class').hidden = !lines.classed()
}

// Hints are asked for when the lines have been still for a while: they go by all of them.
let askedFor = 0
function ask(): void {
  clearTimeout(askedFor)
  askedFor = window.setTimeout(() => void hear(), hints.size ? 5000 : 300)
}
async function hear(): Promise<void> {
  try {
    const answer = await fetch(given.base + '/desk/hints', { headers: { accept: 'application/json' }, cache: 'no-store' })
    if (!answer.ok) return
    hints.clear()
    for (const h of await answer.json() as Hint[]) {
      const key = keyOf(h.section, h.item)
      const of = hints.get(key)
      of ? of.push(h) : hints.set(key, [h])
    }
    if (asked.hinted) arrange()
    table.refresh()
    drawAbout()
  } catch { /* the link says that nobody is there */ }
}

function drawLink(state: Link): void {
  const e = $('link')
  $('live').dataset['link'] = $('live-top').dataset['link'] = state
  const text = state === 'stale' && asOf ? say.t('board.link-stale', say.clock(asOf)) : say.t('board.link-' + state)
  if (e.textContent !== text) e.textContent = text
  $('sign-in').hidden = state !== 'signed-out'
}

document.getElementById('plain')?.remove()
$('live').hidden = false
$('live-top').hidden = false
drawHead()
listen(given.session, draw, drawLink)
