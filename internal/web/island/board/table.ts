// A virtual table: rows of one height, as many elements as fit the window, drawn at most once a frame. It scrolls, moves
// the cursor and draws; which lines there are, and in what order, its host says.

export const rowHeight = 32
const spare = 6

export interface TableHost<T> {
  rows(): T[]
  /** fills a new row with cells, and gives what draws a line into them */
  make(row: HTMLElement): (line: T, index: number) => void
  id(line: T): string
  /** a line's row was pressed; on its box when asked */
  press(index: number, target: HTMLElement, shift: boolean): void
}

export class Table<T> {
  cursor = 0
  private readonly pool: Pooled<T>[] = []
  private asked = 0
  private stale = true

  /** scroller holds body; body is as high as all rows */
  constructor(private readonly scroller: HTMLElement, private readonly body: HTMLElement, private readonly host: TableHost<T>) {
    scroller.addEventListener('scroll', () => this.ask(), { passive: true })
    new ResizeObserver(() => this.ask()).observe(scroller)
    body.addEventListener('click', (e) => {
      const target = e.target as HTMLElement
      const row = target.closest<HTMLElement>('[data-index]')
      if (row) this.host.press(Number(row.dataset['index']), target, e.shiftKey)
    })
  }

  /** rows are made anew: they have other cells */
  remake(): void {
    this.body.replaceChildren()
    this.pool.length = 0
    this.refresh()
  }

  /** everything may have changed */
  refresh(): void {
    this.stale = true
    this.ask()
  }

  private ask(): void {
    if (!this.asked) this.asked = requestAnimationFrame(() => { this.asked = 0; this.paint() })
  }

  /** the rows that should have elements: from, to */
  static window(top: number, height: number, total: number): [number, number] {
    const from = Math.max(0, Math.floor(top / rowHeight) - spare)
    return [from, Math.min(total, Math.ceil((top + height) / rowHeight) + spare)]
  }

  private paint(): void {
    const rows = this.host.rows()
    const stale = this.stale
    this.stale = false
    this.cursor = Math.max(0, Math.min(this.cursor, rows.length - 1))
    if (stale) {
      this.body.style.blockSize = rows.length * rowHeight + 'px'
      this.scroller.setAttribute('aria-rowcount', String(rows.length + 1))
    }
    const [from, to] = Table.window(this.scroller.scrollTop, this.scroller.clientHeight, rows.length)
    const want = to - from
    while (this.pool.length < want) this.pool.push(this.make())
    // A row's element is chosen by its index, so that scrolling moves few of them.
    const size = Math.max(this.pool.length, 1)
    const used = new Set<Pooled<T>>()
    for (let i = from; i < to; i++) {
      const row = this.pool[i % size]!
      const line = rows[i]!
      const e = row.element
      used.add(row)
      if (stale || row.line !== line || row.index !== i) {
        e.hidden = false
        if (row.index !== i) {
          row.index = i
          e.dataset['index'] = String(i)
          e.style.transform = `translateY(${i * rowHeight}px)`
          e.setAttribute('aria-rowindex', String(i + 2))
          e.id = 'row-' + i
        }
        row.draw(line, i)
        row.line = line
      }
      e.classList.toggle('cursor', i === this.cursor)
    }
    for (const row of this.pool) {
      if (used.has(row) || row.index < 0) continue
      row.element.hidden = true
      row.index = -1
    }
    if (rows.length) this.scroller.setAttribute('aria-activedescendant', 'row-' + this.cursor)
    else this.scroller.removeAttribute('aria-activedescendant')
  }

  private make(): Pooled<T> {
    const row = document.createElement('div')
    row.className = 'line'
    row.setAttribute('role', 'row')
    const draw = this.host.make(row)
    for (const cell of row.children) cell.setAttribute('role', 'gridcell')
    this.body.append(row)
    return { element: row, draw, index: -1, line: undefined }
  }

  /** moves the cursor by so many rows, and into view */
  move(by: number): void { this.goto(this.cursor + by) }

  goto(index: number): void {
    const rows = this.host.rows()
    this.cursor = Math.max(0, Math.min(index, rows.length - 1))
    const top = this.cursor * rowHeight
    const { scrollTop, clientHeight } = this.scroller
    if (top < scrollTop) this.scroller.scrollTop = top
    else if (top + rowHeight > scrollTop + clientHeight) this.scroller.scrollTop = top + rowHeight - clientHeight
    this.ask()
  }

  page(): number { return Math.max(1, Math.floor(this.scroller.clientHeight / rowHeight) - 1) }
}

/** a row's element, what draws into it, and what it shows; −1: nothing */
interface Pooled<T> { element: HTMLElement; draw: (line: T, index: number) => void; index: number; line: T | undefined }
