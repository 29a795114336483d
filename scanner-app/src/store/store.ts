// The device's database and what must hold in it: events are appended with seq, id, bytes and digest fixed in one strict
// transaction, together with the pass that they change. One writer: the tab that holds the lock (lock.ts). It knows
// nothing of sockets or screens.
import { nextDigest, zeroDigest } from '../wire/digest'
import { eventBody, maxEvent, randomId, type EventFields, type RecordedEvent, type Stamp } from './event'
import { anyRoom, freeReserve, knownAs, markWhole, roomToMend, suspect } from './beside'
import type { ChunkRecord, PlainChunk } from './chunk'
import { finish, strict } from './durable'
import { StoreFailed } from './failure'
import { Photos, type PhotoSpace } from './photos'
import { Room } from './room'
import {
  openDatabase, type Contact, type Database, type DeviceState, type EventRecord, type MoveRecord, type PackRecord, type PassRecord, type SessionRecord,
  type States, type StreamState,
} from './schema'

/** The device's clocks in ms, and its randomness. */
export interface Watch {
  now(): number
  mono(): number
  random(bytes: Uint8Array<ArrayBuffer>): void
}

/** What changed. */
export type Change = 'events' | 'sessions'

export class Store {
  /** What the chain ends in: n of the last event and its digest. */
  private lastN = 0
  /** Whether of any session it may be said that nothing is left. */
  private anyDrained = true
  private oldestN: { n: number; at: number | undefined } = { n: 0, at: undefined }
  private lastDigest = zeroDigest
  private firstN = 1
  private stream!: StreamState
  private unmeasured = new Set<string>()
  private contact: Contact | undefined
  /** The server's time and the monotonic one at the last measurement of this tab, ms. */
  private measuredAt: { server: number; mono: number } | undefined
  private queue: Promise<unknown> = Promise.resolve()
  private listeners = new Set<(what: Change) => void>()
  readonly photos: Photos
  readonly room: Room

  private constructor(private readonly db: Database, private readonly watch: Watch) {
    this.photos = new Photos(db, (f) => this.inTurn(f))
    this.room = new Room(db, this.photos, () => watch.mono())
  }

  /** Opens the database, or makes it with a fresh epoch; on a full disk with the reserve's room. */
  static async open(name: string, watch: Watch, closed: () => void = () => {}): Promise<Store> {
    for (let freed = false; ;) {
      try {
        const s = await Store.openNow(name, watch, closed)
        s.room.isLow ||= freed
        return s
      } catch (e) {
        const failed = StoreFailed.from(e)
        if (failed.key === 'storage-newer') throw failed
        await suspect()
        if (failed.key !== 'storage-full' && (await anyRoom())) throw failed
        if (!(freed = await freeReserve())) throw new StoreFailed('storage-full', { cause: e })
      }
    }
  }

  private static async openNow(name: string, watch: Watch, closed: () => void): Promise<Store> {
    const known = await knownAs()
    if (known === 'torn' && !(await roomToMend())) throw new StoreFailed('storage-full')
    let opened = false, lost = false
    const gone = () => { if (opened) closed(); else lost = true }
    const db = await openDatabase(name, gone, () => void suspect().then(gone))
    try {
      if (known === 'torn') await (await import('./mend')).mend(db)
      const s = new Store(db, watch)
      await s.load()
      if (known !== 'whole') await markWhole()
      s.room.isLow = known === 'torn' // until the reserve is set aside again
      if (lost) throw new StoreFailed('storage-failed')
      opened = true
      return s
    } catch (e) {
      db.close()
      throw e
    }
  }

  private async load(): Promise<void> {
    const tx = this.db.transaction(['events', 'state'])
    const events = tx.objectStore('events')
    const state = tx.objectStore('state')
    const [first, last, stream, contact, unmeasured] = await Promise.all([
      events.openCursor(), events.openCursor(null, 'prev'), state.get('stream') as Promise<StreamState | undefined>,
      state.get('contact') as Promise<Contact | undefined>, state.get('unmeasured') as Promise<string[] | undefined>, tx.done,
    ])
    this.contact = contact
    this.unmeasured = new Set(unmeasured ?? [])
    this.stream = stream ?? {
      epoch: randomId(this.watch.random), succeeds: '', base: 0, acked: 0, floor: { n: 0, digest: zeroDigest }, incarnation: '',
    }
    const end = last && last.value.n > this.stream.floor.n ? last.value : this.stream.floor
    this.lastN = end.n
    this.lastDigest = end.digest
    this.firstN = first?.value.n ?? this.lastN + 1
    if (!stream) await this.write('stream', this.stream)
    // More was acknowledged than is here: the database lost its tail. What is left goes out in a new epoch.
    if (this.stream.acked > this.last) await this.renew(Math.min(this.stream.base, this.lastN), true)
  }

  close(): void {
    this.db.close()
  }

  /** Calls f after every change that concerns the network: something was recorded or acknowledged, or a session changed. */
  onChange(f: (what: Change) => void): () => void {
    this.listeners.add(f)
    return () => this.listeners.delete(f)
  }

  private changed(what: Change): void {
    for (const f of this.listeners) f(what)
  }

  /** Writes follow each other: each sees the chain as the one before left it. */
  private inTurn<T>(f: () => Promise<T>): Promise<T> {
    const run = this.queue.then(f).catch((e) => {
      throw StoreFailed.from(e)
    })
    this.queue = run.catch(() => {})
    return run
  }

  /** As inTurn, for what a counter waits for: room is made for it. */
  private pressing<T>(f: () => Promise<T>): Promise<T> {
    return this.inTurn(() => this.room.press(f))
  }

  /** Looks whether there is room for a write again. */
  probe(): Promise<void> {
    return this.inTurn(() => this.room.probe())
  }

  // The stream.

  get epoch(): string { return this.stream.epoch }
  get succeeds(): string { return this.stream.succeeds }
  get incarnation(): string { return this.stream.incarnation }
  /** Seq of the last event; 0 before the first. */
  get last(): number { return this.lastN - this.stream.base }
  get acked(): number { return this.stream.acked }
  /** The lowest seq still held; last+1 when none. */
  get oldest(): number { return Math.max(1, this.firstN - this.stream.base) }
  /** n of the last event ever recorded here. */
  get newest(): number { return this.lastN }
  /** n of the last event that the server is known to hold. */
  get ackedN(): number { return this.stream.base + this.stream.acked }
  get unsent(): number { return this.last - this.stream.acked }
  /** Whether any events are held. */
  get holdsAny(): boolean { return this.firstN <= this.lastN }
  /** Whether some of them are of earlier epochs. */
  get hasEarlier(): boolean { return this.stream.base > 0 && this.firstN <= this.stream.base }
  get needsClock(): ReadonlySet<string> { return this.unmeasured }

  /** When the server was measured last, ms, be it by a tab before this one. */
  get contactAt(): number | undefined { return this.contact?.at }
  get held(): number { return this.lastN - this.firstN + 1 }

  /** How much lies here. */
  async holds(): Promise<{ events: number; chunks: number; photos: PhotoSpace }> {
    return { events: this.held, chunks: await this.db.count('chunks'), photos: await this.photos.space() }
  }

  /** The chain's digest after event seq, or undefined beyond its end and where that is forgotten. */
  async digest(seq: number): Promise<string | undefined> {
    const n = seq + this.stream.base
    if (seq < 0 || n > this.lastN) return undefined
    if (seq === 0) return zeroDigest
    if (n === this.lastN) return this.lastDigest
    if (n === this.stream.floor.n) return this.stream.floor.digest
    return (await this.db.get('events', n))?.digest
  }

  /** Events of the present epoch from seq first on, at most count and size bytes of them, never none for the size alone. */
  async read(first: number, count: number, size: number): Promise<EventRecord[]> {
    const list: EventRecord[] = []
    if (first < this.oldest || first > this.last) return list
    const from = first + this.stream.base
    const found = await this.db.getAll('events', IDBKeyRange.bound(from, Math.min(this.lastN, from + count - 1)))
    for (const e of found) {
      size -= 3 * e.body.length + 1 // a character takes at most three bytes
      if (size < 0 && list.length) break
      list.push(e)
    }
    return list
  }

  /** When the oldest event that no mark covers was recorded. */
  async oldestUnsent(): Promise<number | undefined> {
    const n = this.ackedN + 1
    if (this.oldestN.n !== n && this.unsent) this.oldestN = { n, at: (await this.db.get('events', n))?.at }
    return this.oldestN.n === n ? this.oldestN.at : undefined
  }

  // Recording.

  /**
   * Records events, and the pass as they leave it, in one strict transaction; when it returns they are durable. Digests are
   * computed before: a transaction does not wait for them. On an error nothing was recorded. Moves are those that there are
   * once these events tell of some.
   */
  record(fields: EventFields[], pass?: PassRecord, moves?: (events: (RecordedEvent & { n: number })[]) => MoveRecord[]): Promise<(RecordedEvent & { n: number })[]> {
    // Nobody waits for a clock event: nothing is let go of for it.
    const turn = <T>(f: () => Promise<T>) => (fields.some((e) => e.kind !== 'clock') ? this.pressing(f) : this.inTurn(f))
    return turn(async () => {
      let digest = this.lastDigest
      let n = this.lastN
      const unmeasured = new Set(this.unmeasured)
      const mono = Math.max(0, Math.round(this.watch.mono())) // one act, one instant
      const records: EventRecord[] = []
      const events: (RecordedEvent & { n: number })[] = []
      for (const f of fields) {
        const stamp: Stamp = {
          id: randomId(this.watch.random), at: f.at ?? this.watch.now(), mono,
          offset: this.contact?.offset, rtt: this.contact?.rtt,
        }
        const body = eventBody(f, stamp)
        if (body.length > maxEvent / 3 && new TextEncoder().encode(body).length > maxEvent) throw new StoreFailed('event-too-large')
        digest = await nextDigest(digest, body)
        records.push({
          n: ++n, id: stamp.id, body, digest, session: f.session, kind: f.kind, at: stamp.at, ...(f.pass ? { pass: f.pass } : {}),
        })
        events.push({ v: 1, ...f, ...stamp, n })
        if (f.kind === 'observed' || f.kind === 'reversed' || f.kind === 'moved') unmeasured.add(f.session)
        if (f.kind === 'clock') unmeasured.delete(f.session)
      }
      const named = fields.filter((f) => f.photo)
      const undrained = this.anyDrained ? await this.drained(fields) : []
      const tx = this.db.transaction(['events', 'passes', 'state', ...(undrained.length ? ['sessions' as const] : []), ...(named.length ? ['photos' as const] : [])], 'readwrite', strict)
      await finish(tx, (work) => {
        for (const r of records) work.push(tx.objectStore('events').add(r))
        for (const f of named) work.push(tx.objectStore('photos').get(f.photo!).then((p) => p && tx.objectStore('photos').put({ ...p, session: f.session, named: true })))
        if (pass) work.push(tx.objectStore('passes').put(pass))
        if (moves) work.push(tx.objectStore('state').put(moves(events), 'moves'))
        if (unmeasured.size !== this.unmeasured.size || [...unmeasured].some((s) => !this.unmeasured.has(s))) {
          work.push(tx.objectStore('state').put([...unmeasured], 'unmeasured'))
        }
        for (const s of undrained) work.push(tx.objectStore('sessions').put({ ...s, drained: false }))
        if (!named.length) tx.commit() // nothing follows from what these requests say: they need not be waited for first
      })
      this.lastN = n
      this.lastDigest = digest
      this.unmeasured = unmeasured
      this.changed('events')
      if (undrained.length) this.changed('sessions')
      return events
    })
  }

  /** The sessions of these events of which it is said that nothing is left: that must be said again. */
  private async drained(fields: EventFields[]): Promise<SessionRecord[]> {
    const drained = (await this.sessions()).filter((s) => s.drained)
    this.anyDrained = drained.length > 0
    return drained.filter((s) => fields.some((f) => f.session === s.session))
  }

  /** Writes a pass without an event: what is pending in it. Strict, because a counter has heard the sound for it. */
  putPass(pass: PassRecord): Promise<void> {
    return this.pressing(async () => {
      const tx = this.db.transaction('passes', 'readwrite', strict)
      const work = [tx.store.put(pass)]
      tx.commit()
      await finish(tx, work)
    })
  }

  // What the server says.

  /** The server holds everything up to seq. On a full device it is known until the tab ends: it is said again. */
  acknowledge(through: number): Promise<void> {
    return this.inTurn(async () => {
      if (through === this.stream.acked) return
      await this.remember({ ...this.stream, acked: through })
      this.changed('events')
    })
  }

  /** The store's history has this name; acked is what is known to be acknowledged under it. */
  incarnate(incarnation: string, acked: number): Promise<void> {
    return this.inTurn(async () => {
      const restored = this.stream.incarnation !== '' && this.stream.incarnation !== incarnation
      if (restored) {
        await this.forgetFeeds()
        await this.photos.again()
      }
      const { safeThrough: _, ...kept } = this.stream // what a backup held was said of another history
      const stream = { ...kept, incarnation, acked }
      await this.write('stream', stream)
      this.stream = stream
    })
  }

  /** How far a verified backup holds this stream; undefined: there are none. */
  safe(through: number | undefined): Promise<void> {
    return this.inTurn(async () => {
      const { safeThrough, ...kept } = this.stream
      if (safeThrough !== through) await this.remember({ ...kept, ...(through === undefined ? {} : { safeThrough: through }) })
    })
  }

  /** What the server says again at the next welcome: a full device must still be able to hand over what it holds. */
  private async remember(stream: StreamState): Promise<void> {
    this.stream = stream
    try {
      const tx = this.db.transaction('state', 'readwrite', { durability: 'relaxed' })
      await finish(tx, [tx.store.put(stream, 'stream')])
    } catch (e) {
      if (StoreFailed.from(e).key !== 'storage-full') throw e
    }
  }

  private async forgetFeeds(): Promise<void> {
    const tx = this.db.transaction('sessions', 'readwrite', strict)
    for (const s of await tx.store.getAll()) await tx.store.put({ ...s, cursor: '', drained: false })
    await tx.done
  }

  /**
   * A new epoch. All keeps everything held in it; else what no verified mark covers. Same bytes, same ids, new digests,
   * durable when it returns.
   */
  newEpoch(all: boolean): Promise<void> {
    return this.inTurn(async () => {
      const held = this.firstN - 1
      await this.renew(all ? held : Math.max(this.ackedN, held), true)
      this.changed('events')
    })
  }

  /** A device that is enrolled anew gets its epoch and its name in one transaction; cleared: of another society, whose own it keeps nothing else of. */
  private async renew(base: number, succeeds: boolean, enrolled?: { device: DeviceState; cleared: boolean }): Promise<void> {
    const moved = await this.db.getAll('events', IDBKeyRange.lowerBound(base, true))
    let digest = zeroDigest
    for (const e of moved) e.digest = digest = await nextDigest(digest, e.body)
    const { safeThrough: _, ...kept } = this.stream
    const cleared = enrolled?.cleared ?? false
    const stream: StreamState = {
      ...kept, epoch: randomId(this.watch.random), succeeds: succeeds ? this.stream.epoch : '', base, acked: 0, floor: { n: base, digest: zeroDigest },
      ...(cleared ? { incarnation: '' } : {}),
    }
    const mode = cleared ? await this.get('mode') : undefined
    const tx = this.db.transaction(cleared ? [...this.db.objectStoreNames] : ['events', 'state', 'sessions'], 'readwrite', strict)
    const state = tx.objectStore('state'), sessions = tx.objectStore('sessions')
    await finish(tx, (work) => {
      if (cleared) for (const name of tx.objectStoreNames) work.push(tx.objectStore(name).clear())
      else {
        work.push(sessions.getAll().then((all) => Promise.all(all.map((s) => sessions.put({ ...s, drained: false, cursor: succeeds ? s.cursor : '' })))))
        for (const e of moved) work.push(tx.objectStore('events').put(e))
      }
      if (mode) work.push(state.put(mode, 'mode'))
      if (enrolled) work.push(...enrolIn(state, enrolled.device))
      work.push(state.put(stream, 'stream'))
    })
    this.stream = stream
    this.lastDigest = digest
    this.lastN = Math.max(this.lastN, base)
    if (!cleared) return
    this.contact = this.measuredAt = undefined
    this.unmeasured = new Set()
  }

  /**
   * Who this device is from now on. The server knows the streams of a new name from their beginning: what the old one's marks do not cover goes
   * out anew, and it has let nobody in on that one yet. What lies here is one society's, and no other's business: false, and nothing was done,
   * while events or photos of another wait here; else nothing of it stays.
   */
  enrol(device: DeviceState): Promise<boolean> {
    return this.pressing(async () => {
      const before = await this.get('device')
      const cleared = before !== undefined && before.society.id !== device.society.id
      if (cleared && (this.holdsAny || (await this.photos.all()).some((p) => p.named && p.sentAt === undefined))) return false
      if (before && (cleared || before.device !== device.device)) await this.renew(Math.max(this.ackedN, this.firstN - 1), false, { device, cleared })
      else {
        const tx = this.db.transaction('state', 'readwrite', strict)
        await finish(tx, before ? [tx.store.put(device, 'device')] : enrolIn(tx.store, device))
      }
      this.changed('events')
      if (cleared) this.changed('sessions')
      return true
    })
  }

  /** A measurement of the clock: events carry it from now on. */
  measured(contact: Contact): Promise<void> {
    const measuredAt = { server: (contact.at ?? this.watch.now()) + contact.offset, mono: this.watch.mono() }
    return this.inTurn(async () => {
      await this.write('contact', contact)
      this.contact = contact
      this.measuredAt = measuredAt
    })
  }

  /** Sessions that are over want no clock event any more. */
  forgetClock(session: string): Promise<void> {
    return this.inTurn(async () => {
      if (!this.unmeasured.has(session)) return
      const left = [...this.unmeasured].filter((s) => s !== session)
      await this.write('unmeasured', left)
      this.unmeasured = new Set(left)
    })
  }

  // Sessions, packs, catalogue.

  session(session: string): Promise<SessionRecord | undefined> { return this.db.get('sessions', session) }
  sessions(): Promise<SessionRecord[]> { return this.db.getAll('sessions') }

  /** A feed replaces what was known of its session, cursor and tasks in one transaction. */
  putSession(record: SessionRecord): Promise<void> {
    return this.inTurn(() => this.writeSession(record))
  }

  /** The server has confirmed that nothing is left of a session up to event last, unless more was recorded while that was on its way. */
  confirmDrained(session: string, last: number): Promise<void> {
    return this.inTurn(async () => {
      const held = await this.session(session)
      if (held && last === this.last) await this.writeSession({ ...held, drained: true })
    })
  }

  private async writeSession(record: SessionRecord): Promise<void> {
    if (record.drained) this.anyDrained = true
    const tx = this.db.transaction('sessions', 'readwrite', strict)
    await finish(tx, [tx.store.put(record)])
    this.changed('sessions')
  }

  pack(session: string): Promise<PackRecord | undefined> { return this.db.get('packs', session) }
  packs(): Promise<PackRecord[]> { return this.db.getAll('packs') }

  /** A pack with its feed; chunks that no pack names any more go. */
  putPack(pack: PackRecord, record: SessionRecord): Promise<void> {
    return this.inTurn(async () => {
      const tx = this.db.transaction(['packs', 'sessions', 'chunks'], 'readwrite', strict)
      await tx.objectStore('packs').put(pack)
      await tx.objectStore('sessions').put(record)
      const named = new Set((await tx.objectStore('packs').getAll()).flatMap((p) => p.catalogue.chunks))
      for (const hash of await tx.objectStore('chunks').getAllKeys()) if (!named.has(hash)) await tx.objectStore('chunks').delete(hash)
      await tx.done
      this.changed('sessions')
    })
  }

  heldChunks(): Promise<string[]> { return this.db.getAllKeys('chunks') }
  /** In the order asked for; undefined where one is not here. */
  async chunks(hashes: string[]): Promise<(ChunkRecord | PlainChunk | undefined)[]> {
    const { store } = this.db.transaction('chunks')
    return Promise.all(hashes.map((hash) => store.get(hash)))
  }

  async putChunk(chunk: ChunkRecord): Promise<void> {
    try {
      const tx = this.db.transaction('chunks', 'readwrite', { durability: 'relaxed' }) // fetched again if it should be lost
      await finish(tx, [tx.store.put(chunk)])
    } catch (e) {
      throw this.room.missed(e)
    }
  }

  // Passes.

  passes(session: string): Promise<PassRecord[]> { return this.db.getAllFromIndex('passes', 'session', session) }
  /** The events of a pass, in order. */
  passEvents(pass: string): Promise<EventRecord[]> { return this.db.getAllFromIndex('events', 'pass', pass) }

  // Single values.

  async get<K extends keyof States>(key: K): Promise<States[K] | undefined> {
    return (await this.db.get('state', key)) as States[K] | undefined
  }

  /** Strict, as a record is: what is in hand, and who counts. */
  put<K extends keyof States>(key: K, value: States[K] | undefined): Promise<void> {
    // What is made again of chunks is not worth what would go for it.
    return key === 'index' || key === 'codes' ? this.inTurn(() => this.write(key, value)) : this.pressing(() => this.write(key, value))
  }

  private async write<K extends keyof States>(key: K, value: States[K] | undefined): Promise<void> {
    const tx = this.db.transaction('state', 'readwrite', strict)
    await finish(tx, [value === undefined ? tx.store.delete(key) : tx.store.put(value, key)])
  }

  /**
   * Lets go of what may go (see release.ts), and says how many events did. Nobody waits for the look whether anything does: it is not in the
   * writer's turn.
   */
  async release(): Promise<number> {
    const ground = () => ({ stream: this.stream, now: this.serverNow() })
    // Not in the first load, and nothing is lost where it cannot be had: the next welcome asks again.
    const part = (await this.sessions()).some((s) => s.overAt > 0) && (await import('./release').catch(() => undefined))
    if (!part || !(await part.anythingGoes(this.db, ground()))) return 0
    return this.inTurn(async () => {
      const { deleted, floor } = await part.letGo(this.db, ground())
      this.stream = { ...this.stream, floor }
      this.firstN += deleted
      return deleted
    })
  }

  /** The server's time, by its last answer to this tab: the device's clock may be set meanwhile. */
  private serverNow(): number | undefined { return this.measuredAt && this.measuredAt.server + this.watch.mono() - this.measuredAt.mono }
}

/** What an enrolment under another name puts: the server has never heard of anybody signing in under that. */
const enrolIn = (state: { put(value: unknown, key: string): Promise<unknown>; delete(key: string): Promise<void> }, device: DeviceState): Promise<unknown>[] =>
  [state.put(device, 'device'), state.delete('verifiers'), state.delete('person')]
