// What every screen has at hand: the model, how its answers sound, which sheet lies open, what was said last.
import { signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { readDigits } from '../i18n/number'
import { language, nameOf, text } from '../i18n/text'
import type { Training } from '../model/training'
import type { Entry, Model, Outcome, Pending, Place, Refusal, Scanned, Totals } from '../model/types'
import type { Captured } from '../scan/capture'
import type { Sound } from '../sound/sound'
import type { Settings } from './settings'
import type { Update } from './update'
import { figureOf } from './value'

export type SheetName = 'menu' | 'sync' | 'rescue' | 'settings' | 'notices' | 'places' | 'find' | 'zero' | 'entries' | 'details' | 'mode' | 'finish' | 'training' | 'camera' | 'scandebug'

// What training adds to the screens that it is held on.
export interface Drill {
  training: Training
  // How many steps there are.
  steps: number
  // The last card lies open: it ends, with what was practised or without.
  over: Signal<boolean>
  again(): void
  leave(): void
}

export interface Ui {
  model: Model
  sound: Sound
  settings: Signal<Settings>
  update: Update
  version: string
  sheet: Signal<SheetName | undefined>
  // Why the last action did nothing; the next that does something takes it away.
  refusal: Signal<Refusal | undefined>
  // What is to be told of the last action where nothing was wrong: what it took back, that a label was taken once, or what was moved.
  told: Signal<{ icon: 'undo' | 'scan' | 'move'; words: string } | undefined>
  // The pass closed last, shown on the list of tasks.
  closed: Signal<{ place: Place; totals: Totals } | undefined>
  // The section whose tasks alone are listed; '' for all.
  section: Signal<string>
  // Whether "start counting" was tapped since the app opened.
  started: Signal<boolean>
  arabicKeyboard: Signal<boolean>
  // Notices that the counter has looked at, by key: they no longer count in the top line.
  looked: Signal<ReadonlySet<string>>
  pairing: Signal<boolean>
  // Takes the digits of a burst where a PIN is asked for: fast fingers look like a reader. Ended: Enter came after them.
  pin: { take?: ((digits: string, ended: boolean) => void) | undefined }
  // A device that was paired before is being paired anew.
  pairAgain: Signal<boolean>
  battery: ReadonlySignal<number | undefined>
  // What is shown in the place of the work.
  aside: Signal<'tour' | 'training' | undefined>
  // In training, whose screens are in front: what is scanned and keyed goes there.
  practice: Signal<Ui | undefined>
  // This is training: the model is made up.
  drill?: Drill
  // practise begins training, never over an open pass.
  practise(): void
  // run waits for an action, sounds its answer and shows its refusal. True: it was done.
  run(action: Promise<Outcome>): Promise<boolean>
  // undo takes back what the screen showed, and says what that was.
  undo(of: Pending | Entry): Promise<boolean>
  // pair redeems a code or link, shown as under way wherever it came from.
  pair(code: string, name: string): Promise<boolean>
  // Whether the counter has read what to do about an Arabic keyboard.
  keyboardRead: Signal<boolean>
  // scanned hands a scan to the model. What it counted or opened is shown: a sheet gives way to it.
  // keyed: so many of its front's characters the keypad had taken.
  scanned(scan: Captured, keyed?: number): Promise<Scanned | undefined>
}

/** How many scans are being answered: what they change is drawn once their sound is out. */
export const answering = signal(0)

export function makeUi(model: Model, sound: Sound, settings: Signal<Settings>, update: Update, battery: ReadonlySignal<number | undefined>, version: string): Ui {
  const refusal = signal<Refusal | undefined>(undefined)
  const told: Ui['told'] = signal(undefined)
  const run = async (action: Promise<Outcome>): Promise<boolean> => {
    const { sound: answer, refused } = await action
    if (refused) sound.play(answer ?? 'check')
    else if (answer) sound.play(answer)
    refusal.value = refused
    told.value = undefined
    return !refused
  }
  const pin: Ui['pin'] = {}
  const aside: Ui['aside'] = signal(undefined)
  const sheet = signal<SheetName | undefined>(undefined), closed: Ui['closed'] = signal(undefined), arabicKeyboard = signal(false), pairing = signal(false)
  return {
    run, told,
    async undo(of) {
      if (!(await run(model.undo(of)))) return false
      const name = nameOf(of.item?.name) || of.code
      const back = 'restores' in of ? of.restores : undefined
      told.value = { icon: 'undo', words: back !== undefined ? text('undone.replaced', { quantity: figureOf(of.item, back) })
        : of.quantity === undefined ? text('undone.scan', { name }) : text('undone', { name, quantity: figureOf(of.item, of.quantity) }) }
      return true
    },
    model, sound, settings, refusal, battery, version,
    // Beside another window that counts nothing is taken: it would be under that one's hands.
    update: { ...update, apply() { if (model.phase.peek() !== 'other-tab') update.apply() } },
    sheet, closed, section: signal(''), looked: signal(new Set()), started: signal(false), arabicKeyboard, keyboardRead: signal(false), pairing, pairAgain: signal(false), aside, practice: signal(undefined),
    practise() {
      if (!model.pass.peek()) aside.value = 'training'
    },
    async pair(code, name) {
      pairing.value = true
      const done = await run(model.pair(code, name))
      pairing.value = false
      return done
    },
    pin,
    async scanned({ raw, arabic, at, front, ended }, keyed = 0) {
      if (sheet.peek() === 'scandebug') return undefined // looked at there, and not counted
      const typed = readDigits(raw)
      if (pin.take && /^[0-9]{1,8}$/.test(typed)) return void pin.take(typed.slice(front), ended)
      answering.value++
      const action = model.scan(raw, 'scan', at, keyed, ...(sheet.peek() === 'zero' ? [true] as const : []))
      pairing.value = model.phase.peek() === 'unpaired'
      const done = await run(action).finally(() => { answering.value-- })
      pairing.value = false
      const said = await action, { what } = said
      if (said.bounced) told.value = { icon: 'scan', words: text('scan.bounced') }
      if (arabic || said.arabicKeyboard) arabicKeyboard.value = true
      const pass = model.pass.peek()
      // The camera goes on where one scan follows the other without a key between them.
      const goesOn = sheet.peek() === 'camera' && pass?.mode === 'each' && !pass.pending && (what === 'item' || what === 'unknown-code')
      if ((done && what !== 'nothing' && !goesOn) || (model.question.peek() && sheet.peek() === 'camera')) sheet.value = undefined
      if (done && what === 'location') closed.value = undefined
      return said
    },
  }
}

export const UiContext = createContext<Ui | undefined>(undefined)

export function useUi(): Ui {
  const ui = useContext(UiContext)
  if (!ui) throw new Error('a screen was drawn outside the app')
  return ui
}

export const inWords = (refusal: Refusal): string => refusal[language.value]
