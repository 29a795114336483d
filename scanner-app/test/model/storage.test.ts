// The browser's promise to keep what lies here: asked for at every start, and again as long as it is refused.
import 'fake-indexeddb/auto'
import { expect, it } from 'vitest'
import { createModel } from '../../src/model/model'
import { World } from '../world'
import { until } from './counter'

/** A browser that answers as the test says, and counts how often it was asked. */
class Manager {
  asked = 0
  grants = false
  persist = async () => { this.asked++; return this.grants }
  estimate = async () => ({ usage: 5 << 20, quota: 900 << 20 })
}

/** The app started on it. What it looks at again later is due when the test says so. */
function start(w: World, manager: object) {
  let due: (() => void) | undefined
  const later = (ms: number, f: () => void) => {
    if (ms < 30_000) return w.env.later(ms, f)
    due = f
    return () => {}
  }
  const m = createModel({ env: { ...w.env, later }, name: w.database, storage: manager as StorageManager })
  return { m, later: () => due!() }
}

it('is asked for at a start, shown as refused, and asked for again until it is given', async () => {
  const w = new World(), manager = new Manager()
  const one = start(w, manager)
  await until(() => one.m.storage.value.persisted === false)
  expect(one.m.storage.value).toMatchObject({ persisted: false, used: 5 << 20, quota: 900 << 20 })
  expect(manager.asked).toBe(1)
  manager.grants = true
  one.later()
  await until(() => one.m.storage.value.persisted === true)
  expect(manager.asked).toBe(2)
  await one.m.stop()
})

it('is asked for at each start: what was given may have been taken back', async () => {
  const w = new World(), manager = new Manager()
  manager.grants = true
  const one = start(w, manager)
  await until(() => one.m.storage.value.persisted === true)
  await one.m.stop()
  manager.grants = false
  const two = start(w, manager)
  await until(() => two.m.storage.value.persisted === false)
  expect(manager.asked).toBe(2)
  await two.m.stop()
})

it('is not claimed where the browser has no such thing, or fails at it', async () => {
  const w = new World()
  const one = start(w, { estimate: async () => ({ usage: 1, quota: 2 }) })
  await until(() => one.m.storage.value.quota === 2)
  expect(one.m.storage.value.persisted).toBeUndefined()
  await one.m.stop()
  const two = start(w, { persist: () => Promise.reject(new Error('no')), estimate: () => Promise.reject(new Error('no')) })
  await until(() => two.m.storage.value.persisted !== undefined)
  expect(two.m.storage.value.persisted).toBe(false)
  await two.m.stop()
})
