// @vitest-environment happy-dom
// The front of a scan that went out as typed, before it was known for one: only what somebody took for a key is taken back.
import { afterEach, expect, test } from 'vitest'
import { captureScans } from '../../src/scan/capture'

let off: (() => void)[] = []
afterEach(() => {
  for (const f of off) f()
  off = []
  document.body.innerHTML = ''
})

/** Hears scans, and has a keypad that takes digits. */
function listen(): [string, number, number][] {
  const heard: [string, number, number][] = []
  off.push(captureScans((s, keyed) => heard.push([s.raw, s.front, keyed]), 'scanner'))
  const keypad = (e: KeyboardEvent) => { if (/^[0-9]$/.test(e.key) && !(e.target instanceof HTMLInputElement && e.target.id)) e.preventDefault() }
  addEventListener('keydown', keypad)
  off.push(() => removeEventListener('keydown', keypad))
  return heard
}

/** A reader whose first characters came 150 ms before the others: they went out as typed. */
function torn(front: string, rest: string, at: Element = document.body): void {
  const began = performance.now()
  const key = (key: string, after: number) => {
    const e = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
    Object.defineProperty(e, 'timeStamp', { value: began + after })
    at.dispatchEvent(e)
  }
  ;[...front].forEach((c, n) => key(c, n))
  ;[...rest, 'Enter'].forEach((c, n) => key(c, front.length + 150 + n))
}

test('a digit that the keypad took is a key to take back', () => {
  const heard = listen()
  torn('4', '006381333931')
  expect(heard).toEqual([['4006381333931', 1, 1]])
})

test('a letter is no key of the keypad', () => {
  const heard = listen()
  torn('5', '')
  torn('B', 'OX-77')
  expect(heard).toEqual([['BOX-77', 1, 0]])
})

test('nor is what fell into a field', () => {
  const heard = listen()
  const field = document.createElement('input')
  field.id = 'search'
  document.body.append(field)
  field.focus()
  torn('4', '006381333931', field)
  expect(heard).toEqual([['4006381333931', 1, 0]])
})
