import 'fake-indexeddb/auto'
import { describe, expect, it } from 'vitest'
import { packChunk, unpackChunk } from '../src/store/chunk'
import { Store } from '../src/store/store'
import { calm } from './server'
import { dice, handheld, observed, World, type Handheld } from './world'

const idOf = (body: string) => (JSON.parse(body) as { id: string }).id
const kinds = (bodies: string[]) => bodies.map((b) => (JSON.parse(b) as { kind: string }).kind)

async function paired(world: World, database?: string): Promise<Handheld> {
  const h = await handheld(world, database)
  await h.store.put('device', { device: 'd1', token: 't-d1', name: 'TC26-1', society: { id: 'rawda', name: {} } })
  await h.sync.start()
  return h
}

const sent = (h: Handheld) => h.until(() => h.store.unsent === 0 && h.store.needsClock.size === 0 && h.store.last > 0)

describe('a conversation', () => {
  it('hands over what is recorded, in windows, and brackets it by a clock event', async () => {
    const w = new World()
    const h = await paired(w)
    for (let n = 0; n < 23; n++) await h.store.record([observed('s', 'p', String(n))])
    await sent(h)
    const [stream] = [...w.server.streams.values()]
    expect(kinds(stream!.events).filter((k) => k === 'observed').length).toBe(23)
    h.sync.syncNow() // measures
    await h.until(() => w.server.log.some((e) => kinds([e.body])[0] === 'clock') && h.store.unsent === 0)
    expect(await h.store.digest(h.store.last)).toBe(stream!.digest)
    expect(h.sync.state).toBe('online')
    await h.off()
  })

  it('measures how far its clock is off, and writes it into the next events', async () => {
    const w = new World()
    w.skew = 90_000
    const h = await paired(w)
    await h.until(() => h.sync.state === 'online')
    await h.until(async () => (await h.store.get('contact')) !== undefined)
    await h.store.record([observed('s', 'p', '1')])
    const { body } = (await h.store.read(1, 1, 1))[0]!
    const { offset } = JSON.parse(body) as { offset: number }
    expect(Math.abs(offset + 90_000)).toBeLessThan(2000)
    await h.off()
  })

  it('drops a measurement during which the clock was set', async () => {
    const w = new World()
    const h = await handheld(w)
    const { time, mono } = h.sync.exchange.instant()
    await h.store.record([observed('s', 'p', '1')])
    await h.sync.exchange.met({ time: time - 5000, mono }, time)
    await h.sync.exchange.met({ time: time + 5000, mono }, time)
    expect(await h.store.get('contact')).toBeUndefined()
    expect(h.store.needsClock.has('s')).toBe(true)
    const sent = h.sync.exchange.instant()
    await h.sync.exchange.met(sent, sent.time + 700)
    const { offset } = (await h.store.get('contact'))!
    expect(Math.abs(offset - 700)).toBeLessThan(300)
    expect(h.store.needsClock.size).toBe(0)
    h.store.close()
  })

  describe('never claims a network that is gone', () => {
    /** How long it takes until the state says so, ms. */
    async function noticed(w: World, h: Handheld): Promise<number> {
      const from = w.env.mono()
      await h.until(() => h.sync.state !== 'online')
      return w.env.mono() - from
    }
    const online = async (w: World) => {
      const h = await paired(w)
      await h.until(() => h.sync.state === 'online')
      return h
    }

    it('where the system says so', async () => {
      const w = new World()
      const h = await online(w)
      w.server.deaf = true
      w.lose()
      expect(await noticed(w, h)).toBeLessThan(7_000)
      expect(h.sync.state).toBe('offline')
      w.server.deaf = false
      w.wake()
      await h.until(() => h.sync.state === 'online')
      await h.off()
    })

    it('and believes the server that answers all the same', async () => {
      const w = new World()
      const h = await online(w)
      w.lose()
      await new Promise<void>((resume) => void w.env.later(10_000, resume))
      await h.store.record([observed('s', 'p', '1')])
      await sent(h)
      expect([h.sync.state, w.server.hellos.length]).toEqual(['online', 1])
      await h.off()
    })

    it('where what is recorded is not answered', async () => {
      const w = new World()
      const h = await online(w)
      w.server.deaf = true
      await h.store.record([observed('s', 'p', '1')])
      expect(await noticed(w, h)).toBeLessThan(15_000)
      await h.off()
    })

    it('where nothing is recorded and a sign of life is missed', async () => {
      const w = new World()
      const h = await online(w)
      w.server.deaf = true
      expect(await noticed(w, h)).toBeLessThan(30_000)
      await h.off()
    })

    it('by HTTP', async () => {
      const w = new World()
      w.server.blockSockets = true
      const h = await online(w)
      w.server.deaf = true
      w.lose()
      expect(await noticed(w, h)).toBeLessThan(5_000)
      await h.off()
    })
  })

  it('keeps no timer that has fired, however long the socket lives', async () => {
    const w = new World()
    const later = w.env.later
    let fired = 0, kept = 0
    let often = () => {}
    const lived = new Promise<void>((done) => (often = done))
    w.env.later = (ms, f) => {
      let over = false
      const cancel = later(ms, () => { over = true; f(); if (++fired === 9) often() })
      return () => { if (over) kept++; cancel() }
    }
    const h = await paired(w)
    await lived
    expect([h.sync.state, w.server.hellos.length]).toEqual(['online', 1])
    await h.off()
    expect(kept).toBeLessThan(3)
  })

  it('goes by HTTP where websockets are blocked', async () => {
    const w = new World()
    w.server.blockSockets = true
    await w.server.offer('s', [], [])
    const h = await paired(w)
    await h.sync.join('s', packChunk, () => {})
    for (let n = 0; n < 12; n++) await h.store.record([observed('s', 'p', String(n))])
    await sent(h)
    await h.store.record([observed('s', 'p', 'late')])
    await sent(h)
    expect(w.server.log.filter((e) => e.body.includes('"observed"')).length).toBe(13)
    w.server.feed({ t: 'feed', session: 's', cursor: 'c2', state: 'closing', round: 1, tasks: [] })
    await h.until(async () => (await h.store.session('s'))?.drained === true)
    expect(w.server.drained).toEqual(['s'])
    await h.off()
  })

  it('comes back to the websocket soon where it was refused but once: the server was ending', async () => {
    const w = new World()
    await w.server.offer('s', [], [])
    const h = await paired(w)
    await h.sync.join('s', packChunk, () => {})
    await h.until(() => h.sync.state === 'online')
    w.server.blockSockets = true
    const hellos = w.server.hellos.length
    w.server.cut()
    await h.until(() => w.server.hellos.length > hellos) // by HTTP
    w.server.blockSockets = false
    const before = w.env.mono()
    await h.until(async () => {
      w.server.say({ t: 'feed', session: 's', cursor: 'c2', state: 'closing', round: 1, tasks: [] }) // heard by a socket alone
      return (await h.store.session('s'))?.state === 'closing'
    })
    expect(w.env.mono() - before).toBeLessThan(30_000)
    await h.off()
  })

  it('gives up the call under way when it is to end', async () => {
    const w = new World()
    w.server.blockSockets = true
    let asked: () => void
    const under = new Promise<void>((go) => { asked = go })
    w.env.fetch = (_, { signal }) => new Promise((_, broken) => { // a server that never answers
      signal!.addEventListener('abort', () => broken(new DOMException('aborted', 'AbortError')))
      asked()
    })
    const h = await paired(w), before = w.env.mono()
    await under
    await h.off()
    expect(w.env.mono() - before).toBeLessThan(1000)
  })

  it('says drained when everything is acknowledged, and again after more was recorded', async () => {
    const w = new World()
    await w.server.offer('s', [], [])
    const h = await paired(w)
    await h.sync.join('s', packChunk, () => {})
    await h.store.record([observed('s', 'p', '1')])
    await h.until(() => w.server.hellos.length > 0)
    w.server.feed({ t: 'feed', session: 's', cursor: 'c2', state: 'closing', round: 1, tasks: [] })
    await h.until(async () => (await h.store.session('s'))?.drained === true)
    expect(w.server.drained.length).toBe(1)
    const last = w.server.log.length
    expect(kinds([w.server.log[last - 1]!.body])).toEqual(['clock'])
    await h.store.record([{ kind: 'pass.closed', session: 's', pass: 'p', observations: 1, quantity: 1000 }])
    expect((await h.store.session('s'))!.drained).toBe(false)
    await h.until(async () => (await h.store.session('s'))?.drained === true)
    expect(w.server.drained.length).toBe(2)
    await h.off()
  })

  it('says drained anew where something is recorded while that is confirmed', async () => {
    const w = new World()
    const h = await handheld(w)
    await h.store.putSession({ session: 's', cursor: 'x', state: 'closing', round: 1, tasks: [], drained: false, overAt: 0 })
    await h.store.record([observed('s', 'p', '1')])
    const { last } = h.store
    await Promise.all([h.store.record([observed('s', 'p', '2')]), h.sync.exchange.confirmed({ t: 'drained', session: 's', last })])
    expect((await h.store.session('s'))!.drained).toBe(false)
    await h.off()
  })

  it('keeps what is over for 30 days though its clock was behind and is set right', async () => {
    const w = new World()
    w.skew = -40 * 24 * 3600_000
    const h = await paired(w)
    await h.store.record([observed('s', 'p', '1')])
    await sent(h)
    w.server.feed({ t: 'feed', session: 's', cursor: 'x', state: 'sealed', round: 1, tasks: [] })
    await h.until(async () => (await h.store.session('s'))?.state === 'sealed')
    const held = h.store.held
    w.skew = 0
    w.server.cut()
    await h.until(() => w.server.hellos.length > 1 && h.sync.state === 'online')
    await h.store.release()
    expect(h.store.held).toBe(held)
    await h.off()
  })

  it('stores feeds with their cursors and names them in the next hello', async () => {
    const w = new World()
    await w.server.offer('s', [], [])
    const h = await paired(w)
    await h.sync.join('s', packChunk, () => {})
    await h.until(() => h.sync.state === 'online')
    w.server.feed({ t: 'feed', session: 's', cursor: 'c9', state: 'open', round: 2, tasks: [{ assignment: 'a', round: 2, location: 'L1', items: ['milk'] }] })
    await h.until(async () => (await h.store.session('s'))?.cursor === 'c9')
    expect((await h.store.session('s'))!.tasks[0]!.items).toEqual(['milk'])
    w.server.cut()
    await h.until(() => w.server.hellos.length > 1)
    expect(w.server.hellos.at(-1)).toMatchObject({ sessions: ['s'], cursors: { s: 'c9' } })
    await h.off()
  })

  it('keeps the feed that comes while a join is unanswered', async () => {
    const w = new World()
    await w.server.offer('s', [{ id: 'i', name: { en: 'Item' } }], [])
    const h = await paired(w)
    await h.until(() => h.sync.state === 'online')
    const newer = { t: 'feed' as const, session: 's', cursor: 'c7', state: 'open' as const, round: 3, tasks: [] }
    await h.sync.join('s', packChunk, () => w.server.say(newer))
    await h.until(async () => (await h.store.session('s'))?.cursor === 'c7')
    await h.off()
  })

  it('hands over what it holds although the device is full', async () => {
    const w = new World()
    const h = await handheld(w)
    await h.store.put('device', { device: 'd1', token: 't-d1', name: 'x', society: { id: 'rawda', name: {} } })
    await w.server.offer('s', [], [])
    await h.sync.join('s', packChunk, () => {})
    for (let n = 0; n < 12; n++) await h.store.record([observed('s', 'p', String(n))])
    await h.store.incarnate(w.server.incarnation, 0)
    w.server.feed({ t: 'feed', session: 's', cursor: 'c4', state: 'open', round: 2, tasks: [] })
    const { put, add } = IDBObjectStore.prototype
    IDBObjectStore.prototype.put = IDBObjectStore.prototype.add = () => { throw new DOMException('no room', 'QuotaExceededError') }
    try {
      await h.sync.start()
      await h.until(() => h.store.unsent === 0)
      expect(w.server.log.length).toBe(12)
    } finally {
      Object.assign(IDBObjectStore.prototype, { put, add })
    }
    h.sync.syncNow() // there is room again: what was missed is said again
    await h.until(() => h.store.needsClock.size === 0 && h.store.unsent === 0)
    w.server.cut()
    await h.until(async () => (await h.store.session('s'))?.cursor === 'c4')
    await h.off()
  })

  it('does not come back by itself where another window counts, but does when asked', async () => {
    const w = new World()
    const h = await paired(w)
    await h.until(() => h.sync.state === 'online')
    w.server.say({ t: 'bye', code: 'replaced', en: 'elsewhere', ar: 'هناك' })
    await h.until(() => h.sync.state === 'replaced')
    expect(h.sync.notice).toEqual({ key: 'bye-replaced', en: 'elsewhere', ar: 'هناك' })
    const hellos = w.server.hellos.length
    await new Promise((r) => setImmediate(r))
    expect(w.server.hellos.length).toBe(hellos)
    h.sync.syncNow()
    await h.until(() => h.sync.state === 'online')
    await h.off()
  })

  it('pushes what it holds when its token was revoked, and nothing else', async () => {
    const w = new World()
    w.server.revoked = true
    await w.server.offer('s', [], [])
    const h = await paired(w)
    await h.store.record([observed('s', 'p', '1')])
    await h.until(() => h.store.unsent === 0)
    expect(h.sync.state).toBe('revoked')
    await h.off()
  })
})

describe('marks', () => {
  it('fences a clone, and sends what no mark covered in a new epoch', async () => {
    const w = new World()
    const h = await paired(w)
    for (let n = 0; n < 4; n++) await h.store.record([observed('s', 'p', String(n))])
    await sent(h)
    await h.sync.stop()
    // The same stream goes on elsewhere: the server holds what this device never recorded.
    const stream = w.server.stream(h.store.epoch)
    const epoch = h.store.epoch
    stream.acked++
    stream.digest = 'f'.repeat(64)
    const lost = await h.store.record([observed('s', 'p', 'only here')])
    h.store.close()
    const again = await paired(w)
    await again.until(() => again.store.epoch !== epoch && again.store.unsent === 0)
    expect(stream.fenced).toBe(true)
    expect(again.store.succeeds).toBe(epoch)
    expect(w.server.log.filter((e) => e.epoch === again.store.epoch).map((e) => idOf(e.body))).toContain(lost[0]!.id)
    expect(w.server.hellos.at(-1)!.succeeds).toBe(epoch)
    await again.off()
  })

  it('shows a gap, and goes on in a new epoch with what it holds', async () => {
    const w = new World()
    const h = await paired(w)
    for (let n = 0; n < 4; n++) await h.store.record([observed('s', 'p', String(n))])
    await sent(h)
    await h.store.putSession({ session: 's', cursor: 'c', state: 'sealed', round: 1, tasks: [], drained: true, overAt: 1 })
    await h.store.safe(2)
    expect(await h.store.release()).toBe(2)
    await h.sync.stop()
    await h.store.record([observed('t', 'q', 'new')])
    h.store.close()
    w.server.streams.clear() // everything is lost, and the server does not know that it is another history
    const again = await paired(w)
    await again.until(() => w.server.gaps === 1 && again.store.unsent === 0)
    const ids = w.server.log.slice(-1).map((e) => idOf(e.body))
    expect(ids.length).toBe(1)
    await again.off()
  })

  it('refills a restored server from its mark', async () => {
    const w = new World()
    const h = await paired(w)
    for (let n = 0; n < 3; n++) await h.store.record([observed('s', 'p', String(n))])
    await sent(h)
    const restore = w.server.backup()
    for (let n = 3; n < 9; n++) await h.store.record([observed('s', 'p', String(n))])
    await sent(h)
    restore()
    await h.until(() => h.store.incarnation === w.server.incarnation && h.store.unsent === 0)
    expect(new Set(w.server.log.map((e) => idOf(e.body))).size).toBe(w.server.log.length)
    expect(w.server.log.filter((e) => e.body.includes('observed')).length).toBe(9)
    await h.off()
  })

  it('brings back what lies in earlier epochs, though the tab is killed between the two writes', async () => {
    const w = new World()
    let h = await paired(w)
    for (let n = 0; n < 3; n++) await h.store.record([observed('s', 'p', 'early' + n)])
    await sent(h)
    const first = h.store.epoch
    w.server.stream(first).fenced = true // below the next epoch from now on
    w.server.cut()
    await h.until(() => h.store.epoch !== first && h.sync.state === 'online')
    await h.store.record([observed('s', 'p', 'later')])
    await sent(h)
    const { store } = h
    await new Promise<void>((killed) => {
      let writes = 0
      const once = <A extends unknown[]>(f: (...a: A) => Promise<void>) => (...a: A) => (writes++ ? new Promise<void>(() => killed()) : f.apply(store, a))
      store.newEpoch = once(store.newEpoch)
      store.incarnate = once(store.incarnate)
      w.server.streams.clear()
      w.server.log = []
      w.server.incarnation = 'restored'
      w.server.cut()
    })
    void h.sync.stop()
    store.close()
    h = await paired(w)
    const codes = () => w.server.log.map((e) => (JSON.parse(e.body) as { code?: string }).code).filter(Boolean)
    await h.until(() => h.store.incarnation === 'restored' && h.store.unsent === 0 && codes().length > 0)
    expect(codes()).toEqual(['early0', 'early1', 'early2', 'later'])
    await h.off()
  })
})

describe('enrolment', () => {
  it('keeps the token before it says so, and connects', async () => {
    const w = new World()
    const h = await handheld(w)
    await expect(h.sync.enrol('WRONG', 'TC26-1')).rejects.toMatchObject({ key: 'code-unknown', ar: 'سبب' })
    await h.sync.enrol('ABCD-EFGH', 'TC26-1')
    expect((await h.store.get('device'))!.token).toBe('t-d1')
    await h.until(() => h.sync.state === 'online')
    await h.off()
  })

  it('sends under a new name what the old one’s marks do not cover', async () => {
    const w = new World()
    const h = await paired(w)
    await h.store.record([observed('s', 'p', '1')])
    await sent(h)
    const old = h.store.epoch
    w.server.codes.set('NEW', 'd2')
    await h.sync.enrol('NEW', 'TC26-1')
    await h.store.record([observed('s', 'p', '2')])
    await h.until(() => h.store.unsent === 0)
    expect(h.store.epoch).not.toBe(old)
    expect(h.store.succeeds).toBe('')
    await h.off()
  })

  it('resumes a download that broke off, and refuses a damaged chunk', async () => {
    const w = new World()
    await w.server.offer('s', Array.from({ length: 50 }, (_, n) => ({ id: 'i' + String(n).padStart(2, '0'), name: { en: 'Item' } })), [], {}, 10)
    const h = await paired(w)
    const [third] = [...w.server.chunks.keys()].slice(2)
    const good = w.server.chunks.get(third!)!
    w.server.chunks.set(third!, good + ' ')
    await expect(h.sync.join('s', packChunk, () => {})).rejects.toMatchObject({ key: 'chunk-damaged' })
    expect(await h.store.pack('s')).toBeUndefined()
    w.server.chunks.set(third!, good)
    const seen: number[] = []
    await h.sync.join('s', packChunk, (p) => seen.push(p.done))
    expect(seen[0]).toBeGreaterThan(0)
    expect(seen.at(-1)).toBe(5)
    expect(unpackChunk((await h.store.chunks([third!]))[0]!).map((i) => i.id)).toEqual(Array.from({ length: 10 }, (_, n) => 'i' + (20 + n)))
    await h.off()
  })
})

it('goes on at the chunk at which the connection broke off', async () => {
  const w = new World()
  await w.server.offer('s', Array.from({ length: 600 }, (_, n) => ({ id: 'i' + (1000 + n), name: { en: 'Item' } })), [], {}, 10)
  const h = await paired(w)
  const asked: string[] = [], { fetch } = w.env
  let through = 37
  w.env.fetch = async (url, init) => {
    const [, hash] = url.split('/chunks/')
    if (hash && asked.push(hash) > through) throw new TypeError('cut')
    return fetch(url, init)
  }
  await expect(h.sync.join('s', packChunk, () => {})).rejects.toMatchObject({ key: 'server-silent' })
  const before = asked.slice(0, through)
  expect((await h.store.heldChunks()).sort()).toEqual([...before].sort())
  expect(asked.length).toBeLessThanOrEqual(through + 3) // nobody goes on asking
  asked.length = 0
  through = Infinity
  const told: string[] = []
  await h.sync.join('s', packChunk, (p) => told.push(`${p.done}/${p.total} of ${p.items}`))
  expect(told[0]).toBe('37/60 of 600')
  expect(told.at(-1)).toBe('60/60 of 600')
  expect(asked).toHaveLength(23)
  expect(asked.filter((hash) => before.includes(hash))).toEqual([])
  await h.off()
})

// Everything at once: cut sockets, lost acknowledgements, busy servers, restores, killed tabs. In the end every event is
// there, and counts once.
describe('whatever happens, each event arrives, and counts once', () => {
  it.each(Array.from({ length: 20 }, (_, n) => n + 1))('seed %i', async (seed) => {
    const chance = dice(seed * 7919)
    const w = new World(seed)
    w.server.weather = { cutIn: 0.1, cutOut: 0.15, busy: 0.1, dial: 0.2 }
    const restores = seed % 3 === 0
    const fences = seed % 5 === 0
    if (seed % 4 === 0) w.server.blockSockets = true
    let h = await paired(w)
    const recorded = new Map<string, string>()
    let restore: (() => void) | undefined
    for (let n = 0; n < 60; n++) {
      const events = await h.store.record(Array.from({ length: 1 + Math.floor(chance() * 3) }, () => observed('s' + (n % 2), 'p', `c${n}`)))
      for (const e of events) recorded.set(e.id, e.code!)
      const what = chance()
      if (what < 0.1) w.server.cut()
      else if (what < 0.15) w.wake()
      else if (fences && what < 0.17) w.server.stream(h.store.epoch).fenced = true
      else if (what < 0.2) { // the tab is killed: nothing but the database is left
        await h.sync.stop()
        h.store.close()
        h = await paired(w)
      } else if (restores && what < 0.25) restore ??= w.server.backup()
      else if (restores && what < 0.28 && restore) {
        restore()
        restore = undefined
      } else if (what < 0.5) await h.until(() => chance() < 0.4 || h.store.unsent === 0)
    }
    w.server.weather = calm
    w.wake()
    await h.until(() => h.store.unsent === 0 && h.store.incarnation === w.server.incarnation)
    const arrived = w.server.log.map((e) => JSON.parse(e.body) as { id: string; code?: string; kind: string })
    const counted = new Map(arrived.filter((e) => e.kind === 'observed').map((e) => [e.id, e.code]))
    expect(counted).toEqual(recorded)
    expect(new Set(w.server.log.map((e) => e.body)).size).toBe(new Set(arrived.map((e) => e.id)).size) // one id, one body
    if (!restores && !fences) expect(arrived.length).toBe(new Set(arrived.map((e) => e.id)).size)
    const stream = w.server.stream(h.store.epoch)
    expect([stream.acked, stream.digest]).toEqual([h.store.last, await h.store.digest(h.store.last)])
    await h.off()
  }, 20_000)
})

it('opens the database of a killed tab with everything in it', async () => {
  const w = new World()
  const s = await Store.open(w.database, w.env)
  await s.record([observed('s', 'p', '1')])
  const t = await Store.open(w.database, w.env) // the first was never closed
  expect(t.last).toBe(1)
})
