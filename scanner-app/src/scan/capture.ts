// The app's one listener for barcode readers. Readers type: as keys, as text committed in one piece, or as a composition.
// Whatever the way and whatever has the focus, a scan comes out as one string and leaves no trace in any field; what a
// person types goes where it would have gone.
import { Burst, type Captured, type Step } from './burst'

export type { Captured } from './burst'

/**
 * Listens until the function that it returns is called. scanned gets each scan with its time in ms since 1970, and how many of
 * its front's characters somebody on the page took for keys, to be taken back there; label names the focus sink, the field that has the focus where no other needs it, to who meets it.
 */
export function captureScans(scanned: (scan: Captured, keyed: number) => void, label: string): () => void {
  const capture = new Capture(scanned, label)
  return () => capture.stop()
}

/** What the listener hears and makes of it, for who watches. */
export type Heard = { event: Event; on: 'page' | 'field' | 'sink' } | { typed: string } | { scan: Captured }

let watcher: ((heard: Heard) => void) | undefined

/** Events that only a watcher wants. */
const idleTypes = ['keyup', 'compositionstart', 'compositionupdate', 'paste']

/** Tells of all that is heard, until the function that it returns is called. */
export function watchCapture(watch: (heard: Heard) => void): () => void {
  const heard = (e: Event) => watch({ event: e, on: placeOf(e) })
  for (const type of idleTypes) addEventListener(type, heard, true)
  watcher = watch
  return () => {
    for (const type of idleTypes) removeEventListener(type, heard, true)
    if (watcher === watch) watcher = undefined
  }
}

const sinkClass = 'scan-sink'

const placeOf = ({ target }: Event) => (target instanceof Element && target.classList.contains(sinkClass) ? 'sink' : textField(target) ? 'field' : 'page')

/** The longest front that a scan may have: nobody keys more at once. */
const longest = 64

/** A field as it was before a burst. */
interface Snapshot {
  field: Field
  value: string
  start: number
  end: number
}

type Field = HTMLInputElement | HTMLTextAreaElement

class Capture {
  private burst = new Burst()
  private sink = document.createElement('input')
  private place = document.createElement('section') // where the sink is, for who moves from landmark to landmark
  private before: Snapshot | undefined
  private held: KeyboardEvent[] = []
  private went: boolean[] = [] // of the characters that went out last as typed by a person: whether somebody took it for a key
  private lender: Element | null = null // had the focus that the sink took
  private timer: ReturnType<typeof setTimeout> | undefined
  private armed = 0 // when the timer fires, by the clock of the events
  private echo = '' // the character that an input event is about to repeat after its key event
  private told: string | undefined // the character that an input event is about to repeat, if its field has room for it
  private ours = false // we are the ones who change a field or send a key
  private byKeys = false // the focus was last moved with the keyboard
  private off: (() => void)[] = [] // an option for it is younger than the oldest browser that we mean
  private stopped = false

  constructor(readonly scanned: (scan: Captured, keyed: number) => void, label: string) {
    const sink = this.sink
    sink.setAttribute('aria-label', label)
    sink.setAttribute('autocomplete', 'off')
    sink.setAttribute('autocapitalize', 'off')
    sink.setAttribute('inputmode', 'none') // the focus is for the reader, the keyboard stays down
    sink.spellcheck = false
    sink.tabIndex = -1
    sink.className = sinkClass
    Object.assign(sink.style, { position: 'fixed', top: '0', insetInlineStart: '0', width: '1px', height: '1px', padding: '0', border: '0', opacity: '0', pointerEvents: 'none' })
    this.place.setAttribute('aria-label', label)
    this.place.append(sink)
    document.body.append(this.place)
    const on = (type: string, handle: (e: never) => void) => {
      const heard = (e: Event) => {
        if (this.ours) return
        watcher?.({ event: e, on: placeOf(e) })
        handle(e as never)
      }
      addEventListener(type, heard, true)
      this.off.push(() => removeEventListener(type, heard, true))
    }
    on('keydown', (e: KeyboardEvent) => this.key(e))
    on('beforeinput', (e: InputEvent) => this.beforeInput(e))
    on('input', (e: InputEvent) => this.input(e))
    on('compositionend', (e: CompositionEvent) => this.composed(e))
    on('pointerdown', () => {
      this.byKeys = false
      this.burst.forget()
    })
    on('click', (e: MouseEvent) => { if (e.detail > 0) setTimeout(() => this.home()) })
    on('focusout', () => setTimeout(() => this.home()))
    on('focusin', () => { if (!this.burst.open) this.before = undefined })
    this.home()
  }

  stop(): void {
    this.stopped = true
    for (const off of this.off) off()
    this.rest()
    this.place.remove()
  }

  private key(e: KeyboardEvent): void {
    const field = this.fieldOf(e.target)
    this.echo = ''
    this.apply(this.burst.expire(e.timeStamp))
    if (e.isComposing || e.keyCode === 229 || e.key === 'Unidentified') { // the text comes as input
      if (field && !this.burst.open) this.remember(field)
      return
    }
    const separator = e.ctrlKey && (e.key === ']' || e.key === 'د' || e.code === 'BracketRight' || e.key === '\x1d')
    const c = separator ? '\x1d' : e.key
    const terminator = e.key === 'Enter' || (e.key === 'Tab' && this.burst.open)
    if (terminator) {
      if (this.apply(this.burst.terminator(e.timeStamp))) halt(e)
      else if (e.key === 'Tab') this.tab()
      return
    }
    if (['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'NumLock'].includes(e.key)) return
    const plain = [...c].length === 1 && (separator || !(e.ctrlKey || e.altKey || e.metaKey))
    // A space on a button presses it, and no reader begins with one; a key held down is a person's.
    if (!plain || e.repeat || (c === ' ' && !this.burst.open)) {
      this.apply(this.burst.flush())
      if (e.key === 'Tab') this.tab()
      else if (e.target === this.sink && !e.repeat && !(e.ctrlKey || e.altKey || e.metaKey)) {
        halt(e)
        this.giveBack([e])
      }
      return
    }
    if (e.target instanceof HTMLSelectElement) return
    if (field && !this.burst.open) this.remember(field)
    if (field && !separator) this.echo = c
    else {
      halt(e)
      if (!separator) this.held.push(e)
    }
    this.await(this.burst.character(c, e.timeStamp, field !== undefined, separator ? '\x1d' : usKey(e), performance.now()))
  }

  private beforeInput(e: InputEvent): void {
    const target = textField(e.target)
    if (!target) return
    if (e.inputType === 'insertLineBreak' || e.inputType === 'insertParagraph' || (e.inputType === 'insertText' && isEnd(e.data))) {
      if (this.apply(this.burst.terminator(e.timeStamp))) halt(e)
      return
    }
    this.apply(this.burst.expire(e.timeStamp))
    if (!this.burst.open) this.remember(target)
    // A text that comes in one piece can be kept out of the field, and is whole here even if the field is short.
    const data = e.data ?? ''
    this.told = undefined
    if (e.inputType !== 'insertText' || e.isComposing || data === '' || (this.echo && data === this.echo)) return
    if ([...data].length === 1) {
      this.told = data
      this.await(this.burst.character(data, e.timeStamp, target !== this.sink, undefined, performance.now()))
      return
    }
    if (!e.cancelable) return
    const step = this.burst.text(data, e.timeStamp, target !== this.sink)
    if (step.scans.length > 0) halt(e)
    this.apply(step)
  }

  private input(e: InputEvent): void {
    const target = textField(e.target)
    if (!target || !('inputType' in e)) return
    if (this.echo && e.data === this.echo) { // its key was heard
      this.echo = ''
      return
    }
    const field = target !== this.sink
    const text = this.inserted(target), told = this.told
    this.told = undefined
    if (told !== undefined && e.inputType === 'insertText' && e.data === told) {
      // heard before it came
    } else if (e.isComposing || e.inputType === 'insertCompositionText') {
      if (text) this.await(this.burst.composed(text, e.timeStamp, field, performance.now()))
    } else if (e.inputType === 'insertText' || (!field && e.inputType.startsWith('insert'))) { // the sink may be pasted to
      const c = e.data ?? text
      if ([...c].length === 1 && !isEnd(c)) this.await(this.burst.character(c, e.timeStamp, field, undefined, performance.now()))
      else if (c && !isEnd(c)) this.apply(this.burst.text(c, e.timeStamp, field)) // an end was dealt with before it came
    } else this.apply(this.burst.flush()) // a person edits
    if (!field && !this.burst.open) this.empty()
  }

  private composed(e: CompositionEvent): void {
    const target = textField(e.target)
    if (!target || !this.burst.open) return
    const inserted = this.inserted(target), field = target !== this.sink
    const text = e.data.length > inserted.length ? e.data : inserted // a short field has cut it off by now
    this.burst.composed('', e.timeStamp, field)
    const step = this.burst.text(text, e.timeStamp, field)
    this.apply({ ...step, typed: '' })
  }

  /** Does what a step says; true where the event that led to it belongs to a scan. */
  private apply(step: Step): boolean {
    const { scans } = step
    if (!this.burst.open) this.rest()
    if (scans.length > 0) {
      this.held = []
      this.restore(scans[0]!)
      const epoch = Date.now() - performance.now()
      for (const scan of scans) {
        watcher?.({ scan })
        const keyed = scan.front ? this.went.slice(-scan.front).filter((taken) => taken).length : 0
        this.scanned({ ...scan, at: Math.round(epoch + scan.at) }, keyed)
      }
    } else if (step.typed) {
      watcher?.({ typed: step.typed })
      const held = this.held
      this.held = []
      this.before = undefined
      this.empty()
      const taken = this.giveBack(held), others = Math.max(0, step.typed.length - taken.length)
      this.went = [...this.went, ...Array<boolean>(others).fill(false), ...taken].slice(-longest)
    }
    return step.swallow
  }

  /**
   * One timer for all characters of a burst: where it is early, the burst says when it is due by now. Where a pause had put it
   * off, the next character has it earlier.
   */
  private await(step: Step): void {
    if (step.due === undefined || (this.timer !== undefined && step.due >= this.armed)) return
    clearTimeout(this.timer)
    this.armed = step.due
    this.timer = setTimeout(() => {
      this.timer = undefined
      const again = this.burst.idle(performance.now())
      this.apply(again)
      this.await(again)
    }, Math.max(0, step.due - performance.now()))
  }

  private rest(): void {
    clearTimeout(this.timer)
    this.timer = undefined
  }

  /** Sends keys that were no scan on to whom they were meant for; true of each that somebody took. */
  private giveBack(held: KeyboardEvent[]): boolean[] {
    this.ours = true
    const taken = held.map((e) => {
      const meant = e.target === this.sink ? (this.lender?.isConnected ? this.lender : document.body) : e.target
      return meant?.dispatchEvent(new KeyboardEvent('keydown', { key: e.key, code: e.code, shiftKey: e.shiftKey, bubbles: true, cancelable: true })) === false
    })
    this.ours = false
    return taken
  }

  /** From the sink, the keyboard moves on from where the focus was. */
  private tab(): void {
    this.byKeys = true
    if (document.activeElement === this.sink && this.lender instanceof HTMLElement && this.lender.isConnected) this.lender.focus()
  }

  private remember(field: Field): void {
    const value = field.value
    this.before = { field, value, start: field.selectionStart ?? value.length, end: field.selectionEnd ?? value.length }
  }

  /** What was put into the field since it was remembered. */
  private inserted(field: Field): string {
    const b = this.before
    if (b?.field !== field) return field === this.sink ? field.value : ''
    const head = b.value.slice(0, b.start), tail = b.value.slice(b.end)
    return field.value.startsWith(head) && field.value.endsWith(tail) ? field.value.slice(head.length, field.value.length - tail.length) : ''
  }

  /** Takes a burst out of the field that it fell into, with its front, which went out as typed. */
  private restore({ raw, front }: Captured): void {
    const b = this.before
    if (b && front && b.value.slice(b.start - front, b.start) === raw.slice(0, front)) {
      b.value = b.value.slice(0, b.start - front) + b.value.slice(b.start)
      b.start -= front
      b.end -= front
    }
    this.before = undefined
    this.echo = ''
    this.empty()
    if (!b || b.field === this.sink || !b.field.isConnected || b.field.value === b.value) return
    this.ours = true
    b.field.value = b.value
    if (b.field.selectionStart !== null) b.field.setSelectionRange(b.start, b.end)
    b.field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'historyUndo' }))
    this.ours = false
  }

  /** What is set anew is laid out anew, and every scan waits for that. */
  private empty(): void {
    if (this.sink.value) this.sink.value = ''
  }

  /** Takes the focus where nobody needs it: a reader that commits text needs a field to commit it to. */
  private home(): void {
    if (this.stopped) return
    const at = document.activeElement
    if (at && at !== document.body && (this.byKeys || textField(at) || at instanceof HTMLSelectElement)) return
    if (at !== this.sink) this.lender = at
    this.sink.focus({ preventScroll: true })
  }

  private fieldOf(target: EventTarget | null): Field | undefined {
    const field = textField(target)
    return field === this.sink ? undefined : field
  }
}

const textField = (target: unknown): Field | undefined =>
  target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && !['button', 'submit', 'checkbox', 'radio', 'file', 'range'].includes(target.type)) ? target : undefined

/** Some readers send their terminator as text. */
const isEnd = (data: string | null) => data !== null && /^[\r\n\t]$/.test(data)

function halt(e: Event): void {
  e.preventDefault()
  e.stopImmediatePropagation()
}

const usSymbols: Record<string, string> = {
  Backquote: '`~', Minus: '-_', Equal: '=+', BracketLeft: '[{', BracketRight: ']}', Backslash: '\\|', Semicolon: ';:', Quote: '\'"', Comma: ',<',
  Period: '.>', Slash: '/?', Space: '  ',
}

/** What the key is on a US keyboard, or undefined where the event does not name it, as on most Android devices. */
function usKey(e: KeyboardEvent): string | undefined {
  const letter = /^Key([A-Z])$/.exec(e.code)?.[1]
  if (letter) return e.shiftKey !== e.getModifierState('CapsLock') ? letter : letter.toLowerCase()
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(e.code)?.[1]
  if (digit) return e.shiftKey && e.code.startsWith('Digit') ? ')!@#$%^&*('[Number(digit)] : digit
  return usSymbols[e.code]?.[e.shiftKey ? 1 : 0]
}
