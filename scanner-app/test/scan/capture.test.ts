// @vitest-environment happy-dom
// When the listener hands a scan over: its timer, beside what the burst says.
import { afterEach, expect, test, vi } from 'vitest'
import { rest } from '../../src/scan/burst'
import { captureScans } from '../../src/scan/capture'

let off: (() => void) | undefined
afterEach(() => {
  off?.()
  off = undefined
  vi.useRealTimers()
})

const ms = 10

test.each([160, 250, 390])('a scan without a terminator comes so soon after its last character, though its reader stuttered for %d ms', (stutter) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  const heard: string[] = []
  off = captureScans((s) => heard.push(s.raw), 'scanner')
  const type = (text: string) => [...text].forEach((key, i) => {
    if (i > 0) vi.advanceTimersByTime(ms)
    const e = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
    Object.defineProperty(e, 'timeStamp', { value: performance.now() })
    document.body.dispatchEvent(e)
  })
  type(']E0629')
  vi.advanceTimersByTime(stutter)
  type('1041500213')
  vi.advanceTimersByTime(rest - 1)
  expect(heard).toEqual([])
  vi.advanceTimersByTime(1)
  expect(heard).toEqual([']E06291041500213'])
})
