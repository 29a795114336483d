// Tells a barcode reader's burst of characters from a person's typing. Pure: it is told what came and when, in ms of any
// one clock, and answers what to do; whoever calls it owns the events and the timer.
import { arabicKeyboard, decode, fromArabicLayout } from '../gs1/decode'
import { aimOf } from '../gs1/normalize'

/** The longest pause within one burst: readers type a character in 10 ms, some in 80 with peaks of 100. */
export const gap = 120
/** So long after their last character a few keys are a person's. */
export const idle = 100
/** So long after its last character a burst without a terminator is complete: longer than any pause within one. */
export const rest = gap + 20
/** So long a reader's burst that makes no sense yet is waited for: readers stutter, too. */
export const patience = 400
/** Nobody types faster than so many ms a character. */
const fingers = 45
/** A terminator so soon after a scan that needed none belongs to it. */
const echo = 120
/** A pause that parts two scans is at least so long, ms, and twice as long as any within them. */
const parting = 40
/** … and one that a busy device may not have heard to its end, where what was heard breaks its rules. */
export const stall = 1200
/** A timer that fires so late was held up, and characters may be waiting behind it. */
const late = 40

export interface Captured {
  /** The text as the reader sent it, without terminators, with its AIM identifier if it has one. */
  raw: string
  /** It came through an Arabic keyboard layout: the device's settings should be mended. */
  arabic: boolean
  /** When its last character came, by the clock of the events. */
  at: number
  /** So many of its first characters had gone out as typed by a person, and are to be taken back. */
  front: number
  /** A terminator ended it. */
  ended: boolean
}

/** What came of an event. */
export interface Step {
  /** Complete scans, oldest first. */
  scans: Captured[]
  /** A person typed this: it is theirs, and ended. */
  typed: string
  /** The terminator belonged to a scan: nobody else should see it. */
  swallow: boolean
  /** When idle() is due, unless something comes before. */
  due?: number
}

const nothing: Step = { scans: [], typed: '', swallow: false }

/** Characters that came one by one, or a text that grows under composition. */
interface Open {
  text: string
  /** The same keys on a US keyboard, as far as the events name them. */
  keys: string | undefined
  first: number
  last: number
  /** When the last one was heard, which on a busy device is later than it came: silence counts from here. */
  heard: number
  /** They go into a field that a person may type in. */
  field: boolean
  due: number
  deferred: boolean
  /** So many of text went out already, as typed by a person: the end of it may show that they began a scan. */
  out: number
  /** From here on text is one burst; what came before it came after a pause longer than any within one. */
  from: number
  /** Each pause in it, and which character comes after it. */
  pauses: { before: number; began: number; ms: number }[]
}

export class Burst {
  private held: Open | undefined
  /** What went out last as typed by a person. */
  private gone: Open | undefined
  private scannedAt = -Infinity

  /** Whether characters are held whose meaning is not yet known. */
  get open(): boolean {
    return this.held !== undefined
  }

  /** One character that came at an instant. key is what it is on a US keyboard, where the event names the key. */
  character(c: string, at: number, field: boolean, key?: string, heard = at): Step {
    const before = this.expire(at)
    const b = (this.held ??= this.resume(at, field))
    if (b.text) b.pauses.push({ before: b.text.length, began: b.last, ms: at - b.last })
    b.text += c
    b.keys = b.keys === undefined || key === undefined ? undefined : b.keys + key
    return this.wait(b, at, before, heard)
  }

  /** What is held is ended where the pause before this instant is longer than any within a burst. */
  expire(at: number): Step {
    const b = this.held
    return b && at - b.last > gap && (at - b.last > patience || !cutShort(b)) ? this.rest() : nothing
  }

  /**
   * A new burst, or the one whose front went out: a timer, and on a busy device even an event, tells of a pause that the
   * reader did not make.
   */
  private resume(at: number, field: boolean): Open {
    const g = this.gone
    this.gone = undefined
    if (!g || g.field !== field || at - g.last > patience) return open(at, field)
    const torn = at - g.last > gap
    return { ...g, out: g.text.length, from: torn ? g.text.length : g.from, first: torn ? at : g.first, due: 0, deferred: false }
  }

  /** The text that a composition has come to, in place of what it was. */
  composed(text: string, at: number, field: boolean, heard = at): Step {
    this.gone = undefined
    const b = (this.held ??= open(at, field))
    b.text = text
    b.keys = undefined
    return this.wait(b, at, nothing, heard)
  }

  /** A text that came in one piece: complete in itself, line ends apart. */
  text(text: string, at: number, field: boolean): Step {
    const before = this.flush()
    const scans: Captured[] = [], rest: string[] = []
    for (const part of text.split(/[\r\n]+/)) {
      const line = part.replace(/\t+$/, '')
      if (line === '') continue
      if (isScan(line, 0, field, true)) scans.push(...apart(line, at))
      else rest.push(line)
    }
    if (scans.length > 0) this.scannedAt = at
    this.gone = undefined
    return { ...before, scans: [...before.scans, ...scans], typed: before.typed + rest.join('\n') }
  }

  /** Enter, a line break or a tab. */
  terminator(at: number): Step {
    const step = this.expire(at)
    this.gone = undefined
    if (!this.held) {
      return { ...step, swallow: at - this.scannedAt <= echo }
    }
    const own = this.close(true)
    this.gone = undefined
    this.scannedAt = -Infinity // the scan's terminator has come, or something else came behind the scan
    return { ...own, swallow: own.scans.length > 0 }
  }

  /** The timer that a step asked for. */
  idle(at: number): Step {
    const b = this.held
    if (!b) return nothing
    if (at < b.due) return { ...nothing, due: b.due }
    const wait = !cutShort(b) ? late : breaksRules(b) ? stall : patience
    if (wait > late && b.due < b.heard + wait) return { ...nothing, due: (b.due = b.heard + wait) }
    if (at > b.due + late && !b.deferred) {
      b.deferred = true
      b.due = at + wait // keys come to a busy page one by one
      return { ...nothing, due: b.due }
    }
    return this.rest()
  }

  /** Something came that no reader sends, or nothing more will come. */
  flush(): Step {
    const step = this.rest()
    this.gone = undefined
    return step
  }

  /** A person did something else: what they typed before it began no scan. */
  forget(): void {
    this.gone = undefined
  }

  /** Nothing came for long enough. */
  private rest(): Step {
    if (!this.held) return nothing
    const last = this.held.last, step = this.close(false)
    if (step.scans.length > 0) this.scannedAt = last + rest
    return step
  }

  private wait(b: Open, at: number, before: Step, heard: number): Step {
    b.last = at
    b.heard = Math.max(at, heard)
    b.due = b.heard + (b.text.length > 3 ? rest : idle)
    b.deferred = false
    return { ...before, due: b.due }
  }

  private close(ended: boolean): Step {
    const b = this.held!
    this.held = undefined
    const start = begin(b, ended)
    if (start === undefined) {
      this.gone = b
      return { ...nothing, typed: b.text.slice(b.out) }
    }
    const text = b.text.slice(start), front = Math.max(0, b.out - start)
    const several = ranTogether(b, start)
    if (several) return { ...nothing, scans: several.map((s, i) => ({ ...s, arabic: byArabicLayout(s.raw), ended: ended && i === several.length - 1, front: i === 0 ? front : 0 })) }
    // Where the events name the keys there is nothing to guess: an Arabic layout is undone here. Elsewhere the text stays
    // as it came, and whoever reads it has the layout's table and a check digit to prove it by.
    const scans = b.keys !== undefined && isArabic(text) ? apart(b.keys.slice(start), b.last, true) : apart(text, b.last)
    return { ...nothing, scans: scans.map((s, i) => ({ ...s, ended, front: i === 0 ? front : 0 })) }
  }
}

const open = (at: number, field: boolean): Open => ({ text: '', keys: '', first: at, last: at, heard: at, field, due: 0, deferred: false, out: 0, from: 0, pauses: [] })

/**
 * The numbers that came one upon the other with neither identifier nor terminator: the pauses between them stand out, and each
 * has a right check digit. Where a pause tells nothing the text stays whole, a code that nobody knows.
 */
function ranTogether(b: Open, start: number): Pick<Captured, 'raw' | 'at'>[] | undefined {
  const pauses = b.pauses.filter((p) => p.before > Math.max(start, b.out)), sorted = pauses.map((p) => p.ms).sort((x, y) => y - x)
  for (let n = 1; (n + 1) * 8 <= b.text.length - start; n++) {
    const least = sorted[n - 1] ?? 0
    if (least < parting || least < 2 * (sorted[n] ?? 0)) continue
    const cuts = pauses.filter((p) => p.ms >= least)
    const parts = [...cuts, { before: b.text.length, began: b.last }].map((p, i) => ({ raw: b.text.slice(cuts[i - 1]?.before ?? start, p.before), at: p.began }))
    if (parts.every((p) => proven(p.raw))) return parts
  }
  return undefined
}

/** Where in its text a scan begins; undefined where there is none. */
function begin(b: Open, ended: boolean): number | undefined {
  const sure = b.text.slice(b.from)
  if (!isScan(sure, pace(b), b.field, ended)) return undefined
  if (b.from === 0 || aimOf(fromArabicLayout(sure) ?? sure)) return b.from
  // What came before it after a pause was keyed, or a device too busy tore a code apart. Nobody keys letters here, and a
  // check digit proves the whole; the longest proof holds, since half a code could have a right digit by chance.
  if (!b.field && /[^0-9.,٠-٩۰-۹]/.test(b.text.slice(0, b.from))) return 0
  for (let i = 0; i < b.from; i++) if (proven(b.text.slice(i))) return i
  return b.from
}

/** Reports whether text is a number whose check digit is right. */
const proven = (text: string) => /^[0-9٠-٩۰-۹]{8,14}$/.test(text) && ['gtin', 'variable-measure'].includes(decode(text).kind)

/** Reports whether a burst of this text, at so many ms a character, is a reader's. */
function isScan(text: string, pace: number, field: boolean, terminated: boolean): boolean {
  if (aimOf(text) || aimOf(fromArabicLayout(text) ?? '')) return true
  // In a field people type, and their keyboards finish words: only what looks like a code is none of theirs.
  if (field) return text.length >= 8 && (digitsIn(text) * 2 >= text.length || /^https?:\/\/\S+$/i.test(text))
  return text.length >= (pace <= fingers ? (terminated ? 3 : 4) : 6)
}

/** ms a character. */
const pace = ({ text, from, first, last }: Open) => (text.length - from > 1 ? (last - first) / (text.length - from - 1) : Infinity)

/**
 * Reports whether a reader began this and more may come: it breaks the rules of what it begins to be, or nothing proves it
 * whole. Half a code that passed for one, with its other half for a number somebody keyed, would be the worst of mistakes.
 */
function cutShort(b: Open): boolean {
  const text = b.text.slice(b.from), keys = fromArabicLayout(text) ?? text
  if (/^\](?:[A-Za-z][0-9A-F]?)?$/.test(keys)) return true
  if (aimOf(keys)) return decode(apart(text, 0).pop()!.raw).kind === 'invalid'
  if (pace(b) > fingers && !isScan(text, pace(b), b.field, false)) return false // a person's
  // Eight or twelve digits may be the front of thirteen, and one in ten such fronts has a right check digit.
  return /^[0-9]{1,12}$/.test(keys) || text.length < 8 || decode(text).kind === 'invalid'
}

/** Reports whether what a reader sent so far is nothing that it could send whole. The events' own times tell where the next scan begins. */
function breaksRules(b: Open): boolean {
  const start = begin(b, false)
  return start !== undefined && decode(apart(b.text.slice(start), 0).pop()!.raw).kind === 'invalid'
}

const digitsIn = (text: string) => text.replace(/[^0-9٠-٩۰-۹]/g, '').length

const isArabic = (text: string) => /[^\x00-\x7f]/.test(text)

/** Reports whether an Arabic layout typed text: the decoder says so, or it is digits that no symbol holds. */
const byArabicLayout = (text: string) => isArabic(text) && (/^[٠-٩]+$/.test(text) || (decode(text).warnings?.includes(arabicKeyboard) ?? false))

// The identifiers of symbols that cannot hold "]": what begins with another one inside them is the next scan.
const closed = /^\](?:C1|e0|d2|Q3|J1|E[0-4]|I[013])/

/** Separates scans that came without any terminator between them, and puts the separator GS in place of its substitute. */
function apart(text: string, at: number, arabic = false): Captured[] {
  const scans = closed.test(text) ? text.split(/(?<=[^|])(?=\][A-Za-z][0-9A-F])/) : [text]
  return scans.map((s) => ({ raw: carriesGS1(s) ? s.replace(/\^/g, '\x1d') : s, arabic: arabic || byArabicLayout(s), at, front: 0, ended: true }))
}

// "^" is no character of GS1 data, so there it can only stand for the separator; in other codes it is itself.
function carriesGS1(text: string): boolean {
  return /^(?:\](?:C1|e0|d[25]|Q[34]|J[14])|\^|00[0-9]{18}|0[123][0-9]{14})/.test(fromArabicLayout(text) ?? text)
}
