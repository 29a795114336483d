// The keys of a handheld that has some, and of a keyboard: on the counting screen they are the keypad's. The scan listener
// hears them first and passes on what a person typed.
import { readDigits } from '../i18n/number'
import type { Key } from '../model/types'
import type { Ui } from './ui'

export function listenToKeys(front: () => Ui): () => void {
  const key = (e: KeyboardEvent) => {
    const { model, sheet, run } = front()
    const pass = model.pass.peek(), question = model.question.peek(), moving = model.moving.peek()
    if (!(pass || moving) || sheet.peek() || (question && question.kind !== 'how-many') || e.ctrlKey || e.altKey || e.metaKey) return
    const at = e.target
    if (at instanceof HTMLInputElement && !at.classList.contains('scan-sink')) return
    const typed = readDigits(e.key).replace(',', '.')
    if (/^[0-9.]$/.test(typed)) void run(model.key(typed as Key))
    else if (e.key === 'Backspace') void run(model.key('back'))
    else if (e.key === 'Enter' && !moving && (pass?.pending || pass?.multiplier) && !(at instanceof HTMLButtonElement)) void run(model.confirm())
    else return
    e.preventDefault()
  }
  addEventListener('keydown', key)
  return () => removeEventListener('keydown', key)
}
