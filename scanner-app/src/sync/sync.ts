// The device's connection: it enrols, signs people in, fetches packs, and keeps a conversation going by websocket, or by
// HTTP where websockets are blocked. It never decides what is counted.
import { sha256 } from '../wire/digest'
import type { ChunkRecord } from '../store/chunk'
import type { CatalogueItem, DeviceState, Name, PackRecord } from '../store/schema'
import { StoreFailed } from '../store/failure'
import type { Store } from '../store/store'
import type { Fault, Feed } from '../wire/frame'
import { call, read, Refused } from './call'
import type { Env } from './env'
import { Exchange } from './exchange'
import type { End, Link } from './link'
import type { OverEnd } from './over'
import { PhotoSender } from './photos'
import { forget, outdated, prove, remember } from './pin'

/**
 * Revoked: what is held may still be pushed. Unenrolled: the server does not know the device, which must be paired again before
 * anything goes out. Replaced: another window of this device counts. Outdated: update the app.
 */
export type LinkState = 'offline' | 'connecting' | 'online' | 'revoked' | 'unenrolled' | 'replaced' | 'outdated'

export interface Offer {
  session: string
  site: string
  name: Name
  state: string
  blind: boolean
  round: number
}

export interface Progress {
  session: string
  done: number
  total: number
  items: number
}

/** Back-off: the n-th retry waits a random part of first·2ⁿ, never more than most; ms. */
const first = 1000
const most = 60_000
/** After a malformed message, at the soonest; while by HTTP, between two hellos, and until the websocket is tried again. */
const malformedWait = 60_000
const overEvery = 60_000
const overFor = 600_000
/** … and where it worked before: no proxy forbids it, the server was ending or has only begun. Each time twice as long. */
const overSoon = 2_000
const overGather = 2_000
/** How long the server may take over a sign-in while nothing else is heard of it, ms. */
const signInWithin = 8_000

export class Sync {
  state: LinkState = 'offline'
  /** What the server said last that a person should read. */
  notice: { key: string; ar: string; en: string } | undefined
  readonly exchange: Exchange
  private readonly photos: PhotoSender
  private device: DeviceState | undefined
  private link: Link | undefined
  private wake: (() => void) | undefined
  private woken = false
  private kicked: (() => void) | undefined
  private running: Promise<void> | undefined
  private readonly ended = new AbortController()
  private offs: (() => void)[] = []
  /** By HTTP until then, ms of the monotonic clock: nobody sets that one. */
  private overUntil = 0
  /** How long it is to be by HTTP where a websocket does not open next, ms. */
  private blockedFor = overFor

  constructor(readonly env: Env, readonly store: Store, private readonly changed: () => void) {
    this.exchange = new Exchange(env, store)
    this.photos = new PhotoSender(env, store, () => (this.state === 'online' && !this.store.unsent && !this.stopped ? this.device?.token : undefined))
  }

  /** Connects, if the device is enrolled, and from then on keeps connected. */
  async start(): Promise<void> {
    this.device = await this.store.get('device')
    if (!this.device || this.running || this.stopped) return
    this.offs.push(this.env.onWake(() => this.awake()), this.env.onLost(() => this.lost()), this.store.onChange(() => this.kick()))
    this.running = this.keep()
  }

  async stop(): Promise<void> {
    this.ended.abort()
    for (const off of this.offs) off()
    this.photos.stop()
    this.kicked?.()
    this.link?.stop()
    this.rouse()
    await this.running
  }

  /** The network is back, or the app is visible again. Where only a person may say so, that is not enough. */
  private awake(): void {
    if (this.state !== 'replaced' && this.state !== 'outdated') this.syncNow()
  }

  /** The network is said to be gone: a socket has a moment to prove the contrary, and by HTTP the next hello tells. */
  private lost(): void {
    if (this.link) this.link.doubt()
    else if (this.state === 'online') this.rouse()
  }

  /** Tries at once: a person asked. */
  syncNow(): void {
    if (this.link) this.link.prove()
    else this.rouse()
  }

  /** By HTTP nothing waits for what is recorded: a few scans go out together. */
  private kick(): void {
    this.photos.kick()
    if (!this.overUntil || !this.store.unsent || this.kicked) return
    this.kicked = this.env.later(overGather, () => {
      this.kicked = undefined
      this.rouse()
    })
  }

  private rouse(): void {
    this.woken = true
    this.wake?.()
  }

  private set(state: LinkState, notice?: { key: string; ar: string; en: string }): void {
    this.state = state
    this.notice = notice
    this.changed()
    this.photos.kick()
  }

  /** Waits so many ms, or for ever, unless somebody wants it now. */
  private rest(ms: number | undefined): Promise<void> {
    if (this.stopped || this.woken) {
      this.woken = false
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const cancel = ms === undefined ? () => {} : this.env.later(ms, () => this.wake?.())
      this.wake = () => {
        this.wake = undefined
        this.woken = false
        cancel()
        resolve()
      }
    })
  }

  private get stopped(): boolean { return this.ended.signal.aborted }

  private async keep(): Promise<void> {
    let retry = 0
    let agains = 0
    while (!this.stopped) {
      this.woken = false
      let end: End | OverEnd
      try {
        end = await this.converse()
      } catch (e) { // the database, mostly: what was recorded stays, and the next try may find it well again
        const known = e as Partial<Fault>
        this.set('offline', known.key && known.ar && known.en ? { key: known.key, ar: known.ar, en: known.en } : undefined)
        end = { how: 'closed', welcomed: false }
      }
      if (this.stopped) return
      agains = end.how === 'again' ? agains + 1 : 0
      if (end.welcomed) retry = 0
      if (end.how === 'again' && agains < 4) continue
      const wait = this.after(end)
      if (wait === 'back-off') {
        await this.rest(this.env.chance() * Math.min(most, first * 2 ** Math.min(retry, 16)))
        retry++
      } else await this.rest(wait)
    }
  }

  /** How long to rest after a conversation; undefined: until a person asks. */
  private after(end: End | OverEnd): 'back-off' | number | undefined {
    switch (end.how) {
      case 'bye': {
        const bye = end.bye!
        const notice = { key: 'bye-' + bye.code, ar: bye.ar, en: bye.en }
        if (bye.code === 'replaced') return void this.set('replaced', notice)
        if (bye.code === 'unsupported') return void this.set('outdated', notice)
        if (bye.code === 'revoked') {
          this.exchange.status.revoked = true
          this.set('revoked', notice)
          return this.store.unsent ? 'back-off' : undefined
        }
        this.set('offline', bye.code === 'malformed' ? notice : undefined)
        return bye.code === 'malformed' ? malformedWait : 'back-off'
      }
      case 'malformed':
        this.set('offline', malformed)
        return malformedWait
      case 'done':
        this.set(this.exchange.status.revoked ? 'revoked' : 'online')
        return Math.max(0, Math.min(overEvery, this.overUntil - this.env.mono()))
      case 'busy':
        this.set('online')
        return end.retry ?? first
      case 'refused': {
        const r = end.refused!
        if (r.code === 'unauthenticated') this.set('unenrolled', r)
        else this.set('offline', r.code === 'forbidden' ? r : undefined)
        return r.retryAfter || 'back-off'
      }
      default:
        this.set(this.exchange.status.revoked ? 'revoked' : 'offline')
        if (this.exchange.status.revoked && !this.store.unsent) return undefined
        return 'back-off'
    }
  }

  private async converse(): Promise<End | OverEnd> {
    const { token } = this.device!
    const { Link, Over } = await import('./conversation') // where it cannot be had, there is no network
    if (this.stopped) return { how: 'stopped', welcomed: false }
    if (this.state !== 'online' && this.state !== 'revoked' && this.state !== 'unenrolled') this.set('connecting')
    const greeted = () => this.set(this.exchange.status.revoked ? 'revoked' : 'online')
    if (this.env.mono() >= this.overUntil) {
      this.overUntil = 0
      this.link = new Link(this.exchange, token, (w) => this.set(w.revoked ? 'revoked' : 'online'))
      const end = await this.link.run().finally(() => (this.link = undefined))
      if (end.welcomed) this.blockedFor = overSoon
      if (end.how !== 'blocked' || this.stopped) return end
    }
    // A socket that never opened does not say why: the network, a proxy, or the token. A call does.
    const end = await new Over(this.exchange, token, this.ended.signal, greeted).run()
    if (end.welcomed && !this.overUntil) {
      this.overUntil = this.env.mono() + this.blockedFor
      this.blockedFor = Math.min(overFor, 2 * this.blockedFor)
    }
    return end
  }

  // Calls.

  async enrol(code: string, name: string): Promise<DeviceState> {
    const answer = read<{ device: string; name?: string; token: string; society: DeviceState['society'] }>(
      await call(this.env, { method: 'POST', path: '/enrol', body: { code, name } }))
    const device = { ...answer, name: answer.name || name } // as the console calls it
    if (!(await this.store.enrol(device))) throw otherSociety((await this.store.get('device'))!.society.name)
    this.device = device
    this.exchange.status.revoked = false
    if (this.running) {
      this.link?.stop()
      this.rouse()
    } else await this.start()
    return device
  }

  /** By the server's word; without a network, by its word of the last days. */
  async signIn(person: string, pin: string): Promise<{ id: string; name: Name }> {
    const { env, store } = this
    try {
      const within = this.state === 'online' ? undefined : signInWithin
      const answer = read<{ person: string; name: Name }>(await this.call({ method: 'POST', path: '/signin', body: { person, pin }, ...(within ? { within } : {}) }))
      const who = { id: answer.person, name: answer.name }
      const people = (await store.get('people')) ?? []
      await store.put('people', [...people.filter((p) => p.id !== who.id), who])
      await remember(store, env, who, pin).catch((e) => { if (StoreFailed.from(e).key !== 'storage-full') throw e })
      return who
    } catch (e) {
      if (!(e instanceof Refused)) throw e
      if (e.key === 'pin-wrong' && (await outdated(store, person, pin))) await forget(store, (p) => p === person)
      // A server that is broken, or does not know the device any more, has said nothing of the person.
      if (e.code !== 'unavailable' && e.code !== 'internal' && e.key !== 'device-unknown') throw e
      const proof = await prove(store, env, person, pin)
      if (proof.how === 'known') return { id: person, name: proof.name }
      throw proof.how === 'unknown' ? e : proof.how === 'wrong' ? pinWrong() : pinLocked()
    }
  }

  async offers(): Promise<Offer[]> {
    return read<{ sessions: Offer[] }>(await this.call({ method: 'GET', path: '/sessions' })).sessions
  }

  private async call(c: { method: 'GET' | 'POST'; path: string; body?: unknown; within?: number }): Promise<string> {
    const device = await this.store.get('device')
    for (let tries = 0; ; tries++) {
      try {
        return await call(this.env, { ...c, ...(device ? { token: device.token } : {}) })
      } catch (e) {
        if (e instanceof Refused && e.key === 'device-revoked') { // the socket learns of it later
          this.exchange.status.revoked = true
          this.set('revoked', e)
        }
        // All devices of a shop begin their shift at once.
        if (!(e instanceof Refused) || e.code !== 'too_many' || tries >= 5 || c.path === '/signin') throw e
        await new Promise<void>((resolve) => this.env.later((e.retryAfter || first) * (0.5 + this.env.chance()), resolve))
      }
    }
  }

  /**
   * Gets a session's pack and the chunks of the catalogue that are not here yet. A download that broke off goes on where it
   * stood: chunks are kept as they come, packed, and the session's pack is stored when all are there.
   */
  async join(session: string, packChunk: (hash: string, items: CatalogueItem[]) => ChunkRecord, progress: (p: Progress) => void): Promise<void> {
    const { exchange } = this
    exchange.joining.set(session, undefined)
    try {
      const answer = read<PackRecord & { tasks: Feed; cursor: string; book?: unknown }>(await this.call({
        method: 'POST', path: '/join',
        body: { session, epoch: this.store.epoch, app: this.env.app, ...(this.store.succeeds ? { succeeds: this.store.succeeds } : {}) },
      }))
      const { site, plan, catalogue, schemes, people } = answer
      const held = new Set(await this.store.heldChunks())
      const missing = catalogue.chunks.filter((hash) => !held.has(hash))
      let done = catalogue.chunks.length - missing.length
      const tell = () => progress({ session, done, total: catalogue.chunks.length, items: catalogue.items })
      tell()
      let failed: { e: unknown } | undefined
      const fetchSome = async () => {
        try {
          for (let hash = missing.shift(); hash && !failed; hash = missing.shift()) {
            const text = await this.call({ method: 'GET', path: '/chunks/' + hash })
            if ((await sha256(new TextEncoder().encode(text))) !== hash) throw damaged()
            await this.store.putChunk(packChunk(hash, read<CatalogueItem[]>(text)))
            done++
            tell()
          }
        } catch (e) {
          failed ??= { e }
        }
      }
      await Promise.all([fetchSome(), fetchSome(), fetchSome()])
      if (failed) throw (failed as { e: unknown }).e
      const feed = exchange.joining.get(session) ?? { ...answer.tasks, session, cursor: answer.cursor }
      await forget(this.store, (person) => !people.some((p) => p.id === person)) // they may not count here any more
      await this.store.putPack({ session, site, plan, catalogue, schemes, people }, exchange.feedRecord(feed, await this.store.session(session)))
      const later = exchange.joining.get(session)
      if (later && later !== feed) await exchange.fed(later) // came while the pack was being stored
    } finally {
      exchange.joining.delete(session)
    }
  }
}

const malformed = {
  key: 'link-malformed', ar: 'لم يفهم الجهاز والخادم أحدهما الآخر. ما سُجّل محفوظ؛ حدّث التطبيق أو أبلغ المشرف.',
  en: 'Device and server did not understand each other. What was recorded is kept; update the app or tell the supervisor.',
}

const damaged = () => new Refused('unavailable', 'chunk-damaged', 'وصل جزء من دليل الأصناف تالفًا. أعد التنزيل؛ سيُستأنف من حيث توقف.',
  'A part of the catalogue arrived damaged. Download again; it goes on where it stopped.')

const pinWrong = () => new Refused('unauthenticated', 'pin-wrong', 'الرقم السري غير صحيح. أعد المحاولة.', 'The PIN is wrong. Try again.')

const pinLocked = () => new Refused('unauthenticated', 'pin-locked',
  'تكرر الرقم السري الخاطئ. اقترب من الشبكة ليتحقق منه الخادم، ثم سجّل الدخول.',
  'Too many wrong PINs. Come near the network, so that the server can check it, then sign in.')

const otherSociety = (name: Name) => new Refused('conflict', 'society-other',
  `على هذا الجهاز سجلات «${name.ar ?? name.en}»، والرمز لجمعية أخرى. احفظ السجلات في ملف وسلّمه إلى مشرفها، ثم امسح بيانات التطبيق من إعدادات المتصفح واطلب رمزًا جديدًا.`,
  `This device holds records of ${name.en ?? name.ar}, and the code is another society's. Save the records to a file for its supervisor, then clear the app's data in the browser's settings and ask for a new code.`)
