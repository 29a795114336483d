// What the scan listener heard and what it made of it, for the screen that shows why a reader is not understood. It keeps the
// newest only, and nothing that pairs a device.
import { associations } from '../gs1/association'
import { codeOf, decode, fromArabicLayout, parseScheme, type Scan } from '../gs1/decode'
import { watchCapture, type Captured, type Heard } from './capture'
import { pairingCode } from './pairing'

/** So many events and scans are kept. */
export const kept = 400

export interface Told {
  n: number
  /** ms since the page was opened. */
  at: number
  /** ms since the event before: what was read of events is told later than they came. */
  gap: number
  event?: RawEvent
  /** A person typed this: no scan. */
  typed?: string
  scan?: ReadScan
}

export interface RawEvent {
  type: string
  on: 'page' | 'field' | 'sink'
  key?: string
  code?: string
  keyCode?: number
  modifiers?: string
  repeat?: true
  composing?: true
  inputType?: string
  data?: string
}

export interface ReadScan {
  raw: string
  arabicKeyboard: boolean
  /** How many of its characters had been taken for a person's, and whether a terminator ended it. */
  front: number
  ended: boolean
  decoded: Scan
}

/** What is never written down: the code that pairs a device, through whichever layout it came. */
const secret = (raw: string) => [raw, fromArabicLayout(raw) ?? ''].some((s) => s.includes('#pair=') || pairingCode(codeOf(s)) !== undefined)

export class Trace {
  private told: Told[] = []
  private n = 0
  private last = 0
  private readonly stop: () => void

  /** Schemes are those of the session that is open, as the server writes them; changed is called after each event. */
  constructor(private readonly schemes: () => readonly string[], private readonly changed: () => void) {
    this.stop = watchCapture((heard) => this.take(heard))
  }

  /** Newest first. */
  get list(): readonly Told[] { return [...this.told].reverse() }

  clear(): void {
    this.told = []
    this.changed()
  }

  end(): void { this.stop() }

  private take(heard: Heard): void {
    if ('event' in heard) {
      if (!/^(key|input|beforeinput|composition|paste)/.test(heard.event.type)) return
      this.add(heard.event.timeStamp, { event: rawEvent(heard.event, heard.on) })
      return
    }
    const now = Math.max(this.last, performance.now()) // browsers round the times of events and of the clock apart
    if ('typed' in heard) this.add(now, { typed: heard.typed })
    else this.add(now, { scan: this.read(heard.scan) })
  }

  private add(at: number, what: Partial<Told>): void {
    const gap = this.n ? at - this.last : 0
    if (what.event) this.last = at
    this.told.push({ n: ++this.n, at: tenth(at), gap: tenth(gap), ...what })
    if (this.told.length > kept) this.told.splice(0, this.told.length - kept)
    this.changed()
  }

  private read({ raw, arabic, front, ended }: Captured): ReadScan {
    const said = { arabicKeyboard: arabic, front, ended }
    if (!secret(raw)) return { raw, ...said, decoded: decode(raw, { schemes: this.schemes().map(parseScheme), associations }) }
    this.mask()
    return { raw: '…', ...said, decoded: { kind: 'unknown' } }
  }

  /** Takes the characters out of the events that brought a secret. */
  private mask(): void {
    for (let i = this.told.length - 1; i >= 0 && !this.told[i]!.scan; i--) {
      const { event, typed, ...rest } = this.told[i]!
      if (typed !== undefined) this.told[i] = { ...rest, typed: '…' } // a front that was taken for a person's
      if (!event) continue
      const { key, code: _, keyCode: __, data, ...kept } = event
      this.told[i] = { ...rest, event: { ...kept, ...(key === undefined ? {} : { key: key.length > 1 ? key : '…' }), ...(data === undefined ? {} : { data: '…' }) } }
    }
  }
}

function rawEvent(e: Event, on: RawEvent['on']): RawEvent {
  const told: RawEvent = { type: e.type, on }
  if (e instanceof KeyboardEvent) {
    Object.assign(told, { key: e.key, code: e.code, keyCode: e.keyCode })
    const modifiers = (['ctrlKey', 'altKey', 'metaKey', 'shiftKey'] as const).filter((m) => e[m]).map((m) => m.slice(0, -3)).join(' ')
    if (modifiers) told.modifiers = modifiers
    if (e.repeat) told.repeat = true
    if (e.isComposing) told.composing = true
  } else if (e instanceof InputEvent) {
    Object.assign(told, { inputType: e.inputType, ...(e.data === null ? {} : { data: e.data }) })
    if (e.isComposing) told.composing = true
  } else if (e instanceof CompositionEvent) told.data = e.data
  return told
}

const tenth = (ms: number) => Math.round(ms * 10) / 10
