// @vitest-environment happy-dom
// A new version waits for a person, and is fetched for nobody else; the first one ever is no new version.
import { signal } from '@preact/signals'
import { beforeEach, expect, it, vi } from 'vitest'
import { watchUpdates, type Served } from '../../src/ui/update'

class Worker extends EventTarget {
  said: unknown[] = []
  state = 'installing'
  constructor(readonly scriptURL: string) { super() }
  postMessage(m: unknown) { this.said.push(m) }
  becomes(state: string) {
    this.state = state
    this.dispatchEvent(new Event('statechange'))
  }
}

beforeEach(() => { vi.useFakeTimers() })

/** A device where this worker was taken, and a server that has that one. */
async function device(own: string | undefined, served: Served | undefined, controlled = own !== undefined) {
  const url = (name: string) => 'https://stock.example.org/app/' + name
  const registration = { active: own === undefined ? null : new Worker(url(own)), waiting: null, installing: null as Worker | null }
  const registered: string[] = []
  let registrable = true
  const workers = Object.assign(new EventTarget(), {
    controller: controlled ? {} : null as object | null,
    getRegistration: async () => (registration.active || registration.installing ? registration : undefined),
    register: async (at: string) => {
      if (!registrable) throw new TypeError('no network')
      registered.push(at)
      registration.installing = new Worker('https://stock.example.org' + at)
      return registration
    },
  })
  const busy = signal(false), met = signal<string | undefined>(undefined), reloads: number[] = []
  const server = { served }
  const update = watchUpdates({ busy, met, database: 2 }, workers as unknown as ServiceWorkerContainer, async () => server.served, () => reloads.push(1))
  await vi.advanceTimersByTimeAsync(0)
  return {
    update, busy, reloads, registered, registration, server,
    unplug() { registrable = false },
    /** The server is met again. */
    async meet() { met.value = (met.value ?? '') + '.'; await vi.advanceTimersByTimeAsync(0) },
    async apply() { update.apply(); await vi.advanceTimersByTimeAsync(0); return registration.installing! },
    /** The browser gives the page another worker. */
    controlledBy(by: object | null) {
      workers.controller = by
      if (!by) registration.active = null
      workers.dispatchEvent(new Event('controllerchange'))
    },
  }
}

const a = { worker: 'sw-a.js', database: 2 }, b = { worker: 'sw-b.js', database: 2 }

it('registers the server’s worker on the first visit, and says nothing of it', async () => {
  const d = await device(undefined, a)
  expect([d.registered, d.update.waiting.value]).toEqual([['/app/sw-a.js'], false])
  d.registration.active = d.registration.installing
  d.controlledBy({})
  await d.meet()
  expect([d.update.waiting.value, d.reloads]).toEqual([false, []])
})

it('offers what the server has by now, and fetches nothing of it before it is taken', async () => {
  const d = await device('sw-a.js', a)
  expect([d.registered, d.update.waiting.value]).toEqual([[], false])
  d.server.served = b
  await d.meet()
  expect([d.registered, d.update.waiting.value]).toEqual([[], true])
  const next = await d.apply()
  expect([d.registered, d.update.taking.value, next.said]).toEqual([['/app/sw-b.js'], 'fetching', []])
  next.becomes('installed')
  expect(next.said).toEqual([{ type: 'SKIP_WAITING' }])
  d.controlledBy({})
  expect(d.reloads).toEqual([1])
})

it('looks each hour without being told', async () => {
  const d = await device('sw-a.js', a)
  d.server.served = b
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(d.update.waiting.value).toBe(true)
})

it('looks when the network is back', async () => {
  const d = await device('sw-a.js', a)
  d.server.served = b
  dispatchEvent(new Event('online'))
  await vi.advanceTimersByTimeAsync(0)
  expect(d.update.waiting.value).toBe(true)
})

it('offers no version that could not open the database', async () => {
  const d = await device('sw-a.js', { worker: 'sw-old.js', database: 1 })
  expect(d.update.waiting.value).toBe(false)
})

it('says that it could not be fetched, and stays what it is', async () => {
  const d = await device('sw-a.js', b)
  d.unplug()
  await d.apply()
  expect([d.update.taking.value, d.update.waiting.value, d.reloads]).toEqual(['failed', true, []])
})

it('says so of a download that broke off, too', async () => {
  const d = await device('sw-a.js', b)
  ;(await d.apply()).becomes('redundant')
  expect([d.update.taking.value, d.reloads]).toEqual(['failed', []])
})

it('takes nothing while something is counted, and lets it begin only after', async () => {
  const d = await device('sw-a.js', b)
  d.busy.value = true
  await d.apply()
  expect(d.registered).toEqual([])
  d.busy.value = false
  const next = await d.apply()
  d.busy.value = true // a location was opened while it was fetched
  next.becomes('installed')
  expect(next.said).toEqual([])
  d.busy.value = false
  expect(next.said).toEqual([{ type: 'SKIP_WAITING' }])
})

it('waits where another window took it while a location is open', async () => {
  const d = await device('sw-a.js', b)
  d.busy.value = true
  d.controlledBy({})
  expect(d.reloads).toEqual([])
  d.busy.value = false
  expect(d.reloads).toEqual([1])
})

it('is taken by a page that was loaded past its worker', async () => {
  const d = await device('sw-a.js', b, false)
  ;(await d.apply()).becomes('installed')
  d.controlledBy({})
  expect(d.reloads).toEqual([1])
})

it('leaves the page as it is where the browser takes its worker away, and asks for another', async () => {
  const d = await device('sw-a.js', a)
  await vi.advanceTimersByTimeAsync(120_000)
  expect(d.registered).toEqual([])
  d.controlledBy(null)
  await vi.advanceTimersByTimeAsync(60_000)
  expect([d.reloads, d.registered]).toEqual([[], ['/app/sw-a.js']])
  d.controlledBy({}) // the same app, for the next start
  expect(d.reloads).toEqual([])
})

it('does without workers where there are none', () => {
  const update = watchUpdates({ busy: signal(false), met: signal('1'), database: 2 }, undefined)
  expect(update.waiting.value).toBe(false)
  update.apply()
})
