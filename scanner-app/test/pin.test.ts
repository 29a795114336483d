// Signing in without a network, for people whom the server let in here before.
import 'fake-indexeddb/auto'
import { describe, expect, it, vi } from 'vitest'
import { createModel } from '../src/model/model'
import { Store } from '../src/store/store'
import { forget, mostWrong, prove, provenFor, remember } from '../src/sync/pin'
import { calm } from './server'
import { World } from './world'
import { arrived, counting, keys, milk, until } from './model/counter'
import type { Model } from '../src/model/types'

vi.setConfig({ testTimeout: 30_000 }) // each try derives, which is slow on purpose

const hour = 3_600_000 // the tests' clocks run fast
const cut = async (w: World, m: Model) => {
  w.server.weather = { ...calm, cutIn: 1, cutOut: 1, dial: 1 }
  w.server.cut()
  await until(() => m.link.value.state !== 'online' || m.phase.value !== 'ready')
}

describe('without a network', () => {
  it('lets in who was let in before, and their passes name them', async () => {
    const { w, m } = await counting()
    await cut(w, m)
    await m.signOut()
    expect(m.people.value.filter((p) => p.proven).map((p) => p.id)).toEqual(['ali']) // the server let nobody else in here
    expect(await m.signIn('sara', '58213')).toMatchObject({ refused: { key: 'server-silent' } })
    expect(await m.signIn('ali', '11111')).toMatchObject({ refused: { key: 'pin-wrong', ar: expect.stringMatching(/./) } })
    expect(m.phase.value).toBe('signed-out')
    expect(await m.signIn('ali', '58213')).toEqual({})
    expect([m.phase.value, m.person.value]).toEqual(['ready', { id: 'ali', name: { en: 'ali' } }])
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '4')
    await m.confirm()
    w.server.weather = calm
    expect((await arrived(w, m))[0]).toMatchObject({ kind: 'pass.opened', person: 'ali' })
    await m.stop()
  })

  it('leaves the open pass of one to the one, whoever signs in', async () => {
    const { w, m } = await counting()
    await m.signOut()
    await m.signIn('sara', '58213')
    await m.signOut()
    await m.signIn('ali', '58213')
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '4')
    expect(await m.signOut()).toMatchObject({ refused: { key: 'confirm-first' } }) // what has no number yet holds its counter
    await m.confirm()
    await cut(w, m)
    await m.signOut()
    await m.signIn('sara', '58213')
    expect(m.pass.value).toBeUndefined()
    expect(await m.scan(milk)).toMatchObject({ refused: { key: 'no-pass' } })
    await m.scan('A-01-03') // a pass of her own
    await m.scan(milk)
    expect(m.pass.value!.pending!.already).toBe(0)
    await keys(m, '9')
    await m.confirm()
    await m.closePass()
    await m.signOut()
    await m.signIn('ali', '58213')
    expect(m.pass.value!.entries).toMatchObject([{ quantity: 4000 }])
    w.server.weather = calm
    const log = await arrived(w, m)
    const opened = log.filter((e) => e['kind'] === 'pass.opened')
    expect(opened.map((e) => e['person'])).toEqual(['ali', 'sara'])
    expect(log.filter((e) => e['kind'] === 'observed').map((e) => [e['pass'], e['amount']])).toEqual([[opened[0]!['pass'], 4000], [opened[1]!['pass'], 9000]])
    await m.stop()
  })

  it('stops guessing, also by a new start of the app, until the server says otherwise', async () => {
    const { w, m } = await counting()
    await cut(w, m)
    await m.signOut()
    for (let n = 1; n < mostWrong; n++) expect(await m.signIn('ali', '1111')).toMatchObject({ refused: { key: 'pin-wrong' } })
    await m.stop()
    const again = createModel({ env: w.env, name: w.database })
    await until(() => again.phase.value === 'signed-out')
    expect(await again.signIn('ali', '1111')).toMatchObject({ refused: { key: 'pin-locked' } })
    expect(await again.signIn('ali', '58213')).toMatchObject({ refused: { key: 'pin-locked' } })
    w.server.weather = calm
    expect(await again.signIn('ali', '58213')).toEqual({})
    await cut(w, again)
    await again.signOut()
    expect(await again.signIn('ali', '58213')).toEqual({})
    await again.stop()
  })

  it('counts wrong ones in a row: a right one in between ends the row', async () => {
    const { w, m } = await counting()
    await cut(w, m)
    for (let round = 0; round < 3; round++) {
      await m.signOut()
      for (let n = 0; n < 2; n++) expect(await m.signIn('ali', '1111')).toMatchObject({ refused: { key: 'pin-wrong' } })
      expect(await m.signIn('ali', '58213')).toEqual({})
    }
    await m.stop()
  })

  it('writes of one person alone: who was forgotten while a PIN was tried stays so', async () => {
    const { w, m } = await counting()
    await m.stop()
    const s = await Store.open(w.database, w.env)
    await remember(s, w.env, { id: 'sara', name: {} }, '58213')
    for (const [pin, who] of [['1111', 'sara'], ['58213', 'ali']] as const) {
      const derive = vi.spyOn(crypto.subtle, 'deriveBits').mockImplementationOnce(async (...a) => {
        await forget(s, (p) => p === who)
        derive.mockRestore()
        return crypto.subtle.deriveBits(...a)
      })
      expect((await prove(s, w.env, 'ali', pin)).how).toBe(who === 'ali' ? 'unknown' : 'wrong')
      expect((await s.get('verifiers'))!.map((v) => v.person)).not.toContain(who)
    }
    s.close()
  })

  it('forgets after days, and a clock that is set back does not help', async () => {
    const { w, m } = await counting()
    await cut(w, m)
    for (const skew of [provenFor + hour, -provenFor - hour]) {
      await m.signOut()
      w.skew = skew
      expect(await m.signIn('ali', '58213')).toMatchObject({ refused: { key: 'server-silent' } })
    }
    w.skew = provenFor - hour
    expect(await m.signIn('ali', '58213')).toEqual({})
    await m.stop()
  })
})

describe('with a network', () => {
  it('takes the server’s word, and forgets a PIN that it takes no more', async () => {
    const { w, m } = await counting()
    await m.signOut()
    expect(await m.signIn('ali', '11111')).toMatchObject({ refused: { key: 'pin-wrong' } }) // a slip changes nothing
    await cut(w, m)
    expect(await m.signIn('ali', '58213')).toEqual({})
    w.server.weather = calm
    w.server.pin = '90909'
    await m.signOut()
    expect(await m.signIn('ali', '58213')).toMatchObject({ refused: { key: 'pin-wrong' } })
    await cut(w, m)
    expect(await m.signIn('ali', '58213')).toMatchObject({ refused: { key: 'server-silent' } })
    await m.stop()
  })

  it.each([403, 404, 500])('does not take a page of the network for the server’s word: %i', async (status) => {
    const { w, m } = await counting()
    await m.signOut()
    w.server.page = { path: '/signin', status }
    expect(await m.signIn('ali', '11111')).toMatchObject({ refused: { key: 'pin-wrong' } }) // proved here
    expect(await m.signIn('ali', '58213')).toEqual({})
    await m.signOut()
    await cut(w, m)
    expect(await m.signIn('ali', '58213')).toEqual({})
    await m.stop()
  })

  it('lets in who counts on after the server has forgotten the device', async () => {
    const { w, m } = await counting()
    await m.signOut()
    w.server.forgetful = true
    expect(await m.signIn('sara', '58213')).toMatchObject({ refused: { key: 'device-unknown' } })
    expect(await m.signIn('ali', '58213')).toEqual({})
    await m.stop()
  })

  it('forgets people whom a new pack does not name', async () => {
    const { w, m } = await counting()
    await until(() => m.link.value.state === 'online')
    await w.server.offer('night1', [], [], { people: [{ id: 'sara', name: { en: 'Sara' } }] })
    await m.join('night1')
    await cut(w, m)
    await m.signOut()
    expect(await m.signIn('ali', '58213')).toMatchObject({ refused: { key: 'server-silent' } })
    await m.stop()
  })

  it('asks for the PIN again on a device that was paired anew under another name', async () => {
    const { w, m } = await counting()
    w.server.codes.set('NEWW-CODE', 'd2')
    expect(await m.pair('NEWW-CODE', '')).toEqual({ sound: 'ok' })
    expect([m.phase.value, m.person.value]).toEqual(['signed-out', undefined])
    await cut(w, m)
    expect(await m.signIn('ali', '58213')).toMatchObject({ refused: { key: 'server-silent' } }) // nobody has signed in on d2 yet
    await m.stop()
  })

  it('will not be another society’s while it holds records', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    w.server.codes.set('NEWW-CODE', 'd2')
    w.server.society = 'salwa'
    expect(await m.pair('NEWW-CODE', '')).toMatchObject({ refused: { key: 'society-other' } })
    expect([m.phase.value, m.person.value!.id, m.society.value!.ar]).toEqual(['ready', 'ali', 'جمعية الروضة'])
    await m.stop()
  })
})
