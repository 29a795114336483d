// @vitest-environment happy-dom
// The screen stays on while a location is counted, again after the app was hidden, and no longer.
import { signal } from '@preact/signals'
import { afterEach, expect, it } from 'vitest'
import { atWork, stayAwake } from '../../src/ui/awake'
import { fakeModel } from './fake'

class Lock {
  released = false
  async release() { this.released = true }
}

const given: Lock[] = []
let grant: (() => void) | undefined // holds the answer back where it is set
Object.defineProperty(navigator, 'wakeLock', { value: {
  request: async () => {
    if (refusing) throw new DOMException('low', 'NotAllowedError')
    if (grant) await new Promise<void>((done) => { grant = done })
    const lock = new Lock()
    given.push(lock)
    return lock
  },
} })
let hidden = false, refusing = false
Object.defineProperty(document, 'hidden', { get: () => hidden })
const seen = async (is: boolean) => {
  hidden = !is
  document.dispatchEvent(new Event('visibilitychange'))
  await turns()
}
const turns = () => new Promise((done) => setTimeout(done))
const held = () => given.filter((l) => !l.released).length

let stop = () => {}
afterEach(() => {
  stop()
  given.length = 0
  refusing = hidden = false
  grant = undefined
})

it('holds one lock while counting, and gives it back', async () => {
  const pass = signal<object | undefined>(undefined)
  stop = stayAwake(() => pass.value !== undefined)
  await turns()
  expect(given).toHaveLength(0)
  pass.value = {}
  pass.value = {} // a key, before the system has answered
  await turns()
  pass.value = {}
  await turns()
  expect([given.length, held()]).toEqual([1, 1])
  pass.value = undefined
  await turns()
  expect(held()).toBe(0)
})

it('asks again when the app is back, and not while it is hidden', async () => {
  const pass = signal<object | undefined>({})
  stop = stayAwake(() => pass.value !== undefined)
  await turns()
  given[0]!.released = true // by the system, which hides the app
  await seen(false)
  pass.value = {}
  await turns()
  expect(held()).toBe(0)
  await seen(true)
  expect([given.length, held()]).toEqual([2, 1])
})

it('lets go of a lock that comes after the location was closed', async () => {
  const pass = signal<object | undefined>({})
  grant = () => {}
  stop = stayAwake(() => pass.value !== undefined)
  await turns()
  pass.value = undefined
  await turns()
  grant()
  await turns()
  expect([given.length, held()]).toEqual([1, 0])
})

it('counts on where the system refuses, and asks again later', async () => {
  refusing = true
  const pass = signal<object | undefined>({})
  stop = stayAwake(() => pass.value !== undefined)
  await turns()
  refusing = false
  await seen(true)
  expect(held()).toBe(1)
})

it('stays on for a move, too, where no location is open', () => {
  const m = fakeModel()
  expect(atWork(m)).toBe(false)
  m.moving.value = { move: 'm1', state: 'in-hand', goods: [], sent: false }
  expect(atWork(m)).toBe(true)
})
