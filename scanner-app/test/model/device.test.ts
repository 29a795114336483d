// What befalls the device: pairing, a killed tab, a second one, a full disk, a database closed under it, revocation.
import 'fake-indexeddb/auto'
import { openDB } from 'idb'
import { describe, expect, it } from 'vitest'
import { createModel } from '../../src/model/model'
import { pairingCode } from '../../src/scan/pairing'
import { Store } from '../../src/store/store'
import { World } from '../world'
import { arrived, counting, keys, milk, until } from './counter'

describe('pairing and signing in', () => {
  it('pairs by the label that the imager reads, and says what the server refuses', async () => {
    const w = new World()
    const m = createModel({ env: w.env, name: w.database })
    await until(() => m.phase.value === 'unpaired')
    expect(await m.scan(milk)).toMatchObject({ what: 'nothing', refused: { key: 'code-missing' } })
    expect(await m.scan(']Q1https://jard.test/app/#pair=WRNG-CODE')).toMatchObject({ what: 'nothing', refused: { key: 'code-unknown' } })
    w.server.named.set('d1', 'TC26-A')
    expect(await m.scan(']Q1https://jard.test/app/#pair=ABCD-EFGH\r')).toEqual({ what: 'pairing', sound: 'ok' })
    expect(m.deviceName.value).toBe('TC26-A') // as on the console, not as it would call itself
    expect(m.phase.value).toBe('signed-out')
    expect(await m.scan(milk)).toMatchObject({ refused: { key: 'not-signed-in' } })
    expect(await m.signIn('ali', '00000')).toMatchObject({ refused: { key: 'pin-wrong', ar: 'سبب' } })
    expect(m.phase.value).toBe('signed-out')
    await m.signIn('ali', '58213')
    expect([m.phase.value, m.person.value!.id, m.society.value!.ar]).toEqual(['ready', 'ali', 'جمعية الروضة'])
    await m.signOut()
    expect([m.phase.value, m.person.value]).toEqual(['signed-out', undefined])
    await m.stop()
  })

  it('redeems a code once, however often a camera shows it meanwhile', async () => {
    const w = new World()
    const m = createModel({ env: w.env, name: w.database })
    await until(() => m.phase.value === 'unpaired')
    const link = ']Q1https://jard.test/app/#pair=ABCD-EFGH'
    const [one, two] = await Promise.all([m.scan(link), m.scan(link)])
    expect([one, two]).toEqual([{ what: 'pairing', sound: 'ok' }, { what: 'nothing' }])
    expect(m.phase.value).toBe('signed-out')
    await m.stop()
  })

  it('reads codes and links alike', () => {
    expect([' abcd-efgh ', 'ABCDEFGH', 'http://x/app/#pair=AB%2DCD', '6291003012345', '96385074', ''].map(pairingCode))
      .toEqual(['abcd-efgh', 'ABCDEFGH', 'AB-CD', undefined, undefined, undefined])
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
    await until(() => m.link.value.state === 'offline') // what it had half heard is dealt with
    const again = createModel({ env: w.env, name: w.database }) // the first is never told
    await until(() => again.phase.value === 'ready')
    expect(again.person.value!.id).toBe('ali')
    await until(() => again.storage.value.events !== undefined && again.link.value.lastContact !== undefined)
    expect(w.env.now() - again.link.value.lastContact!).toBeLessThan(60_000) // of the tab before
    expect(again.storage.value.events).toBe((await again.rescue()).events)
    expect(again.pass.value).toMatchObject({ place: { location: 'A-01-03' }, pending: { item: { id: 'milk' }, keyed: '', already: 12000 } })
    expect(again.pass.value!.entries).toMatchObject([{ quantity: 12000 }])
    expect(again.question.value).toMatchObject({ kind: 'again', already: 12000 })
    await again.answer('add')
    await keys(again, '3')
    expect(await again.closePass()).toMatchObject({ refused: { key: 'confirm-first' } })
    await again.confirm()
    await again.closePass()
    expect(again.link.value.unsent).toBeGreaterThan(0)
    expect((await again.rescue()).unsent).toBe(again.link.value.unsent)
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

describe('a full device, whatever is done on it', () => {
  it('says so in a move and at signing out, and goes on saying so until a write succeeds', async () => {
    const { m } = await counting()
    await m.scan('A-01-03')
    await m.beginMove()
    const { put, add, delete: remove } = IDBObjectStore.prototype
    const full = () => { throw new DOMException('no room', 'QuotaExceededError') }
    IDBObjectStore.prototype.put = IDBObjectStore.prototype.add = full
    expect(await m.scan(milk)).toMatchObject({ refused: { key: 'storage-full' } })
    expect(m.storage.value.full).toBe(true)
    await m.leaveMove()
    await m.beginMove() // writes nothing
    expect(m.storage.value.full).toBe(true)
    await m.syncNow()
    expect(m.storage.value.full).toBe(true)
    await m.leaveMove()
    IDBObjectStore.prototype.delete = full
    expect(await m.signOut()).toMatchObject({ refused: { key: 'storage-full' } })
    Object.assign(IDBObjectStore.prototype, { put, add, delete: remove })
    await m.syncNow()
    expect(m.storage.value.full).toBe(false)
    await m.stop()
  })

  it('counts on by itself once there is room', async () => {
    const { m } = await counting()
    await m.setMode('each')
    await m.scan('A-01-03')
    const { add } = IDBObjectStore.prototype
    IDBObjectStore.prototype.add = () => { throw new DOMException('no room', 'QuotaExceededError') }
    expect(await m.scan(milk)).toMatchObject({ sound: 'check', refused: { key: 'storage-full' } })
    IDBObjectStore.prototype.add = add
    expect(m.storage.value.full).toBe(true)
    await until(() => !m.storage.value.full)
    expect(m.pass.value!.entries).toEqual([])
    await m.stop()
  })

  it('looks for room without touching the mode of an open pass', async () => {
    const { m } = await counting()
    await m.signOut()
    await m.signIn('sara', '58213')
    await m.setMode('each')
    await m.scan('A-01-03')
    await m.signOut()
    await m.signIn('ali', '58213')
    await m.setMode('quantity')
    await m.signOut()
    await m.signIn('sara', '58213')
    const { put, add } = IDBObjectStore.prototype
    IDBObjectStore.prototype.put = IDBObjectStore.prototype.add = () => { throw new DOMException('no room', 'QuotaExceededError') }
    await m.scan(milk)
    Object.assign(IDBObjectStore.prototype, { put, add })
    expect([m.storage.value.full, m.pass.value!.mode]).toEqual([true, 'each'])
    await m.syncNow()
    expect([m.storage.value.full, m.pass.value!.mode]).toEqual([false, 'each'])
    await m.stop()
  }, 20_000)
})

/** A device that counts, and what closes each of its databases as the browser does. */
async function countingUntilClosed() {
  const closing: (() => void)[] = []
  const { addEventListener } = IDBDatabase.prototype
  IDBDatabase.prototype.addEventListener = function (this: IDBDatabase, type: string, f: () => void) {
    if (type === 'close') closing.push(() => { this.close(); f() })
    addEventListener.call(this, type as 'close', f)
  } as typeof addEventListener
  const it = await counting()
  IDBDatabase.prototype.addEventListener = addEventListener
  return { ...it, closing }
}

describe('a database that the browser closes', () => {
  it('is opened again, and what is on disk is what was counted', async () => {
    const { w, m, closing } = await countingUntilClosed()
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

describe('a database that the browser closed, and that lacks something when it is opened again', () => {
  it('leaves nobody counting on the one that was closed', async () => {
    const { w, m, closing } = await countingUntilClosed()
    await m.scan('A-01-03')
    const db = await openDB(w.database)
    await db.clear('packs')
    db.close()
    closing[0]!()
    const refused = async () => (await m.scan(milk)).refused!.key
    let key = await refused()
    for (let reopening = false; key === 'starting' || (!reopening && key !== 'no-session'); key = await refused()) {
      reopening ||= key === 'starting'
      await new Promise((r) => setImmediate(r))
    }
    key = await refused() // one may have come in just before
    expect([key, m.session.value, m.pass.value]).toEqual(['no-session', undefined, undefined])
    await m.stop()
  })

  it('is closed again where it cannot be read', async () => {
    const { m, closing } = await countingUntilClosed()
    let open = 1, unread = 2
    const { get } = Store.prototype, { close } = IDBDatabase.prototype, opened = Store.open.bind(Store)
    Store.open = async (...a: Parameters<typeof opened>) => { const s = await opened(...a); open++; return s }
    IDBDatabase.prototype.close = function (this: IDBDatabase) { open--; close.call(this) }
    Store.prototype.get = function (this: Store, ...a: Parameters<typeof get>) {
      if (a[0] === 'mode' && unread-- > 0) throw new DOMException('I/O', 'UnknownError')
      return get.apply(this, a)
    } as typeof get
    closing[0]!()
    await until(() => m.phase.value === 'failed')
    await until(() => m.phase.value === 'ready')
    expect([unread, open]).toEqual([-1, 1])
    Store.prototype.get = get
    IDBDatabase.prototype.close = close
    Store.open = opened
    await m.stop()
  })
})

describe('a database that does not open again', () => {
  it('is said, tried again by itself, and then everything goes on', async () => {
    const { m, closing } = await countingUntilClosed()
    await m.scan('A-01-03')
    const open = indexedDB.open.bind(indexedDB)
    let tries = 0
    indexedDB.open = (...a: Parameters<typeof open>) => {
      if (++tries <= 2) throw new DOMException('Internal error opening backing store', 'UnknownError')
      return open(...a)
    }
    closing[0]!()
    await until(() => m.phase.value === 'failed')
    expect(m.failure.value).toMatchObject({ key: 'storage-failed', en: expect.stringContaining('kept') })
    await until(() => m.phase.value === 'ready')
    expect(m.pass.value!.place.location).toBe('A-01-03')
    expect((await m.scan(milk)).sound).toBe('ok')
    indexedDB.open = open
    await m.stop()
  })
})

describe('a device that the server does not know', () => {
  it('counts on, and is paired anew by the code that the imager reads', async () => {
    const { w, m } = await counting()
    await until(() => m.link.value.state === 'online')
    w.server.forgetful = true
    w.server.cut()
    await until(() => m.link.value.state === 'unenrolled' && m.link.value.notice?.key === 'device-unknown')
    expect((await m.scan('A-01-03')).sound).toBe('ok')
    w.server.forgetful = false
    w.server.codes.set('NEWC-ODEX', 'd2')
    expect(await m.scan('https://jard.test/app/#pair=NEWC-ODEX')).toEqual({ what: 'pairing', sound: 'ok' })
    await until(() => m.link.value.state === 'online')
    expect((await arrived(w, m)).map((e) => e['kind'])).toEqual(['pass.opened'])
    await m.stop()
  })
})

describe('a device that becomes another society’s', () => {
  it('keeps nothing of the one before', async () => {
    const { w, m } = await counting()
    await m.setMode('each')
    await until(() => m.link.value.state === 'online')
    w.server.society = 'other'
    w.server.codes.set('BBBB-BBBB', 'd2')
    w.server.packs.clear()
    expect(await m.pair('BBBB-BBBB', 'x')).toEqual({ sound: 'ok' })
    expect([m.phase.value, m.offers.value, m.people.value, m.session.value]).toEqual(['signed-out', [], [], undefined])
    expect(await m.signIn('omar', '58213')).toEqual({})
    expect([m.session.value, m.people.value.map((p) => p.id), m.mode.value]).toEqual([undefined, ['omar'], 'each'])
    expect((await m.scan('A-01-03')).refused!.key).toBe('no-session')
    await m.stop()
    const s = await Store.open(w.database, w.env)
    expect([await s.packs(), await s.heldChunks(), await s.sessions(), await s.get('index'), await s.get('current'), await s.get('mode')]).toEqual([[], [], [], undefined, undefined, 'each'])
    s.close()
  })
})

describe('a revoked device', () => {
  it('is one as soon as any call is refused for it, not when the socket learns of it', async () => {
    const { w, m } = await counting()
    await until(() => m.link.value.state === 'online')
    await m.leaveSession()
    w.server.revoked = true
    expect((await m.refreshOffers()).refused!.key).toBe('device-revoked')
    await until(() => m.link.value.state === 'revoked')
    expect((await m.scan(milk)).refused!.key).toBe('device-revoked')
    await m.stop()
  })
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
    expect(await m.signIn('ali', '58213')).toEqual({}) // by another name the server has let nobody in here yet
    expect((await m.scan('A-01-03')).sound).toBe('ok')
    await m.stop()
  })
})
