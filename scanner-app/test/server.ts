// A server of the protocol in memory, as bad as a test wants its network and its disk to be. It keeps to PROTOCOL.md's
// server side: compare-and-append, answers in order, one socket a device.
import { nextDigest, sha256, zeroDigest } from '../src/wire/digest'
import { encode, type Feed, type Frame, type Hello, type Mark } from '../src/wire/frame'
import { parseAsked } from './asked'
import type { Socket } from '../src/sync/env'

interface Stream {
  acked: number
  digest: string
  fenced: boolean
  events: string[]
}

export interface Weather {
  /** Chances, 0 to 1: a socket is cut after a frame of the device, and after one of the server; a push is answered by busy. */
  cutIn: number
  cutOut: number
  busy: number
  /** A dial fails. */
  dial: number
}

export const calm: Weather = { cutIn: 0, cutOut: 0, busy: 0, dial: 0 }

export class FakeServer {
  weather: Weather = calm
  blockSockets = false
  /** Sockets stay open and nothing is answered: the cable was pulled beyond the access point. */
  deaf = false
  incarnation = 'incarnation-1'
  streams = new Map<string, Stream>()
  feeds = new Map<string, Feed>()
  drained: string[] = []
  safeThrough: number | undefined
  revoked = false
  /** It has forgotten its devices: restored from a backup of before. */
  forgetful = false
  hellos: Hello[] = []
  /** Everything durable, in the order in which it became so, with its stream. */
  log: { epoch: string; body: string }[] = []
  chunks = new Map<string, string>()
  packs = new Map<string, Record<string, unknown>>()
  codes = new Map<string, string>([['ABCD-EFGH', 'd1']])
  /** What the console calls a device. */
  named = new Map<string, string>()
  private open: FakeSocket | undefined
  gaps = 0
  pin = '58213'
  society = 'rawda'
  /** Photos by their hash, and how many events were durable when each came. */
  photos = new Map<string, { bytes: Uint8Array; after: number }>()
  photoTries = 0
  /** What a proxy answers instead of the server, under this path. */
  page: { path: string; status: number } | undefined
  pages = 0
  photoAnswer: { status: number; code: string; key: string } | undefined

  constructor(readonly now: () => number, readonly chance: () => number) {}

  stream(epoch: string): Stream {
    let s = this.streams.get(epoch)
    if (!s) this.streams.set(epoch, (s = { acked: 0, digest: zeroDigest, fenced: false, events: [] }))
    return s
  }

  mark(epoch: string): Mark {
    const s = this.stream(epoch)
    return { epoch, acked: s.acked, digest: s.digest, ...(s.fenced ? { fenced: true } : {}) }
  }

  /** What a backup of this moment would hold. */
  backup(): () => void {
    const streams = [...this.streams].map(([e, s]) => [e, { ...s, events: [...s.events] }] as const)
    const log = [...this.log]
    return () => {
      this.streams = new Map(streams.map(([e, s]) => [e, { ...s, events: [...s.events] }]))
      this.log = [...log]
      this.incarnation = 'incarnation-' + Math.floor(this.chance() * 1e9)
      this.cut()
    }
  }

  cut(): void { this.open?.fail(1006) }
  say(f: Frame): void { this.open?.say(f) }
  feed(f: Feed): void {
    this.feeds.set(f.session, f)
    this.say(f)
  }

  socket(protocols: string[]): Socket {
    return new FakeSocket(this, protocols)
  }

  welcomed(s: FakeSocket): void {
    if (this.open && this.open !== s) {
      this.open.say({ t: 'bye', code: 'replaced', en: 'elsewhere', ar: 'في مكان آخر' })
      this.open.fail(1000)
    }
    this.open = s
  }

  async hello(h: Hello): Promise<Frame[]> {
    this.hellos.push(h)
    const s = this.stream(h.epoch)
    if (h.incarnation === this.incarnation && h.acked > s.acked) this.incarnation += '+'
    if (h.oldest > s.acked + 1 && !s.fenced) {
      s.fenced = true
      this.gaps++
    }
    const feeds = (h.sessions ?? []).map((id) => this.feeds.get(id)).filter((f) => f && f.cursor !== h.cursors?.[f.session]) as Feed[]
    return [{
      t: 'welcome', incarnation: this.incarnation, mark: this.mark(h.epoch), time: this.now(), echo: h.time, window: 4, max_events: 5,
      max_bytes: 1 << 20, ...(this.safeThrough === undefined ? {} : { safe_through: this.safeThrough }), ...(this.revoked ? { revoked: true } : {}),
    }, ...feeds]
  }

  async request(epoch: string, f: Frame): Promise<Frame> {
    const s = this.stream(epoch)
    if (this.chance() < this.weather.busy) return { t: 'busy', retry_ms: 500 }
    switch (f.t) {
      case 'push': {
        let digest = f.prev
        for (const e of f.events) digest = await nextDigest(digest, e)
        if (digest !== f.digest) throw new Error('frame-digest')
        if (s.fenced || f.first !== s.acked + 1 || f.prev !== s.digest) return { t: 'mark', mark: this.mark(epoch) }
        for (const body of f.events) {
          s.events.push(body)
          this.log.push({ epoch, body })
        }
        s.acked += f.events.length
        s.digest = digest
        return { t: 'ack', through: s.acked, digest }
      }
      case 'fence':
        s.fenced = true
        return { t: 'mark', mark: this.mark(epoch) }
      case 'drained':
        if (s.fenced || s.acked < f.last) return { t: 'mark', mark: this.mark(epoch) }
        this.drained.push(f.session)
        return f
    }
    throw new Error('frame-unexpected')
  }

  /** The HTTP side. */
  fetch = async (url: string, init: RequestInit): Promise<Response> => {
    if (this.deaf || this.chance() < this.weather.dial) throw new TypeError('failed to fetch')
    const path = new URL(url).pathname.replace('/api/handheld', '')
    if (this.page && path.startsWith(this.page.path) && ++this.pages) return new Response('<html>', { status: this.page.status })
    const json = (v: unknown, status = 200) => new Response(JSON.stringify(v), { status })
    const refuse = (status: number, code: string, key: string) => json({ error: { code, key, ar: 'سبب', en: 'reason' } }, status)
    if (path !== '/enrol' && this.forgetful) return refuse(401, 'unauthenticated', 'device-unknown')
    if (path !== '/enrol' && !String(new Headers(init.headers).get('Authorization')).startsWith('Bearer t-')) return refuse(401, 'unauthenticated', 'token-missing')
    if (this.revoked && path !== '/enrol' && path !== '/push') return refuse(403, 'forbidden', 'device-revoked')
    const body = init.method === 'POST' && path !== '/push' ? JSON.parse(init.body as string) : undefined
    if (path === '/enrol') {
      const device = this.codes.get(body.code)
      if (!device) return refuse(401, 'unauthenticated', 'code-unknown')
      this.codes.delete(body.code)
      return json({ device, name: this.named.get(device) ?? body.name, token: 't-' + device, society: { id: this.society, name: { ar: 'جمعية الروضة' } } })
    }
    if (path === '/signin') return body.pin === this.pin ? json({ person: body.person, name: { en: body.person } }) : refuse(401, 'unauthenticated', 'pin-wrong')
    if (path === '/sessions') return json({ sessions: [...this.packs.keys()].map((session) => ({ session, site: 'central', name: { en: session }, state: 'open', blind: true, round: 0 })) })
    if (path === '/join') {
      const pack = this.packs.get(body.session)
      return pack ? json({ ...pack, tasks: this.feeds.get(body.session), cursor: this.feeds.get(body.session)?.cursor ?? '' }) : refuse(404, 'not_found', 'not-found')
    }
    if (path.startsWith('/photos/')) {
      this.photoTries++
      if (this.photoAnswer) return refuse(this.photoAnswer.status, this.photoAnswer.code, this.photoAnswer.key)
      const bytes = new Uint8Array(init.body as ArrayBuffer)
      if ((await sha256(bytes)) !== path.slice(8) || new Headers(init.headers).get('Content-Type') !== 'image/jpeg') return refuse(400, 'invalid', 'photo-unfit')
      this.photos.set(path.slice(8), { bytes, after: this.log.length })
      return new Response(null, { status: 204 })
    }
    if (path.startsWith('/chunks/')) {
      const text = this.chunks.get(path.slice(8))
      return text === undefined ? refuse(404, 'not_found', 'not-found') : new Response(text)
    }
    if (path === '/push') {
      const [first, ...rest] = (init.body as string).split('\n')
      const h = parseAsked(first!) as Hello
      const greeting = await this.hello(h)
      const answers = rest.length ? [await this.request(h.epoch, parseAsked(rest.join('\n')))] : greeting
      if (this.chance() < this.weather.cutOut) throw new TypeError('cut')
      return new Response(answers.map(encode).join('\n'))
    }
    return refuse(404, 'not_found', 'not-found')
  }

  /** A pack of items as chunks of so many. */
  async offer(session: string, items: unknown[], locations: unknown[], more: Record<string, unknown> = {}, size = 1000): Promise<void> {
    const chunks: string[] = []
    for (let i = 0; i < items.length; i += size) {
      const text = JSON.stringify(items.slice(i, i + size))
      const hash = await sha256(new TextEncoder().encode(text))
      this.chunks.set(hash, text)
      chunks.push(hash)
    }
    if (!this.feeds.has(session)) this.feeds.set(session, { t: 'feed', session, cursor: 'c1', state: 'open', round: 1, tasks: [] })
    this.packs.set(session, {
      session, site: { id: 'central', name: { en: 'Central' }, kind: 'central-market', sections: [{ id: 's1', name: { en: 'Dairy' }, custodian: { en: 'Nasser' } }], locations },
      plan: { kind: 'full', blind: true, name: { en: session }, scope: {} }, catalogue: { items: items.length, chunks }, schemes: [],
      people: [{ id: 'ali', name: { en: 'Ali' } }], ...more,
    })
  }
}

class FakeSocket implements Socket {
  onopen: Socket['onopen'] = null
  onmessage: Socket['onmessage'] = null
  onclose: Socket['onclose'] = null
  private queue: Promise<void> = Promise.resolve()
  private dead = false
  private epoch: string | undefined

  constructor(private readonly server: FakeServer, protocols: string[]) {
    queueMicrotask(() => {
      const bad = server.blockSockets || server.deaf || server.forgetful || server.chance() < server.weather.dial || protocols[0] !== 'jard.handheld.v1' || !protocols[1]?.startsWith('jard.token.t-')
      if (bad) this.fail(1006)
      else if (!this.dead) this.onopen?.()
    })
  }

  fail(code: number): void {
    if (this.dead) return
    this.dead = true
    this.onclose?.({ code })
  }

  say(f: Frame): void {
    if (!this.dead) this.onmessage?.({ data: encode(f) })
  }

  close(): void { this.dead = true }

  send(text: string): void {
    if (this.dead) return
    this.queue = this.queue.then(() => this.take(text))
  }

  private async take(text: string): Promise<void> {
    const { server } = this
    if (this.dead || server.deaf) return
    const f = parseAsked(text)
    if (server.chance() < server.weather.cutIn) return this.fail(1006)
    if (f.t === 'ping') return this.say({ t: 'pong', echo: f.time, time: server.now() })
    if (f.t === 'hello') {
      if (this.epoch) throw new Error('hello twice')
      this.epoch = f.epoch
      server.welcomed(this)
      for (const answer of await server.hello(f)) this.say(answer)
      return
    }
    const answer = await server.request(this.epoch!, f)
    if (server.chance() < server.weather.cutOut) return this.fail(1006)
    this.say(answer)
  }
}
