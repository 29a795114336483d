// The keypad: our own, because the system's covers half the screen and fights the imager. Digits lie as on a telephone's
// calculator in both languages; the column of actions stands on the side of the hand that holds the device. Keys take no
// focus, so that what the imager types never presses one.
import type { ComponentChildren } from 'preact'
import { useMemo, useRef } from 'preact/hooks'
import { writeDigits } from '../i18n/number'
import { digits, text } from '../i18n/text'
import { Icon } from './icon'
import { useUi } from './ui'

export type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'

const rows: readonly (readonly Digit[])[] = [['7', '8', '9'], ['4', '5', '6'], ['1', '2', '3']]

// hold keeps the focus where it is while a key is pressed.
const hold = (e: Event) => e.preventDefault()

export function PadKey({ press, label, kind = '', disabled, children }: { press: () => void; label?: string; kind?: string; disabled?: boolean; children: ComponentChildren }) {
  return (
    <button type="button" class={'key ' + kind} onMouseDown={hold} onClick={press} disabled={disabled} aria-label={label}>{children}</button>
  )
}

export interface KeypadProps {
  digit: (d: Digit) => void
  erase: () => void
  point?: (() => void) | undefined // absent: whole numbers only
  actions: readonly [ComponentChildren, ComponentChildren, ComponentChildren, ComponentChildren]
}

export function Keypad({ digit, erase, point, actions }: KeypadProps) {
  const { hand } = useUi().settings.value
  const press = useRef(digit)
  press.current = digit
  // The same at each scan: it is not even compared.
  const keys = useMemo(() => [...rows, ['0']].map((row) => row.map((d) => <PadKey key={d} press={() => press.current(d as Digit)}>{writeDigits(d, digits.value)}</PadKey>)), [digits.value])
  const beside = (keys: ComponentChildren, r: 0 | 1 | 2 | 3) => {
    const action = <div class="action">{actions[r]}</div>
    return hand === 'left' ? <>{action}{keys}</> : <>{keys}{action}</>
  }
  return (
    <div class={'keypad ' + hand} role="group" aria-label={text('keypad')}>
      {rows.map((_, r) => beside(keys[r], r as 0 | 1 | 2))}
      {beside(<>
        <PadKey press={() => point?.()} disabled={!point} label={text('keypad.point')}>{digits.value === 'arab' ? '٫' : '.'}</PadKey>
        {keys[3]}
        <PadKey press={erase} label={text('keypad.erase')}><Icon name="erase" /></PadKey>
      </>, 3)}
    </div>
  )
}
