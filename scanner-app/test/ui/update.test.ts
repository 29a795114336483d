// @vitest-environment happy-dom
// A new version waits for a person; the first one ever is no new version.
import { signal } from '@preact/signals'
import { expect, it, vi } from 'vitest'
import { watchUpdates } from '../../src/ui/update'

class Worker extends EventTarget {
  said: unknown[] = []
  postMessage(m: unknown) { this.said.push(m) }
}

function container(controller: object | null) {
  const registration = Object.assign(new EventTarget(), { active: controller, waiting: null as Worker | null, installing: null as Worker | null, update: async () => {} })
  let registered = 0
  const workers = Object.assign(new EventTarget(), { controller, register: async () => { registered++; return registration } })
  const busy = signal(false), reloads: number[] = []
  const update = watchUpdates(busy, workers as unknown as ServiceWorkerContainer, () => reloads.push(1))
  const taken = (by: object | null = {}) => {
    workers.controller = by
    workers.dispatchEvent(new Event('controllerchange'))
  }
  return { registration, update, busy, reloads, taken, registered: () => registered }
}

async function installed({ registration }: ReturnType<typeof container>): Promise<Worker> {
  await Promise.resolve()
  const worker = (registration.installing = new Worker())
  registration.dispatchEvent(new Event('updatefound'))
  registration.waiting = worker
  worker.dispatchEvent(new Event('statechange'))
  return worker
}

it('waits with a new version until it is taken', async () => {
  const c = container({})
  const worker = await installed(c)
  expect([c.update.waiting.value, worker.said]).toEqual([true, []])
  c.update.apply()
  expect(worker.said).toEqual([{ type: 'SKIP_WAITING' }])
})

it('says nothing of the first', async () => {
  const c = container(null)
  await installed(c)
  expect(c.update.waiting.value).toBe(false)
})

it('is offered to the page of the first visit, too, and taken there', async () => {
  const c = container(null)
  await installed(c)
  c.registration.active = c.registration.waiting // the first one
  c.registration.waiting = null
  c.taken() // it took the page
  expect([c.update.waiting.value, c.reloads]).toEqual([false, []])
  const next = await installed(c)
  expect(c.update.waiting.value).toBe(true)
  c.update.apply()
  expect(next.said).toEqual([{ type: 'SKIP_WAITING' }])
  c.taken()
  expect(c.reloads).toEqual([1])
})

it('leaves the page as it is where the browser takes its worker away, and asks for another', async () => {
  vi.useFakeTimers()
  const c = container({})
  await vi.advanceTimersByTimeAsync(120_000)
  expect(c.registered()).toBe(1)
  c.taken(null)
  await vi.advanceTimersByTimeAsync(60_000)
  expect([c.reloads, c.registered()]).toEqual([[], 2])
  c.taken() // the same app, for the next start
  expect(c.reloads).toEqual([])
  vi.useRealTimers()
})

it('is taken by a page that was loaded past its worker', async () => {
  const c = container(null)
  c.registration.active = {}
  await installed(c)
  c.update.apply()
  c.taken()
  expect(c.reloads).toEqual([1])
})

it('does without workers where there are none', () => {
  const update = watchUpdates(signal(false), undefined)
  expect(update.waiting.value).toBe(false)
  update.apply()
})

it('is not taken while something is counted, whoever asks', async () => {
  const c = container({})
  const worker = await installed(c)
  c.busy.value = true
  c.update.apply()
  expect(worker.said).toEqual([])
  c.taken() // another window took it
  expect(c.reloads).toEqual([])
  c.busy.value = false
  expect(c.reloads).toEqual([1])
})
