// Training counts as the app does, and of it nothing is kept, sent or left behind.
import 'fake-indexeddb/auto'
import { openDB } from 'idb'
import { expect, it } from 'vitest'
import { labels, steps, Training } from '../../src/model/training'
import { counting, keys, milk } from './counter'

const training = () => {
  let now = 1_795_000_000_000
  return new Training({ now: () => (now += 1000), random: (bytes) => void crypto.getRandomValues(bytes), deviceName: 'TC26-1', person: { id: 'ali', name: { ar: 'علي' } } })
}

/** Everything in every database. */
async function disk(): Promise<string> {
  const all: unknown[] = []
  for (const { name } of (await indexedDB.databases()).sort((a, b) => a.name!.localeCompare(b.name!))) {
    const db = await openDB(name!)
    for (const store of db.objectStoreNames) all.push([name, store, await db.getAllKeys(store), await db.getAll(store)])
    db.close()
  }
  return JSON.stringify(all)
}

async function practise(t: Training): Promise<void> {
  expect(await t.scan(labels.open!)).toEqual({ what: 'location', sound: 'ok' })
  expect(await t.scan(labels.count!)).toEqual({ what: 'item', sound: 'ok' })
  await keys(t, '12')
  expect(await t.scan(labels.weigh!)).toEqual({ what: 'item', sound: 'ok' })
  await keys(t, '2.5')
  expect(await t.scan(labels.unknown!)).toEqual({ what: 'unknown-code', sound: 'unknown' })
  await keys(t, '3')
  await t.confirm()
  expect(t.pass.value!.totals).toMatchObject({ observations: 3, items: 2, quantity: 17500, unknown: 1 })
  await t.undo()
  expect(t.pass.value!.entries.map((e) => [e.quantity, e.reversed])).toEqual([[3000, true], [2500, false], [12000, false]])
  await t.closePass()
}

it('counts by the rules of the app, and knows what was practised', async () => {
  const t = training()
  expect([...t.practised.value]).toEqual([])
  await practise(t)
  expect([...t.practised.value].sort()).toEqual([...steps].sort())
  expect(t.pass.value).toBeUndefined()
  expect(t.tasks.value).toMatchObject([{ state: 'closed' }])
  expect(await t.openPass(labels.open!)).toEqual({ sound: 'check' })
  expect(t.question.value).toMatchObject({ kind: 'second-pass' })
  await t.answer('continue')
  await t.scan(labels.count!)
  expect(t.question.value).toMatchObject({ kind: 'earlier' })
  await t.answer('add')
  expect(await t.confirm()).toEqual({ sound: 'check' })
  expect(t.question.value).toMatchObject({ kind: 'how-many' })
})

it('leaves the database, what waits to be sent, and an open pass as they were', async () => {
  const { w, m } = await counting()
  w.server.weather = { cutIn: 1, cutOut: 1, busy: 0, dial: 1 }
  w.server.cut()
  await m.scan('A-01-03')
  await m.scan(milk)
  await keys(m, '7')
  const before = await disk(), unsent = m.link.value.unsent, log = w.server.log.length
  expect(before).toContain(milk)
  const t = training()
  await practise(t)
  expect(await t.leaveSession()).toMatchObject({ refused: { key: 'training' } })
  await t.stop()
  expect(await disk()).toBe(before)
  expect(before).not.toContain('training')
  expect([m.link.value.unsent, w.server.log.length]).toEqual([unsent, log])
  expect(m.pass.value).toMatchObject({ place: { location: 'A-01-03' }, pending: { keyed: '7' } })
  await m.confirm()
  expect(m.pass.value!.entries).toHaveLength(1)
  await m.stop()
})
