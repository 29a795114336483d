import 'fake-indexeddb/auto'
import { effect } from '@preact/signals'
import { describe, expect, it } from 'vitest'
import { createModel, pairingCode } from '../src/model/model'
import type { Model } from '../src/model/types'
import { act, tidy } from './antics'
import { dice, World } from './world'

const items = [
  { id: 'milk', name: { ar: 'حليب كامل الدسم 1 لتر', en: 'Full cream milk 1 l' }, unit: 'piece', barcodes: [{ code: '6291003012345', pack: 1000, kind: 'gtin' }, { code: '16291003012342', pack: 12000, kind: 'gtin' }] },
  { id: 'rice', name: { ar: 'أرز بسمتي 5 كجم', en: 'Basmati rice 5 kg' }, unit: 'piece', barcodes: [{ code: '4006381333931', pack: 1000, kind: 'gtin' }] },
  { id: 'cheese', name: { ar: 'جبنة بيضاء', en: 'White cheese' }, unit: 'kg', barcodes: [{ code: '12345', pack: 1000, kind: 'variable' }] },
  { id: 'shop', name: { ar: 'كيس', en: 'Bag' }, unit: 'piece', barcodes: [{ code: '12345678', pack: 1000, kind: 'local' }] },
]
const locations = [
  { id: 'A-01-03', name: { ar: 'ممر 1 رف 3', en: 'Aisle 1 shelf 3' }, section: 's1', kind: 'floor' },
  { id: 'A-01-04', name: { ar: 'ممر 1 رف 4', en: 'Aisle 1 shelf 4' }, section: 's1', kind: 'floor' },
]
const milk = '6291003012345'
const rice = '4006381333931'

/** Resolves once f holds, which is looked at whenever a signal that it reads changes. */
function until(f: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    let stop: (() => void) | undefined
    let done = false
    stop = effect(() => {
      if (done || !f()) return
      done = true
      queueMicrotask(() => stop?.())
      resolve()
    })
  })
}

async function counting(w = new World(), more: Record<string, unknown> = {}): Promise<{ w: World; m: Model }> {
  await w.server.offer('night1', items, locations, { schemes: ['prefix=21,item=5,value=5,kind=weight,decimals=3'], ...more })
  const m = createModel({ env: w.env, name: w.database })
  await until(() => m.phase.value === 'unpaired')
  expect(await m.pair('https://jard.test/app/#pair=ABCD-EFGH', 'TC26-1')).toEqual({ sound: 'ok' })
  expect(await m.signIn('ali', '58213')).toEqual({})
  expect(m.phase.value).toBe('ready')
  expect(await m.join('night1')).toEqual({})
  return { w, m }
}

const keys = async (m: Model, digits: string) => {
  for (const k of digits) expect((await m.key(k as '1')).refused).toBeUndefined()
}

/** All that the server holds, once the device has nothing left to send. */
async function arrived(w: World, m: Model): Promise<Record<string, unknown>[]> {
  await until(() => m.link.value.unsent === 0)
  return w.server.log.map((e) => JSON.parse(e.body) as Record<string, unknown>).filter((e) => e['kind'] !== 'clock')
}

describe('quantity', () => {
  it('counts by trigger, number, trigger, number, and closes with its totals', async () => {
    const { w, m } = await counting()
    expect(await m.scan(']C0A-01-03\r')).toEqual({ what: 'location', sound: 'ok' })
    expect(m.pass.value).toMatchObject({ mode: 'quantity', round: 1, place: { location: 'A-01-03' }, entries: [] })
    expect(await m.scan(']E0' + milk)).toEqual({ what: 'item', sound: 'ok' })
    expect(m.pass.value!.pending).toMatchObject({ item: { id: 'milk' }, keyed: '', pack: 1000 })
    await keys(m, '12')
    expect(m.pass.value!.pending).toMatchObject({ keyed: '12', quantity: 12000 })
    expect(await m.scan(rice + '\n')).toEqual({ what: 'item', sound: 'ok' })
    expect(m.pass.value!.entries).toMatchObject([{ item: { id: 'milk' }, quantity: 12000, allHere: true, reversed: false }])
    expect(await m.closePass()).toMatchObject({ refused: { key: 'confirm-first' } })
    await keys(m, '30')
    expect(await m.confirm()).toEqual({ sound: 'ok' })
    expect(m.pass.value!.totals).toEqual({ observations: 2, items: 2, quantity: 42000, unknown: 0, missed: [] })
    expect(await m.closePass()).toEqual({ sound: 'ok' })
    expect(m.pass.value).toBeUndefined()
    expect(m.places.value[0]).toMatchObject({ location: 'A-01-03', state: 'closed' })
    const events = await arrived(w, m)
    expect(events.map((e) => e['kind'])).toEqual(['pass.opened', 'observed', 'observed', 'pass.closed'])
    expect(events[0]).toMatchObject({ location: 'A-01-03', round: 1, person: 'ali', mode: 'quantity' })
    expect(events[1]).toMatchObject({ raw: ']E0' + milk, code: milk, item: 'milk', pack: 1000, amount: 12000, all_here: true, entry: 'scan' })
    expect(events[1]!['scanned_at']).toBeLessThanOrEqual(events[1]!['at'] as number)
    expect(events[3]).toMatchObject({ observations: 2, quantity: 42000 })
    await m.stop()
  })

  it('asks how many where no number was keyed, and guesses nothing', async () => {
    const { m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    expect(await m.scan(rice)).toEqual({ what: 'nothing', sound: 'check' })
    expect(m.question.value).toMatchObject({ kind: 'how-many' })
    expect(m.pass.value!.pending!.item!.id).toBe('milk')
    await keys(m, '5')
    expect(m.question.value).toBeUndefined()
    expect((await m.scan(rice)).sound).toBe('ok')
    expect(m.pass.value!.entries[0]).toMatchObject({ item: { id: 'milk' }, quantity: 5000 })
    await m.confirm()
    expect(m.question.value).toMatchObject({ kind: 'how-many' })
    await m.answer('discard')
    expect([m.pass.value!.pending, m.question.value]).toEqual([undefined, undefined])
    await m.stop()
  })

  it('asks when an item comes again: replacing takes back what stood, adding voids that it was all', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '12')
    expect(await m.scan(milk)).toEqual({ what: 'item', sound: 'check' })
    expect(m.question.value).toEqual({ kind: 'again', already: 12000, answers: ['replace', 'add', 'discard'] })
    expect((await m.key('1')).refused!.key).toBe('answer-first')
    expect((await m.scan(rice)).refused!.key).toBe('answer-first')
    await m.answer('replace')
    await keys(m, '13')
    await m.confirm()
    expect(m.pass.value!.entries.map((e) => [e.quantity, e.reversed, e.allHere])).toEqual([[13000, false, true], [12000, true, true]])
    await m.scan(milk)
    await m.answer('add')
    await keys(m, '2')
    await m.confirm()
    expect(m.pass.value!.totals).toMatchObject({ observations: 2, quantity: 15000 })
    await m.closePass()
    const events = await arrived(w, m)
    expect(events.map((e) => e['kind'])).toEqual(['pass.opened', 'observed', 'reversed', 'observed', 'observed', 'pass.closed'])
    expect(events[2]).toMatchObject({ reverses: events[1]!['id'], item: 'milk', code: milk, pack: 1000, amount: 12000 })
    expect([events[3]!['all_here'], events[4]!['all_here']]).toEqual([true, undefined])
    expect(events[5]).toMatchObject({ observations: 2, quantity: 15000 })
    await m.stop()
  })

  it('takes back what was counted by repeating it, once', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    expect(await m.undo()).toEqual({ sound: 'ok' }) // only pending: nothing was recorded yet
    await m.scan(milk)
    await keys(m, '4')
    await m.confirm()
    const [entry] = m.pass.value!.entries
    expect(await m.undo(entry!.id)).toEqual({ sound: 'ok' })
    expect((await m.undo(entry!.id)).refused!.key).toBe('nothing-to-undo')
    expect((await m.undo()).refused!.key).toBe('nothing-to-undo')
    await m.closePass()
    const events = await arrived(w, m)
    expect(events.map((e) => e['kind'])).toEqual(['pass.opened', 'observed', 'reversed', 'pass.closed'])
    expect(events[3]).toMatchObject({ observations: 0, quantity: 0 })
    await m.stop()
  })

  it('counts cases by their pack, zero as zero, and an unknown code under its text', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan('16291003012342')
    await keys(m, '2')
    expect(m.pass.value!.pending).toMatchObject({ pack: 12000, quantity: 24000 })
    await m.switchPack()
    expect(m.pass.value!.pending).toMatchObject({ pack: 1000, quantity: 2000 })
    await m.switchPack()
    expect(await m.zero()).toEqual({ sound: 'ok' })
    expect(await m.zero('rice')).toEqual({ sound: 'ok' })
    expect(await m.scan('شاي-7')).toEqual({ what: 'unknown-code', sound: 'unknown' })
    await keys(m, '3')
    await m.confirm()
    expect(m.pass.value!.totals).toMatchObject({ observations: 3, items: 2, unknown: 1, quantity: 3000 })
    await m.closePass()
    const events = await arrived(w, m)
    expect(events[1]).toMatchObject({ item: 'milk', pack: 12000, amount: 0, all_here: true })
    expect(events[2]).toMatchObject({ item: 'rice', amount: 0, all_here: true, entry: 'search' })
    expect(events[3]).toMatchObject({ code: 'شاي-7', pack: 1000, amount: 3000 })
    expect(events[3]).not.toHaveProperty('item')
    await m.stop()
  })

  it('takes the weight off a label, and decimals where an item is weighed', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    expect(await m.scan('2112345012346')).toEqual({ what: 'item', sound: 'ok' }) // prefix 21, item 12345, 1.234 kg
    expect(await m.scan('2112345012346')).toEqual({ what: 'item', sound: 'ok' })
    expect(m.pass.value!.entries.map((e) => [e.item!.id, e.quantity, e.allHere])).toEqual([['cheese', 1234, false], ['cheese', 1234, false]])
    await m.choose('cheese')
    await m.answer('replace')
    await keys(m, '2.5')
    await m.confirm()
    expect(m.pass.value!.totals).toMatchObject({ observations: 1, quantity: 2500 })
    await m.scan(milk)
    expect((await m.key('.')).refused!.key).toBe('number-decimals')
    await m.undo()
    await m.closePass()
    expect((await arrived(w, m)).filter((e) => e['kind'] === 'reversed').length).toBe(2)
    await m.stop()
  })

  it('asks a second time about an unusual number, and refuses a code in its place', async () => {
    const { m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '1200')
    expect(await m.confirm()).toEqual({ sound: 'check' })
    expect(m.question.value).toEqual({ kind: 'large', quantity: 1200000, answers: ['change', 'accept'] })
    expect((await m.key('back')).refused!.key).toBe('answer-first')
    await m.answer('accept')
    expect(m.pass.value!.entries[0]!.quantity).toBe(1200000)
    await m.scan(rice)
    await keys(m, '62910030')
    expect((await m.key('1')).refused!.key).toBe('number-too-large')
    await m.stop()
  })

  it('looks for a catalogue code first, and asks about what breaks the rules of GS1', async () => {
    const { m } = await counting()
    await m.scan('A-01-03')
    expect(await m.scan('12345678')).toEqual({ what: 'item', sound: 'ok' }) // fails EAN-8, and is this shop's own code
    await m.undo()
    expect(await m.scan('6291003012346')).toEqual({ what: 'nothing', sound: 'check' })
    expect(m.question.value).toMatchObject({ kind: 'invalid', code: '6291003012346' })
    expect(await m.answer('count')).toMatchObject({ sound: 'unknown' })
    expect(m.pass.value!.pending).toMatchObject({ code: '6291003012346', keyed: '' })
    expect(m.pass.value!.pending).not.toHaveProperty('item')
    await m.stop()
  })

  it('refuses what is no code', async () => {
    const { m } = await counting()
    await m.scan('A-01-03')
    expect((await m.scan('7'.repeat(10_000))).refused!.key).toBe('scan-too-long')
    expect(await m.scan(' \r\n')).toMatchObject({ what: 'nothing', sound: 'check', refused: { key: 'scan-empty' } })
    await m.stop()
  })
})

describe('each', () => {
  it('adds one a scan, or what was keyed before it', async () => {
    const { w, m } = await counting()
    await m.setMode('each')
    await m.scan('A-01-03')
    expect(await m.scan(milk)).toEqual({ what: 'item', sound: 'ok' })
    expect(await m.scan(milk)).toEqual({ what: 'item', sound: 'ok' })
    await keys(m, '6')
    expect(m.pass.value!.multiplier).toBe('6')
    await m.scan(rice)
    expect(m.pass.value!.multiplier).toBe('')
    expect(m.pass.value!.totals).toMatchObject({ observations: 3, quantity: 8000 })
    expect((await m.setMode('quantity')).refused!.key).toBe('pass-empty-mode')
    await m.closePass()
    const events = await arrived(w, m)
    expect(events.slice(1, 4).map((e) => [e['amount'], e['all_here']])).toEqual([[1000, undefined], [1000, undefined], [6000, undefined]])
    await m.stop()
  })
})

describe('places and tasks', () => {
  const assigned = { tasks: [
    { assignment: 'a1', round: 1, location: 'A-01-03', person: 'ali' },
    { assignment: 'r1', round: 2, location: 'A-01-04', person: 'ali', items: ['milk', 'rice'] },
  ] }

  async function withTasks() {
    const w = new World()
    w.server.feeds.set('night1', { t: 'feed', session: 'night1', cursor: 'c5', state: 'open', round: 2, ...assigned })
    return counting(w)
  }

  it('lists recounts first, and marks what lies outside', async () => {
    const { w, m } = await withTasks()
    expect(m.tasks.value.map((t) => [t.assignment, t.recount, t.state])).toEqual([['r1', true, 'none'], ['a1', false, 'none']])
    await m.openPass('A-01-04', m.tasks.value[0])
    expect(m.pass.value).toMatchObject({ round: 2, recount: true, items: [{ id: 'milk' }, { id: 'rice' }] })
    await m.scan(milk)
    await keys(m, '1')
    await m.scan('12345678')
    expect(m.pass.value!.pending!.undirected).toBe(true)
    await keys(m, '9')
    await m.confirm()
    expect(m.pass.value!.totals.missed.map((i) => i.id)).toEqual(['rice'])
    await m.closePass()
    expect(m.tasks.value.map((t) => [t.assignment, t.state])).toEqual([['a1', 'none'], ['r1', 'closed']])
    const events = await arrived(w, m)
    expect(events[0]).toMatchObject({ round: 2, assignment: 'r1' })
    expect(events.slice(1, 3).map((e) => e['undirected'])).toEqual([undefined, true])
    await m.stop()
  })

  it('goes from one location to the next by its label, and asks before a second pass', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '1')
    expect(await m.scan('A-01-04')).toEqual({ what: 'location', sound: 'check' })
    expect(m.question.value).toMatchObject({ kind: 'leave', to: { location: 'A-01-04' }, totals: { observations: 1, quantity: 1000 } })
    await m.answer('leave')
    expect(m.pass.value!.place.location).toBe('A-01-04')
    await m.closePass()
    await m.openPass('A-01-03')
    expect(m.question.value).toMatchObject({ kind: 'second-pass', totals: { observations: 1, quantity: 1000, items: 1 } })
    await m.answer('replace')
    expect(m.pass.value!.place.location).toBe('A-01-03')
    await m.closePass()
    await m.openPass('A-01-03')
    await m.answer('continue')
    await m.scan(rice)
    await keys(m, '5')
    await m.confirm()
    await m.closePass()
    await m.openPass('A-01-03')
    // One pass replaces one other: what was added up can only be added to.
    expect(m.question.value).toMatchObject({ kind: 'second-pass', totals: { observations: 1, quantity: 5000, items: 1 }, answers: ['cancel', 'continue'] })
    await m.answer('cancel')
    const events = (await arrived(w, m)).filter((e) => e['kind'] === 'pass.opened')
    expect(events[2]!['replaces']).toBe(events[0]!['pass'])
    expect(events[3]!['continues']).toBe(events[2]!['pass'])
    expect((await m.openPass('Z-99')).refused!.key).toBe('location-unknown')
    await m.stop()
  })

  it('stops when the session closes, lets its open pass be closed, and hands everything in', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '1')
    await m.confirm()
    await until(() => m.link.value.state === 'online')
    w.server.feed({ t: 'feed', session: 'night1', cursor: 'c8', state: 'closing', round: 1, tasks: [] })
    await until(() => m.session.value?.state === 'closing' && m.session.value.drained)
    expect((await m.scan(rice)).refused!.key).toBe('session-closing')
    await m.closePass()
    await until(() => m.session.value?.drained === true && m.link.value.unsent === 0)
    expect((await m.scan('A-01-03')).refused!.key).toBe('session-closing')
    expect((await arrived(w, m)).at(-1)!['kind']).toBe('pass.closed')
    await m.stop()
  })

  it('finds items and places by loosely typed words', async () => {
    const { m } = await counting()
    expect(m.findItems('ارز').map((i) => i.id)).toEqual(['rice'])
    expect(m.findItems('جبنه').map((i) => i.id)).toEqual(['cheese'])
    expect(m.findItems('MILK 1').map((i) => i.id)).toEqual(['milk'])
    expect(m.findItems('٦٢٩١٠٠٣٠١٢٣٤٥')[0]!.id).toBe('milk')
    expect(m.findItems('  ')).toEqual([])
    expect(m.findPlaces('رف 4').map((p) => p.location)).toEqual(['A-01-04'])
    await m.stop()
  })
})

describe('a tab that is killed, and one too many', () => {
  it('goes on in the middle of a pass, with what was pending in it, without a network', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '12')
    await m.scan(milk)
    w.server.weather = { cutIn: 1, cutOut: 1, busy: 0, dial: 1 }
    w.server.cut()
    const again = createModel({ env: w.env, name: w.database }) // the first is never told
    await until(() => again.phase.value === 'ready')
    expect(again.person.value!.id).toBe('ali')
    expect(again.pass.value).toMatchObject({ place: { location: 'A-01-03' }, pending: { item: { id: 'milk' }, keyed: '', already: 12000 } })
    expect(again.pass.value!.entries).toMatchObject([{ quantity: 12000 }])
    expect(again.question.value).toMatchObject({ kind: 'again', already: 12000 })
    await again.answer('add')
    await keys(again, '3')
    expect(await again.closePass()).toMatchObject({ refused: { key: 'confirm-first' } })
    await again.confirm()
    await again.closePass()
    expect(again.link.value.unsent).toBeGreaterThan(0)
    expect((await (await again.exportUnsent()).text()).trim().split('\n').length).toBe(again.link.value.unsent)
    await m.stop()
    await again.stop()
  })

  it('lets one tab count, and the other wait for it', async () => {
    const w = new World()
    const held = new Map<string, (() => void)[]>()
    // The part of Web Locks that is used.
    const request = async (name: string, o: { ifAvailable?: boolean }, f: (lock: object | null) => unknown) => {
      const queue = held.get(name)
      if (queue && o.ifAvailable) return f(null)
      if (queue) await new Promise<void>((go) => queue.push(go))
      else held.set(name, [])
      await f({})
      const next = held.get(name)!.shift()
      if (next) next()
      else held.delete(name)
    }
    const locks = { request } as unknown as LockManager
    const one = createModel({ env: w.env, name: w.database, locks })
    await until(() => one.phase.value === 'unpaired')
    const two = createModel({ env: w.env, name: w.database, locks })
    await until(() => two.phase.value === 'other-tab')
    expect((await two.scan(milk)).refused!.key).toBe('starting')
    await one.stop()
    await until(() => two.phase.value === 'unpaired')
    await two.stop()
  })
})

describe('a full device', () => {
  it('says that nothing was recorded, and counts on when there is room again', async () => {
    const { w, m } = await counting()
    await m.scan('A-01-03')
    const { put, add } = IDBObjectStore.prototype
    const full = () => { throw new DOMException('no room', 'QuotaExceededError') }
    IDBObjectStore.prototype.put = IDBObjectStore.prototype.add = full
    expect(await m.scan(milk)).toMatchObject({ what: 'nothing', sound: 'check', refused: { key: 'storage-full' } })
    expect([m.storage.value.full, m.pass.value!.pending]).toEqual([true, undefined])
    Object.assign(IDBObjectStore.prototype, { put, add })
    expect((await m.scan(milk)).sound).toBe('ok')
    await keys(m, '7')
    IDBObjectStore.prototype.add = full
    expect((await m.confirm()).refused!.key).toBe('storage-full')
    expect(m.pass.value).toMatchObject({ pending: { keyed: '7' }, entries: [] })
    IDBObjectStore.prototype.add = add
    expect(await m.confirm()).toEqual({ sound: 'ok' })
    expect(m.storage.value.full).toBe(false)
    await m.closePass()
    expect((await arrived(w, m)).map((e) => e['kind'])).toEqual(['pass.opened', 'observed', 'pass.closed'])
    await m.stop()
  })
})

describe('a database that the browser closes', () => {
  it('is opened again, and what is on disk is what was counted', async () => {
    const closing: (() => void)[] = []
    const { addEventListener } = IDBDatabase.prototype
    IDBDatabase.prototype.addEventListener = function (this: IDBDatabase, type: string, f: () => void) {
      if (type === 'close') closing.push(() => { this.close(); f() })
      addEventListener.call(this, type as 'close', f)
    } as typeof addEventListener
    const { w, m } = await counting()
    IDBDatabase.prototype.addEventListener = addEventListener
    await m.scan('A-01-03')
    await m.scan(milk)
    await keys(m, '12')
    closing[0]!()
    expect((await m.confirm()).refused).toBeDefined()
    let outcome = await m.confirm()
    while (outcome.refused) {
      await new Promise((r) => setImmediate(r))
      outcome = await m.confirm()
    }
    expect(outcome).toEqual({ sound: 'ok' })
    expect(m.pass.value!.entries).toMatchObject([{ item: { id: 'milk' }, quantity: 12000 }])
    await m.closePass()
    expect((await arrived(w, m)).map((e) => e['kind'])).toEqual(['pass.opened', 'observed', 'pass.closed'])
    await m.stop()
  })
})

describe('a revoked device', () => {
  it('opens nothing, gives what it holds, and can be paired anew', async () => {
    const { w, m } = await counting()
    await until(() => m.link.value.state === 'online')
    w.server.revoked = true
    w.server.say({ t: 'bye', code: 'revoked', en: 'revoked', ar: 'موقوف' })
    await until(() => m.link.value.state === 'revoked')
    expect((await m.scan('A-01-03')).refused!.key).toBe('device-revoked')
    w.server.revoked = false
    w.server.codes.set('NEWC-ODEX', 'd2')
    expect(await m.scan('https://jard.test/app/#pair=NEWC-ODEX')).toEqual({ what: 'pairing', sound: 'ok' })
    await until(() => m.link.value.state === 'online')
    expect((await m.scan('A-01-03')).sound).toBe('ok')
    await m.stop()
  })
})

// Whatever a counter does, in whatever order, with the tab killed in between: the totals are those of the events, reversals
// repeat what they take back, and what was answered by a sound is there.
describe('a counter who does anything', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('seed %i', async (seed) => {
    const chance = dice(seed * 104729)
    const w = new World(seed)
    w.server.feeds.set('night1', { t: 'feed', session: 'night1', cursor: 'c5', state: 'open', round: 2, tasks: [
      { assignment: 'a1', round: 1, location: 'A-01-03', person: 'ali' }, { assignment: 'r1', round: 2, location: 'A-01-04', items: ['milk'] }] })
    let { m } = await counting(w)
    const codes = [milk, rice, '16291003012342', '2112345012346', '12345678', 'شاي-7', ']E0' + milk, '6291003012346', 'A-01-03', 'A-01-04']
    for (let n = 0; n < 400; n++) {
      await act(m, chance, codes, ['cheese', 'milk', 'rice'])
      if (chance() > 0.03) continue
      const before = [m.pass.value, m.question.value?.kind === 'again']
      await m.stop()
      m = createModel({ env: w.env, name: w.database })
      await until(() => m.phase.value === 'ready')
      const unsent = (p: unknown) => JSON.parse(JSON.stringify(p ?? null, (k, v) => (k === 'sent' ? undefined : v)))
      expect([unsent(m.pass.value), m.question.value?.kind === 'again']).toEqual([unsent(before[0]), before[1]])
    }
    await tidy(m)
    expect(m.pass.value).toBeUndefined()
    const events = await arrived(w, m)
    const passes = new Map<unknown, { standing: Map<unknown, Record<string, unknown>>; closed: number }>()
    for (const e of events) {
      const p = passes.get(e['pass']) ?? { standing: new Map(), closed: 0 }
      passes.set(e['pass'], p)
      expect(p.closed).toBe(0) // nothing comes after its closing
      if (e['kind'] === 'observed') p.standing.set(e['id'], e)
      if (e['kind'] === 'reversed') {
        const taken = p.standing.get(e['reverses'])!
        for (const field of ['item', 'code', 'lot', 'condition', 'amount', 'pack']) expect(e[field]).toEqual(taken[field])
        p.standing.delete(e['reverses'])
      }
      if (e['kind'] === 'pass.closed') {
        p.closed++
        const sum = [...p.standing.values()].reduce((s, o) => s + (o['amount'] as number) * (o['pack'] as number) / 1000, 0)
        expect([e['observations'], e['quantity']]).toEqual([p.standing.size, sum])
      }
    }
    expect([...passes.values()].every((p) => p.closed === 1)).toBe(true)
    expect(events.length).toBeGreaterThan(20)
    await m.stop()
  }, 20_000)
})

describe('pairing and signing in', () => {
  it('pairs by the label that the imager reads, and says what the server refuses', async () => {
    const w = new World()
    const m = createModel({ env: w.env, name: w.database })
    await until(() => m.phase.value === 'unpaired')
    expect(await m.scan(milk)).toMatchObject({ what: 'nothing', refused: { key: 'code-missing' } })
    expect(await m.scan(']Q1https://jard.test/app/#pair=XXXX-YYYY')).toMatchObject({ what: 'nothing', refused: { key: 'code-unknown' } })
    expect(await m.scan(']Q1https://jard.test/app/#pair=ABCD-EFGH\r')).toEqual({ what: 'pairing', sound: 'ok' })
    expect(m.phase.value).toBe('signed-out')
    expect(await m.signIn('ali', '00000')).toMatchObject({ refused: { key: 'pin-wrong', ar: 'سبب' } })
    expect(m.phase.value).toBe('signed-out')
    await m.signIn('ali', '58213')
    expect([m.phase.value, m.person.value!.id, m.society.value!.ar]).toEqual(['ready', 'ali', 'جمعية الروضة'])
    await m.signOut()
    expect([m.phase.value, m.person.value]).toEqual(['signed-out', undefined])
    await m.stop()
  })

  it('reads codes and links alike', () => {
    expect([' abcd-efgh ', 'ABCDEFGH', 'http://x/app/#pair=AB%2DCD', '6291003012345', '96385074', ''].map(pairingCode))
      .toEqual(['abcd-efgh', 'ABCDEFGH', 'AB-CD', undefined, undefined, undefined])
  })
})
