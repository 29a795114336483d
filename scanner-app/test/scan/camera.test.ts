import { expect, test } from 'vitest'
import { away, Sight, whyOf } from '../../src/scan/camera'

const milk = ']E06271100010013', rice = ']E06271100010020'

test('a code counts once as long as it is held there, and again when it comes back', () => {
  const sight = new Sight()
  expect([0, 100, 200, 900].map((at) => sight.look([milk], at))).toEqual([milk, undefined, undefined, undefined])
  expect(sight.look([], 1000)).toBe(undefined)
  expect(sight.look([milk], 900 + away)).toBe(undefined) // a picture that was not read is no absence
  expect(sight.look([milk], 901 + 2 * away)).toBe(milk)
})

test('two codes in sight are taken one after the other, each once', () => {
  const sight = new Sight()
  expect([0, 100, 200, 300].map((at) => sight.look([milk, rice], at))).toEqual([milk, rice, undefined, undefined])
  expect(sight.look([rice, milk], 400)).toBe(undefined)
})

test('what the browser says is told apart by what can be done about it', () => {
  for (const [name, why] of [['NotAllowedError', 'denied'], ['SecurityError', 'denied'], ['NotReadableError', 'busy'], ['AbortError', 'busy'], ['NotFoundError', 'none'], ['OverconstrainedError', 'none']]) {
    expect(whyOf(new DOMException('', name))).toBe(why)
  }
  expect(whyOf(new Error('x'))).toBe('none')
})
