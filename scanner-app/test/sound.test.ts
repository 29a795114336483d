// Three answers, three sounds and three vibrations, none like another; silent until a tap, and where they are switched off.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { makeSound, type Answer } from '../src/sound/sound'

let played: string[], shaken: unknown[]

class Context {
  state = 'suspended'
  currentTime = 0
  destination = {}
  async resume() { this.state = 'running' }
  createGain() { return { gain: { setValueAtTime() {}, linearRampToValueAtTime() {} }, connect: () => ({}) } }
  createOscillator() {
    const o = { type: '', frequency: { value: 0 }, connect: (to: { connect(x: unknown): unknown }) => to, start(at: number) { played.push(`${o.type} ${o.frequency.value} ${at}`) }, stop() {} }
    return o
  }
}

beforeEach(() => {
  played = []
  shaken = []
  vi.stubGlobal('AudioContext', Context)
  vi.stubGlobal('navigator', { vibrate: (p: unknown) => shaken.push(p) })
})
afterEach(() => vi.unstubAllGlobals())

it('is silent before the first tap', () => {
  const sound = makeSound(() => ({ sound: true, vibration: true }))
  sound.play('ok')
  expect(played).toEqual([])
  expect(shaken).toHaveLength(1) // the hand feels it all the same
  sound.unlock()
  expect(sound.unlocked()).toBe(true)
  sound.play('ok')
  expect(played).toHaveLength(1)
})

it('has three sounds and vibrations, each its own', () => {
  const sound = makeSound(() => ({ sound: true, vibration: true }))
  sound.unlock()
  const heard = (['ok', 'check', 'unknown'] as Answer[]).map((a) => { played = []; sound.play(a); return played.join() })
  expect(new Set(heard).size).toBe(3)
  expect(new Set(shaken.map(String)).size).toBe(3)
})

it('obeys the settings', () => {
  const sound = makeSound(() => ({ sound: false, vibration: false }))
  sound.unlock()
  sound.play('unknown')
  expect([played, shaken]).toEqual([[], []])
})
