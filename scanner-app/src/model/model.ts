// The app behind its screens: it opens the database as the one writer, keeps the connection, and passes actions on one after
// the other. What the screens see are its signals.
import { signal } from '@preact/signals'
import { fromArabicLayout } from '../gs1/layout'
import { pairingCode } from '../scan/pairing'
import { awaitWriter, takeWriter } from '../store/lock'
import { StoreFailed } from '../store/failure'
import { maxPhoto } from '../store/photos'
import { Store } from '../store/store'
import type { Env } from '../sync/env'
import { isFresh } from '../sync/pin'
import { older } from '../sync/version'
import { Sync, type Offer } from '../sync/sync'
import type { Catalogue } from './catalogue'
import { Refuse, refusalOf } from './refusal'
import { Shift } from './shift'
import { lookAtStorage } from './storage'
import type {
  Download, Link, Mode, Model, Name, Outcome, Person, Phase, Refusal, Rescue, Scanned, Session, SessionOffer, SessionState, Storage,
} from './types'

export interface Options {
  env: Env
  /** Of the database. */
  name?: string
  locks?: LockManager | undefined
  storage?: StorageManager | undefined
}

/** How often the room left is looked at, ms. */
const measureStorageEvery = 60_000
/** What is left for counting is not given to photos, bytes. */
const photoRoom = 8 << 20
/** How long the device is left to itself between two chunks of the catalogue that nothing waits for, and after what a person did, ms. */
const restEvery = 20
const restAfter = 1000
/** How often a database that was closed is opened again, and a full one is tried, ms. */
const reopenEvery = 5_000, lookForRoomEvery = 5_000

/** What counts, and reads catalogues and scans: not needed before a session is open, so it comes apart from the first load. */
export const loadCounting = () => import('./floor')

const floor = () => loadCounting().catch((): never => { throw new Refuse('part-missing') })

export function createModel(options: Options): Model {
  return new App(options)
}

class App extends Shift implements Model {
  readonly phase = signal<Phase>('starting')
  readonly failure = signal<Refusal | undefined>(undefined)
  readonly link = signal<Link>({ state: 'offline', unsent: 0 })
  readonly storage = signal<Storage>({ full: false })
  readonly society = signal<Name | undefined>(undefined)
  readonly deviceName = signal('')
  readonly deviceId = signal('')
  readonly person = signal<Person | undefined>(undefined)
  readonly people = signal<Person[]>([])
  readonly offers = signal<SessionOffer[]>([])
  readonly download = signal<Download | undefined>(undefined)
  readonly session = signal<Session | undefined>(undefined)

  private readonly env: Env
  private store: Store | undefined
  private sync: Sync | undefined
  private catalogue: { key: string; loaded: Catalogue } | undefined
  private offered: Offer[] = []
  private queue: Promise<unknown> = Promise.resolve()
  private release: () => void = () => {}
  private readonly aborted = new AbortController()
  private cancelStorage: () => void = () => {}
  private awaitingRoom = false
  private readonly closed = new WeakSet<Store>()
  private reconnecting = false
  /** How far what is shown is known to be sent: what is recorded is shown by the action that records it. */
  private shownAckedN = 0
  /** When a person did something last, by the monotonic clock. */
  private actedAt = -Infinity
  private linkBusy = false
  private linkAgain = false
  /** A code that was scanned is being redeemed. */
  private pairing = false

  constructor(private readonly options: Options) {
    super()
    this.env = options.env
    void this.start()
  }

  private async start(): Promise<void> {
    const { locks, name = 'jard' } = this.options
    try {
      const release = await takeWriter(locks, name + '-writer')
      if (release) this.release = release
      else {
        this.phase.value = 'other-tab'
        this.release = await awaitWriter(locks!, name + '-writer', this.aborted.signal)
        this.phase.value = 'starting'
      }
      await this.reopen()
      void this.keepStorage()
    } catch (e) {
      if (!this.aborted.signal.aborted) this.fail(e)
    }
  }

  /** Opens the database and goes on as the last tab, or this one, left it. */
  private async connect(): Promise<void> {
    const store = await Store.open(this.options.name ?? 'jard', this.env, () => void this.reconnect(store))
    if (this.aborted.signal.aborted) return store.close()
    store.room.isFull = this.storage.value.full // an opening proves no room
    this.store = store
    this.sync = new Sync(this.env, store, () => void this.showLink())
    store.onChange((what) => {
      if (this.store !== store) return
      void this.showLink()
      if (what === 'sessions') void this.inTurn(() => this.showSession()).catch(() => {}) // what is shown stays as old as it is
      else if (store.ackedN !== this.shownAckedN && (this.pass.value?.entries.some((e) => !e.sent) || this.moves.value.some((m) => !m.sent))) this.publish()
    })
    await this.inTurn(() => this.resume())
    await this.sync.start()
  }

  /**
   * The browser closed the database under us, as it does when the disk is full. What is on disk decides what was recorded, so
   * everything is read anew once it opens again.
   */
  private async reconnect(store: Store): Promise<void> {
    this.closed.add(store)
    if (this.store !== store || this.reconnecting) return
    await this.reopen()
  }

  /** Until it opens: what is the matter is said meanwhile, and what is here can be saved to a file. */
  private async reopen(): Promise<void> {
    this.reconnecting = true
    this.link.value = { ...this.link.value, state: 'offline' }
    while (!this.aborted.signal.aborted && (!this.store || this.closed.has(this.store))) {
      const { sync } = this
      this.store = this.sync = this.catalogue = undefined // it reads from the database that was closed
      await sync?.stop()
      try {
        await this.connect()
        await this.probe()
      } catch (e) {
        const { key } = refusalOf(e), full = key === 'storage-full'
        if (full) this.storage.value = { ...this.storage.value, full }
        if (!full || this.phase.value === 'starting' || this.phase.value === 'failed') this.fail(e)
        if (key === 'storage-newer') break
        const unread = this.store as Store | undefined // it opened
        if (unread) {
          this.closed.add(unread)
          unread.close()
        }
        await new Promise<void>((resume) => void this.env.later(reopenEvery, resume))
      }
    }
    this.reconnecting = false
  }

  private fail(e: unknown): void {
    this.failure.value = refusalOf(e)
    this.phase.value = 'failed'
  }

  /** Everything as the last tab left it. */
  private async resume(): Promise<void> {
    const store = this.store!
    const [mode, device, person, current] = await Promise.all([
      store.get('mode'), store.get('device'), store.get('person'), store.get('current'), store.photos.prune().catch(() => 0),
    ])
    this.mode.value = mode ?? 'quantity'
    this.society.value = device?.society.name
    this.deviceName.value = device?.name ?? ''
    this.deviceId.value = device?.device ?? ''
    this.person.value = person
    this.counting = this.carrying = undefined // theirs is a database that was closed
    if (person && current) await this.open(current).catch((e) => { if (!(e instanceof Refuse)) throw e })
    await this.showSession()
    this.phase.value = !device ? 'unpaired' : !person ? 'signed-out' : 'ready'
    await this.showLink()
  }

  private inTurn<T>(f: () => Promise<T>): Promise<T> {
    const run = this.queue.then(f)
    this.queue = run.catch(() => {})
    return run
  }

  /** One action after the other; whatever is thrown becomes the reason that the screen shows. */
  protected act<T extends Outcome>(f: () => Promise<T>, refused: Omit<T, keyof Outcome>, sound = true): Promise<T> {
    this.actedAt = this.env.mono()
    return this.inTurn(async () => {
      try {
        if (!this.store) throw this.storage.value.full ? new StoreFailed('storage-full') : this.failure.value ?? new Refuse('starting')
        return await f()
      } catch (e) {
        return { ...refused, ...(sound ? { sound: 'check' } : {}), refused: refusalOf(e) } as T
      } finally {
        this.showRoom()
        this.publish()
      }
    })
  }

  /** What is not all read yet is shown once it is. */
  private publish(): void {
    const show = () => this.show(this.shownAckedN = this.store?.ackedN ?? 0)
    if (this.catalogue) void this.catalogue.loaded.reading(show).catch(() => {}) // what is shown stays as old as it is
    else show()
  }

  private showRoom(): void {
    if (!this.store) return
    const { isFull: full, isLow: low } = this.store.room, { value } = this.storage
    if (value.full !== full || (value.low ?? false) !== low) this.storage.value = { ...value, full, low }
    if (full && !this.awaitingRoom) void this.awaitRoom()
  }

  /** Whoever made room has not to say so. */
  private async awaitRoom(): Promise<void> {
    this.awaitingRoom = true
    while (this.storage.value.full && !this.aborted.signal.aborted) {
      await new Promise<void>((look) => void this.env.later(lookForRoomEvery, look))
      await this.probe()
    }
    this.awaitingRoom = false
  }

  /** Room may have been made elsewhere: whether it is enough, only a write tells. */
  private async probe(): Promise<void> {
    if (this.storage.value.full) await this.act(async () => { await this.store!.probe(); return {} }, {})
  }

  private async showLink(): Promise<void> {
    if (this.store && this.sync) {
      this.link.value = { ...this.link.value, state: this.sync.state, unsent: this.store.unsent }
      if (this.storage.value.events !== this.store.held) this.storage.value = { ...this.storage.value, events: this.store.held }
    }
    if (this.linkBusy) return void (this.linkAgain = true)
    this.linkBusy = true
    do {
      this.linkAgain = false
      const { store, sync } = this
      if (!store || !sync) break
      const oldestUnsent = await store.oldestUnsent().catch(() => undefined)
      const { lastContact, server } = sync.exchange.status
      this.link.value = {
        state: sync.state, unsent: store.unsent, ...(oldestUnsent === undefined ? {} : { oldestUnsent }), ...(lastContact === undefined ? {} : { lastContact }),
        ...(server ? { server } : {}), ...(sync.notice ? { notice: sync.notice } : {}),
      }
    } while (this.linkAgain)
    this.linkBusy = false
  }

  /** What feeds changed: the session on the screen, what is offered, who may sign in. */
  private async showSession(): Promise<void> {
    const { store } = this
    if (!store) return
    const [records, packs, known, proofs] = await Promise.all([store.sessions(), store.packs(), store.get('people'), store.get('verifiers')])
    const c = this.counting
    const record = c && records.find((r) => r.session === c.pack.session)
    if (c && record) {
      await c.fed(record)
      const { pack } = c
      this.session.value = {
        session: pack.session, name: pack.plan.name, siteName: pack.site.name, state: stateOf(record.state), blind: pack.plan.blind, round: record.round,
        drained: record.drained,
      }
    } else this.session.value = undefined
    const people = new Map<string, Person>()
    for (const p of [...packs.flatMap((k) => k.people), ...(known ?? [])]) people.set(p.id, p)
    const proven = new Set((proofs ?? []).filter((v) => isFresh(v, this.now())).map((v) => v.person))
    this.people.value = [...people.values()].map((p) => ({ id: p.id, name: p.name, ...(proven.has(p.id) ? { proven: true } : {}) }))
    const held = packs.map((p): SessionOffer => {
      const r = records.find((s) => s.session === p.session)
      return { session: p.session, site: p.site.id, name: p.plan.name, state: stateOf(r?.state ?? 'unknown'), blind: p.plan.blind, round: r?.round ?? 0, joined: true }
    })
    const fresh = this.offered.filter((o) => !held.some((h) => h.session === o.session))
    this.offers.value = [...held, ...fresh.map((o) => ({ ...o, state: stateOf(o.state), joined: false }))]
    this.publish()
  }

  private async keepStorage(): Promise<void> {
    const { storage } = this.options
    if (!storage) return
    const look = async () => {
      await this.probe()
      this.storage.value = await lookAtStorage(storage, this.store, this.storage.value.full)
      if (!this.aborted.signal.aborted) this.cancelStorage = this.env.later(measureStorageEvery, () => void look())
    }
    await look()
  }

  // Device, person, session.

  pair(code: string, name: string): Promise<Outcome> {
    return this.act(async () => {
      const plain = pairingCode(code)
      if (!plain) throw new Refuse('code-missing')
      const device = await this.sync!.enrol(plain, name.trim() || 'PDA-' + Math.floor(this.env.chance() * 9000 + 1000))
      this.society.value = device.society.name
      this.deviceName.value = device.name
      this.deviceId.value = device.device
      this.person.value = await this.store!.get('person')
      if (this.person.value) this.phase.value = 'ready'
      else { // another device, perhaps another society's, of which nothing is here any more
        this.catalogue = undefined
        this.offered = []
        await this.leave()
      }
      return { sound: 'ok' }
    }, {})
  }

  signIn(person: string, pin: string): Promise<Outcome> {
    return this.act(async () => {
      if (!this.society.value) throw new Refuse('not-paired')
      const who = await this.sync!.signIn(person, pin)
      await this.store!.put('person', who)
      this.person.value = who
      const current = await this.store!.get('current')
      if (current) await this.open(current).catch((e) => { if (!(e instanceof Refuse)) throw e })
      this.phase.value = 'ready'
      await this.showSession()
      void this.refreshOffers()
      return {}
    }, {})
  }

  signOut(): Promise<Outcome> {
    return this.act(async () => {
      this.mayLeave()
      await this.store!.put('person', undefined)
      this.person.value = undefined
      await this.leave()
      return {}
    }, {})
  }

  /** Nobody is signed in any more. Their open pass waits for them. */
  private async leave(): Promise<void> {
    this.counting = this.carrying = undefined
    this.phase.value = 'signed-out'
    await this.showSession()
  }

  /** What waits for its number holds its counter, as long as it may still get one. */
  private mayLeave(): void {
    const c = this.counting
    if (c?.walk?.record.pending && !c.over) throw new Refuse('confirm-first')
  }

  /** The network is slow and counting is not: the call stands outside the queue. */
  async refreshOffers(): Promise<Outcome> {
    try {
      if (!this.sync) throw new Refuse('starting')
      this.offered = await this.sync.offers()
      return await this.act(async () => {
        await this.showSession()
        return {}
      }, {})
    } catch (e) {
      return { refused: refusalOf(e) }
    }
  }

  async join(session: string): Promise<Outcome> {
    try {
      if (!this.sync || !this.store) throw new Refuse('starting')
      if (!this.person.value) throw new Refuse('not-signed-in')
      const held = await this.store.pack(session)
      const online = this.sync.state === 'online'
      if (!held || online) {
        const { packChunk } = await floor()
        await this.sync.join(session, packChunk, (p) => (this.download.value = p)).catch((e) => {
          // What is here is enough to count by: a closing session takes no new pack, and a bad network gives none.
          if (!held) throw e
        })
      }
    } catch (e) {
      this.showRoom()
      return { sound: 'check', refused: refusalOf(e) }
    } finally {
      this.download.value = undefined
    }
    return this.act(async () => {
      this.mayLeave()
      await this.open(session)
      await this.store!.put('current', session)
      await this.showSession()
      return {}
    }, {})
  }

  private async open(session: string): Promise<void> {
    const store = this.store!
    const [pack, record] = await Promise.all([store.pack(session), store.session(session)])
    if (!pack || !record) throw new Refuse('no-pack')
    const { Catalogue, Counting, Moving, parseScheme } = await floor()
    const key = pack.catalogue.chunks.join()
    if (this.catalogue?.key !== key) {
      const loaded = await Catalogue.load(store, pack.catalogue.chunks)
      if (!loaded) throw new Refuse('no-pack')
      this.catalogue = { key, loaded }
      const rest = async () => {
        const wanted = () => this.catalogue?.loaded === loaded && !this.aborted.signal.aborted
        let left = restEvery
        do await new Promise<void>((go) => void this.env.later(left, go))
        while (wanted() && (left = this.actedAt + restAfter - this.env.mono()) > 0)
        return wanted()
      }
      void this.inTurn(async () => {}).then(() => loaded.fill(rest)).catch(() => {}) // once what opens it is done; asked for again by what needs it
    }
    const schemes = pack.schemes.map(parseScheme)
    const means = { store, now: () => this.env.now(), random: this.env.random }
    const { loaded } = this.catalogue
    const { id } = this.person.value!
    const opened = await Promise.all([Counting.open(means, pack, record, loaded, schemes, id), Moving.load(means, pack, loaded, schemes, id)])
    ;[this.counting, this.carrying] = opened
  }

  leaveSession(): Promise<Outcome> {
    return this.act(async () => {
      this.mayLeave()
      await this.store!.put('current', undefined)
      this.counting = this.carrying = undefined
      await this.showSession()
      return {}
    }, {})
  }

  // Counting.

  protected now(): number { return this.env.now() }

  protected idle(): Refuse {
    return new Refuse(this.sync?.exchange.status.revoked ? 'device-revoked' : this.phase.value === 'signed-out' ? 'not-signed-in' : 'no-session')
  }

  protected mayOpenPass(): void {
    const { revoked, minApp } = this.sync!.exchange.status
    if (revoked) throw new Refuse('device-revoked')
    if (minApp && older(this.env.app, minApp)) throw new Refuse('app-outdated')
  }

  protected keepMode(mode: Mode): Promise<void> { return this.store!.put('mode', mode) }

  override scan(raw: string, entry: 'scan' | 'keyed' = 'scan', when = Infinity, keyed = 0, zero = false): Promise<Scanned> {
    if (this.phase.value === 'unpaired' || ((this.sync?.exchange.status.revoked || this.sync?.state === 'unenrolled') && [raw, fromArabicLayout(raw)].some((r) => r?.includes('#pair=')))) {
      if (this.pairing) return Promise.resolve({ what: 'nothing' }) // a camera goes on seeing the code that is being redeemed
      this.pairing = true
      return this.pair(raw, this.deviceName.value).finally(() => { this.pairing = false }).then((o) => ({ ...o, what: o.refused ? 'nothing' as const : 'pairing' as const }))
    }
    return super.scan(raw, entry, when, keyed, zero)
  }

  protected async keepPhoto(jpeg: ArrayBuffer, session: string): Promise<string> {
    if (jpeg.byteLength > maxPhoto) throw new Refuse('photo-unfit')
    const { low, used, quota } = this.storage.value
    if (low || (used !== undefined && quota !== undefined && quota - used < photoRoom)) throw new Refuse('photo-no-room')
    return this.store!.photos.add(jpeg, session, this.env.now()).catch((e) => {
      throw refusalOf(e).key === 'storage-full' ? new Refuse('photo-no-room') : e
    })
  }

  async photo(hash: string): Promise<Blob | undefined> {
    const bytes = await this.store?.photos.image(hash)
    return bytes && new Blob([bytes], { type: 'image/jpeg' })
  }

  // Handing over.

  async syncNow(): Promise<void> {
    this.sync?.syncNow()
    await this.probe()
    await this.refreshOffers()
  }

  async rescue(): Promise<Rescue> {
    try {
      const { rescue } = await import('../store/rescue').catch((): never => { throw new Refuse('part-missing') })
      return await rescue(this.options.name ?? 'jard', this.env.app, this.env.now())
    } catch (e) {
      throw refusalOf(e)
    }
  }

  async stop(): Promise<void> {
    this.aborted.abort()
    this.cancelStorage()
    await this.sync?.stop()
    await this.queue.catch(() => {})
    this.store?.close()
    this.release()
  }
}

const states: readonly string[] = ['open', 'closing', 'sealed', 'cancelled', 'unknown']

/** A state of a later version is one in which nothing more is counted. */
const stateOf = (state: string): SessionState => (states.includes(state) ? state as SessionState : 'closing')
