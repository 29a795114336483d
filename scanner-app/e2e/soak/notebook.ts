// What one counter did, as the counter would swear to it: kept by hand from what was pressed and what was heard and seen, and by no code
// of the app. An act is intended before it is done, and is in the book once the sound or the screen said that it is recorded.

/** An article as the catalogue has it. */
export interface Good {
  item: string
  code: string
  /** Base units in one of what the code means, thousandths. */
  pack: number
}

interface Entry {
  item: string // empty: nobody knows the code
  code: string
  pack: number
  amount: number // thousandths of packs
  reversed: boolean
  allHere: boolean
  /** What was taken back for it. */
  inPlaceOf: Entry[]
}

interface InHand {
  item: string
  code: string
  pack: number
  keyed: string
  again?: 'ask' | 'replace' | 'add'
}

export interface Walk {
  place: string
  mode: Mode
  entries: Entry[]
  closed: boolean
  continues?: number
  replaces?: number
}

export type Mode = 'quantity' | 'each'

/** Everything that a counter could say at one moment. Walks are all of them, the last may be open. */
export interface State {
  mode: Mode // of the next walk
  walks: Walk[]
  inHand?: InHand
  multiplier: string
  /** What the handheld must have recorded so far, in this order. */
  told: string[]
}

/** What the screen shows of it. */
export interface Sight {
  /** Empty: the list of tasks. */
  place: string
  mode: Mode
  counted: number
  /** Whether a second number for an article is to be explained. */
  asks: boolean
  code: string
  /** What is keyed for what is in hand, or of the newest entry its amount, or the multiplier. */
  figure: string
  what: 'nothing' | 'in hand' | 'recorded' | 'multiplier'
}

export type Step = (s: State) => void

export class Notebook {
  state: State = { mode: 'quantity', walks: [], multiplier: '', told: [] }
  private intended: Step[] = []
  scans = 0

  /** What is about to be done, step by step; nothing of it holds yet. */
  intend(...steps: Step[]): void {
    this.intended.push(...steps)
  }

  /** So many steps were confirmed. */
  confirm(steps: number): void {
    if (steps > this.intended.length) throw new Error(`${steps} steps were confirmed, and ${this.intended.length} intended`)
    for (const step of this.intended.splice(0, steps)) step(this.state)
  }

  /** Nothing is under way any more that was not confirmed. */
  done(): void {
    if (this.intended.length > 0) throw new Error(`${this.intended.length} steps were never confirmed`)
  }

  /**
   * After a kill: what was under way is there or is not, step by step, and the screen says how far it came. It must look like one of
   * these moments, and only one: half a step is nothing that a counter did. Returns how many steps had come through.
   */
  settle(sight: Sight): number {
    const shown = JSON.stringify(sight)
    const moments = this.moments()
    const found = moments.map((m, i) => (JSON.stringify(sightOf(m)) === shown ? i : -1)).filter((i) => i >= 0)
    if (new Set(found.map((i) => moments[i]!.told.length)).size > 1) throw new Error(`the screen could mean ${found.join(' or ')} of ${this.intended.length} steps: ${shown}`)
    const came = found.at(-1)
    if (came === undefined) throw new Error(`after the kill the screen shows\n${shown}\nand it must be one of\n${moments.map((m) => JSON.stringify(sightOf(m))).join('\n')}`)
    this.confirm(came)
    this.intended = []
    return came
  }

  private moments(): State[] {
    const all = [structuredClone(this.state)]
    for (const step of this.intended) {
      const next = structuredClone(all.at(-1)!)
      step(next)
      all.push(next)
    }
    return all
  }

  get walk(): Walk | undefined {
    return openWalk(this.state)
  }

  /** The last closed walk over a place. */
  before(place: string): Walk | undefined {
    return this.state.walks.findLast((w) => w.closed && w.place === place)
  }
}

const openWalk = (s: State): Walk | undefined => (s.walks.at(-1)?.closed === false ? s.walks.at(-1) : undefined)

const standing = (w: Walk): Entry[] => w.entries.filter((e) => !e.reversed)

const quantity = (e: { amount: number; pack: number }) => e.amount * e.pack / 1000

export const thousandths = (keyed: string): number => Number(keyed) * 1000

export function sightOf(s: State): Sight {
  const w = openWalk(s), nothing = { code: '', figure: '', what: 'nothing' as const }
  if (!w) return { place: '', mode: s.mode, counted: 0, asks: false, ...nothing }
  const seen = { place: w.place, mode: w.mode, counted: standing(w).length, asks: s.inHand?.again === 'ask' }
  const newest = standing(w).at(-1)
  if (s.multiplier) return { ...seen, code: '', figure: s.multiplier, what: 'multiplier' }
  if (s.inHand) return { ...seen, code: s.inHand.code, figure: s.inHand.keyed, what: 'in hand' }
  if (newest) return { ...seen, code: newest.code, figure: String(newest.amount / 1000), what: 'recorded' }
  return { ...seen, ...nothing }
}

/** What stands of the same article, or of the same code that nobody knows. */
export const same = (w: Walk, of: { item: string; code: string }): Entry[] =>
  standing(w).filter((e) => (of.item ? e.item === of.item : !e.item && e.code === of.code))

/** What stands of it in the closed walks that one adds to. */
export function earlier(s: State, of: { item: string; code: string }): Entry[] {
  const found: Entry[] = []
  for (let n = openWalk(s)?.continues; n !== undefined; n = s.walks[n]!.continues) found.push(...same(s.walks[n]!, of))
  return found
}

// The steps. Each writes what the handheld has to tell of it.

export const chooseMode = (mode: Mode): Step => (s) => { s.mode = mode }

export const open = (place: string, of: { continues?: number; replaces?: number } = {}): Step => (s) => {
  s.walks.push({ place, mode: s.mode, entries: [], closed: false, ...of })
  s.told.push(`opened ${s.walks.length - 1} ${place}` + (of.continues === undefined ? '' : ` continues ${of.continues}`) + (of.replaces === undefined ? '' : ` replaces ${of.replaces}`))
}

export const close: Step = (s) => {
  const w = openWalk(s)!, left = standing(w)
  w.closed = true
  s.told.push(`closed ${s.walks.length - 1} ${left.length} entries ${left.reduce((sum, e) => sum + quantity(e), 0)}`)
}

function record(s: State, of: { item: string; code: string; pack: number }, amount: number, alone: boolean, inPlaceOf: Entry[] = []): void {
  const w = openWalk(s)!
  w.entries.push({ item: of.item, code: of.code, pack: of.pack, amount, reversed: false, allHere: alone, inPlaceOf })
  s.told.push(`observed ${s.walks.length - 1}.${w.entries.length - 1} ${of.code} ${of.item} ${amount}×${of.pack}${alone ? ' all here' : ''}`)
}

function reverse(s: State, e: Entry): void {
  const w = openWalk(s)!
  e.reversed = true
  s.told.push(`reversed ${s.walks.length - 1}.${w.entries.indexOf(e)} ${e.code} ${e.amount}×${e.pack}`)
}

/** One more, or as many as were keyed before it. */
export const each = (g: Good): Step => (s) => {
  record(s, g, s.multiplier ? thousandths(s.multiplier) : 1000, false)
  s.multiplier = ''
}

export const multiply = (digit: string): Step => (s) => { s.multiplier += digit }

function settleInHand(s: State): void {
  const h = s.inHand
  if (!h) return
  const w = openWalk(s)!
  const replaced = h.again === 'replace' ? same(w, h) : []
  for (const e of replaced) reverse(s, e)
  record(s, h, thousandths(h.keyed), w.mode === 'quantity' && same(w, h).length === 0 && earlier(s, h).length === 0, replaced)
  delete s.inHand
}

/** An article comes to hand; the one before it is counted as keyed. */
export const take = (g: Good): Step => (s) => {
  settleInHand(s)
  s.inHand = { item: g.item, code: g.code, pack: g.pack, keyed: '', ...(same(openWalk(s)!, g).length || earlier(s, g).length ? { again: 'ask' as const } : {}) }
}

export const key = (digit: string): Step => (s) => { s.inHand!.keyed += digit }

export const answer = (again: 'replace' | 'add'): Step => (s) => { s.inHand!.again = again }

export const count: Step = settleInHand

/** Looked, none there: first the number, then the entry. */
export const zero: Step[] = [(s) => { s.inHand!.keyed = '0' }, count]

export const discard: Step = (s) => { delete s.inHand }

/** The newest is taken back, or the n-th before it; what it stood for stands again. */
export const undo = (n = 0): Step => (s) => {
  const w = openWalk(s)!, e = standing(w).at(-1 - n)!
  reverse(s, e)
  const alone = e.inPlaceOf.length === 1 && e.inPlaceOf[0]!.allHere && same(w, e).length === 0 && earlier(s, e).length === 0
  for (const b of e.inPlaceOf) record(s, b, b.amount, alone, b.inPlaceOf)
}

/** Item to quantity at each place, as the walks leave it: those that continue add, those that replace stand in the place of all before. */
export function tally(s: State): Map<string, number> {
  const sums = new Map<string, number>()
  for (const place of new Set(s.walks.map((w) => w.place))) {
    for (let i: number | undefined = s.walks.findLastIndex((w) => w.place === place); i !== undefined; i = s.walks[i]!.continues) {
      for (const e of standing(s.walks[i]!)) if (e.item) sums.set(e.item, (sums.get(e.item) ?? 0) + quantity(e))
    }
  }
  return sums
}
