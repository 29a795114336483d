// The browser wipes what lies on the device: what had been sent stands, what had not is gone with it, and nothing is mixed up.
import 'fake-indexeddb/auto'
import { expect, it } from 'vitest'
import { createModel } from '../../src/model/model'
import { calm } from '../server'
import { arrived, counting, milk, rice, until } from './counter'

function wipe(name: string): Promise<void> {
  return new Promise((done, fail) => {
    const r = indexedDB.deleteDatabase(name)
    r.onsuccess = () => done()
    r.onerror = r.onblocked = () => fail(new Error('not deleted'))
  })
}

it('begins unpaired and in a new epoch, counts on, and leaves the stream before awaited', async () => {
  const { w, m } = await counting()
  const pushed: { epoch: string; first: number }[] = [], drained: string[] = []
  const request = w.server.request.bind(w.server)
  w.server.request = (epoch, f) => {
    if (f.t === 'push') pushed.push({ epoch, first: f.first })
    if (f.t === 'drained') drained.push(epoch)
    return request(epoch, f)
  }
  await m.setMode('each')
  await m.scan('A-01-03')
  await m.scan(milk)
  const before = await arrived(w, m)
  expect(before.map((e) => e['kind'])).toEqual(['pass.opened', 'observed'])
  const old = w.server.log[0]!.epoch
  await until(() => m.link.value.unsent === 0)
  const held = { ...w.server.stream(old) }, said = w.server.hellos.length, log = [...w.server.log]
  w.server.weather = { cutIn: 1, cutOut: 1, busy: 0, dial: 1 }
  w.server.cut()
  await until(() => m.link.value.state === 'offline')
  for (const code of [rice, milk]) expect((await m.scan(code)).sound).toBe('ok')
  await until(() => m.link.value.unsent === 2)
  await m.stop()

  await wipe(w.database)
  w.server.weather = calm
  pushed.length = 0
  const again = createModel({ env: w.env, name: w.database })
  await until(() => again.phase.value === 'unpaired')
  expect([again.link.value.unsent, again.person.value, again.session.value, again.pass.value]).toEqual([0, undefined, undefined, undefined])
  w.server.codes.set('NEWC-ODEX', 'd1') // a supervisor's, for the same device
  expect(await again.pair('NEWC-ODEX', 'TC26-1')).toEqual({ sound: 'ok' })
  expect(await again.signIn('ali', '58213')).toEqual({})
  expect(await again.join('night1')).toEqual({})
  await again.setMode('each')
  await again.scan('A-01-04')
  for (const code of [rice, milk]) expect((await again.scan(code)).sound).toBe('ok')
  await again.closePass()
  await arrived(w, again)

  // What was there stands, once and first; of what was lost nothing came; the new events are another stream's, from its first number on.
  expect(w.server.log.slice(0, log.length)).toEqual(log)
  const after = w.server.log.slice(log.length), epoch = after[0]!.epoch
  expect(epoch).not.toBe(old)
  expect(new Set(after.map((e) => e.epoch))).toEqual(new Set([epoch]))
  const ids = w.server.log.map((e) => (JSON.parse(e.body) as { id: string }).id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(after.map((e) => JSON.parse(e.body) as Record<string, unknown>).filter((e) => e['kind'] !== 'clock').map((e) => e['kind'])).toEqual(['pass.opened', 'observed', 'observed', 'pass.closed'])
  expect([pushed[0]!.first, new Set(pushed.map((p) => p.epoch))]).toEqual([1, new Set([epoch])])
  expect(w.server.stream(old)).toEqual(held)

  // Nobody speaks for the stream before: it is neither succeeded nor drained, so that sealing waits until a supervisor writes it off.
  const hellos = w.server.hellos.slice(said).filter((h) => h.epoch !== old)
  expect(hellos.length).toBeGreaterThan(0)
  expect(hellos.map((h) => h.succeeds ?? '')).toEqual(hellos.map(() => ''))
  w.server.feed({ t: 'feed', session: 'night1', cursor: 'c2', state: 'closing', round: 1, tasks: [] })
  await until(() => again.session.value?.state === 'closing' && again.session.value.drained)
  expect(new Set(drained)).toEqual(new Set([epoch]))
  await again.stop()
})
