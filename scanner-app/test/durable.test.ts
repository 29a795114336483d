// What a counter has heard a sound for is on disk: each write asks for it strictly, and nobody is answered before it is there.
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PassRecord } from '../src/store/schema'
import { Store } from '../src/store/store'
import { counting, milk } from './model/counter'
import { observed, World } from './world'

const { transaction } = IDBDatabase.prototype, { addEventListener } = IDBTransaction.prototype
const writes: { stores: string; durability: string | undefined }[] = []
/** While it is set, what is committed waits here to be told of. */
let held: (() => void)[] | undefined
/** Resolves once the next transaction waits. */
let caught: () => void = () => {}

beforeEach(() => {
  IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...a: Parameters<typeof transaction>) {
    if (a[1] === 'readwrite') writes.push({ stores: [a[0]].flat().join(), durability: a[2]?.durability })
    return transaction.apply(this, a)
  }
  IDBTransaction.prototype.addEventListener = function (this: IDBTransaction, type: string, f: EventListener) {
    const { mode } = this
    addEventListener.call(this, type as 'complete', (e: Event) => {
      if (type !== 'complete' || mode !== 'readwrite' || !held) return f.call(this, e)
      held.push(() => f.call(this, e))
      caught()
    })
  } as typeof addEventListener
})

afterEach(() => {
  IDBDatabase.prototype.transaction = transaction
  IDBTransaction.prototype.addEventListener = addEventListener
  held = undefined
})

/** The writes that an act makes, and that it made some. */
async function written(act: () => Promise<unknown>): Promise<typeof writes> {
  writes.length = 0
  await act()
  expect(writes.length).toBeGreaterThan(0)
  return [...writes]
}

/** Whether an act is answered although its commit is not told of; then it is. */
async function answeredEarly(act: () => Promise<unknown>): Promise<boolean> {
  let answered = false
  held = []
  const committed = new Promise<void>((done) => { caught = done })
  const answer = act().then(() => { answered = true })
  await committed
  for (let n = 0; n < 50; n++) await new Promise((r) => setImmediate(r)) // all that could follow from its requests has
  const early = answered
  for (const tell of held) tell()
  held = undefined
  await answer
  return early
}

const pass: PassRecord = {
  pass: 'p', session: 's', location: 'A', round: 1, person: 'ali', mode: 'each', assignment: '', undirected: false, openedAt: 1, closed: false, observations: 0, quantity: 0,
  multiplier: '',
}

describe('what the store writes', () => {
  const acts: [string, (s: Store) => Promise<unknown>][] = [
    ['events', (s) => s.record([observed('s', 'p', '1')])],
    ['events with their pass', (s) => s.record([observed('s', 'p', '1')], pass)],
    ['what is pending', (s) => s.putPass(pass)],
    ['a photo', (s) => s.photos.add(Uint8Array.of(0xff, 0xd8, 0xff, 1).buffer, 's', 1)],
    ['what a feed says', (s) => s.putSession({ session: 's', cursor: 'c', state: 'open', round: 1, tasks: [], drained: false, overAt: 0 })],
    ['a new epoch', (s) => s.newEpoch(false)],
    ['who counts, and what is in hand', (s) => s.put('person', undefined)],
  ]
  it.each(acts)('is durable: %s', async (_name, act) => {
    const w = new World()
    const s = await Store.open(w.database, w.env)
    for (const write of await written(() => act(s))) expect(write).toMatchObject({ durability: 'strict' })
    s.close()
  })
  it.each(acts)('is not said before it is: %s', async (_name, act) => {
    const w = new World()
    const s = await Store.open(w.database, w.env)
    expect(await answeredEarly(() => act(s))).toBe(false)
    s.close()
  })
})

describe('a good sound', () => {
  it.each(['each', 'quantity'] as const)('comes after the commit, in mode %s', async (mode) => {
    const { m } = await counting()
    await m.setMode(mode)
    await m.scan('A-01-03')
    const sounds: unknown[] = []
    expect(await answeredEarly(() => m.scan(milk).then((o) => sounds.push(o.sound)))).toBe(false)
    expect(sounds).toEqual(['ok'])
    if (mode === 'quantity') {
      await m.key('7')
      expect(await answeredEarly(() => m.confirm().then((o) => sounds.push(o.sound)))).toBe(false)
      expect(sounds).toEqual(['ok', 'ok'])
    }
    expect(m.pass.value!.entries.map((e) => e.quantity)).toEqual([mode === 'each' ? 1000 : 7000])
    await m.stop()
  })
})
