// What the board shows around its lines: where the session stands, the strip of locations, who counts with what, and the
// scans of the last minutes.
import type { Counter, Place, Summary } from './feed'
import type { Say } from './say'

const svg = 'http://www.w3.org/2000/svg'

/** one element of a kind with a class and a text */
export function el(tag: string, name = '', text = ''): HTMLElement {
  const e = document.createElement(tag)
  if (name) e.className = name
  if (text) e.textContent = text
  return e
}

/** a number, isolated */
export function number(text: string, name = ''): HTMLElement {
  const e = el('bdi', 'number ' + name, text)
  e.dir = 'ltr'
  return e
}

/** the figures of a summary, each in the elements that the page has for it */
export function drawSummary(root: HTMLElement, s: Summary, say: Say): void {
  const figures: Record<string, number> = {
    ...s.totals, disputes: s.disputes, quarantine: s.quarantine, unknown: s.unknown, awaited: s.awaited, open_passes: s.open_passes,
  }
  for (const e of root.querySelectorAll<HTMLElement>('[data-figure]')) {
    const name = e.dataset['figure']!
    const n = figures[name] ?? 0
    const text = name === 'shortage' || name === 'surplus' ? say.dinars(Math.abs(n)) : say.count(n)
    if (e.textContent !== text) e.textContent = text
    e.closest('[data-none]')?.setAttribute('data-none', n === 0 ? 'yes' : 'no')
  }
  for (const e of root.querySelectorAll<HTMLElement>('[data-state]')) {
    e.dataset['state'] = s.state
    e.textContent = say.t('session-state.' + s.state)
  }
}

/** the strip of locations: one mark each, by section */
export class Heat {
  private readonly places = new Map<string, Place>()
  private readonly marks = new Map<string, HTMLElement>()
  constructor(private readonly root: HTMLElement, private readonly say: Say, private readonly base: string) {}

  replace(list: Place[], sections: [string, string, string][]): void {
    this.places.clear()
    this.marks.clear()
    this.root.replaceChildren()
    for (const [id, ar, en] of sections) {
      const here = list.filter((p) => p[1] === id && p[3] === 1)
      if (!here.length) continue
      const group = el('div', 'heat-section')
      group.append(el('span', 'heat-name', this.say.name(ar, en)))
      const marks = group.appendChild(el('div', 'heat-marks'))
      for (const p of here) {
        const mark = document.createElement('a')
        mark.className = 'heat'
        mark.tabIndex = -1 // there are hundreds; the table of locations says the same to who has no pointer
        mark.href = `${this.base}/passes?location=${encodeURIComponent(p[0])}`
        this.marks.set(p[0], mark)
        marks.append(mark)
      }
      this.root.append(group)
    }
    this.apply(list)
  }

  apply(list: Place[]): void {
    for (const p of list) {
      this.places.set(p[0], p)
      const mark = this.marks.get(p[0])
      if (!mark) continue
      mark.dataset['status'] = p[2]
      mark.title = `${this.say.name(p[5], p[6])} (${p[0]}): ${this.say.t('location.status-' + p[2])}`
    }
    const counts: Record<string, number> = {}
    for (const p of this.places.values()) if (p[3] === 1) counts[p[2]] = (counts[p[2]] ?? 0) + 1
    this.root.setAttribute('aria-label', Object.entries(counts)
      .map(([status, n]) => this.say.t('location.status-' + status) + ' ' + this.say.count(n)).join(this.say.t('board.comma')))
  }

  name(id: string): string {
    const p = this.places.get(id)
    return p ? this.say.name(p[5], p[6]) : id
  }
}

export function drawCounters(root: HTMLElement, list: Counter[], now: number, heat: Heat, say: Say): void {
  const rows = [...list].sort((a, b) => (b.seen ?? 0) - (a.seen ?? 0)).map((c) => {
    const row = el('li', c.open ? 'walking' : '')
    const who = row.appendChild(el('div', 'who'))
    who.append(el('strong', '', c.called ? say.name(c.called.ar ?? '', c.called.en ?? '') || c.person || '' : c.person || say.t('board.nobody-yet')))
    const device = who.appendChild(el('bdi', 'soft', c.name || c.device))
    device.dir = 'auto'
    const where = row.appendChild(el('div', 'where'))
    where.append(el('span', '', c.location ? heat.name(c.location) : '–'))
    where.append(el('span', 'soft', say.t('board.observations', c.observations)))
    const link = row.appendChild(el('div', 'link'))
    link.append(el('span', c.online ? 'tag good' : 'tag', say.t(c.online ? 'board.online' : 'board.offline')))
    if (c.unsent !== undefined && c.unsent > 0) link.append(el('span', 'tag check', say.t('board.unsent', c.unsent)))
    if (c.battery !== undefined) link.append(el('span', c.battery < 20 ? 'tag check' : 'soft', say.t('board.battery', c.battery)))
    if (c.seen) link.append(el('span', 'soft', ago(now - c.seen, say)))
    return row
  })
  root.replaceChildren(...rows)
}

function ago(ms: number, say: Say): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 60) return say.t('board.ago-now')
  if (s < 3600) return say.t('board.ago-minutes', Math.floor(s / 60))
  if (s < 48 * 3600) return say.t('board.ago-hours', Math.floor(s / 3600))
  return say.t('board.ago-days', Math.floor(s / 86_400))
}

/** scans a minute as small bars; the last is the minute that runs */
export function drawBeat(root: HTMLElement, beat: number[], say: Say): void {
  const top = Math.max(...beat, 1)
  const s = document.createElementNS(svg, 'svg')
  s.setAttribute('viewBox', `0 0 ${beat.length * 4} 24`)
  s.setAttribute('aria-hidden', 'true')
  beat.forEach((n, i) => {
    const r = document.createElementNS(svg, 'rect')
    const h = n ? Math.max(1, (n / top) * 24) : 0.5
    for (const [k, v] of Object.entries({ x: i * 4, y: 24 - h, width: 3, height: h })) r.setAttribute(k, String(v))
    s.append(r)
  })
  const words = el('span', '', say.t('board.scans-a-minute', beat.at(-2) ?? 0))
  words.dir = 'auto' // the bars run left to right in every language, what is said of them does not
  root.replaceChildren(s, words)
}
