// One websocket, from hello to the end. Everything that happens to it comes through one mailbox and is dealt with one after
// the other, so that what is in flight needs no lock.
import { basePath, encode, subprotocol, tokenProtocol, type Bye, type Frame, type Welcome } from '../wire/frame'
import { parse } from '../wire/parse'
import type { Socket } from './env'
import type { Exchange, Judgement } from './exchange'
import { Mailbox } from './mailbox'

/** How a conversation ended. Again: in a new epoch or history, at once. Blocked: the socket never opened. */
export interface End {
  how: 'again' | 'closed' | 'blocked' | 'bye' | 'malformed' | 'stopped'
  welcomed: boolean
  bye?: Bye
}

const openWithin = 10_000
/** The clock is measured so often; in between a ping only shows that the server is there. */
const pingEvery = 10_000
const measureEvery = 30_000
const silentFor = 75_000
/** What is owed an answer gets it within so many ms, and one more for so many bytes on their way through a bad network. */
const answerWithin = 8_000
const bytesPerMs = 16
/** The same where there is reason for doubt. */
const soon = 1_500
/** A timer that fires so late was held up, and frames may be waiting behind it. */
const late = 1_000

type Event = { frame: string } | { closed: true } | { opened: true } | { tick: true } | { prove: number } | { changed: true } | { rested: true } | { stop: true }

/** A request that the server owes an answer to, and its length; push is the last event of a push. */
interface Request {
  size: number
  push?: number
}

export class Link {
  private readonly box = new Mailbox<Event>()
  private socket!: Socket
  private welcome: Welcome | undefined
  private hello = { time: 0, mono: 0 }
  private pings = new Map<number, number>()
  private measuredAt = 0
  private ponged = true
  private next = 1
  private asked: Request[] = []
  private rewinding = false
  private resting = false
  private fencing = false
  private drains = new Set<string>()
  private timers = new Set<() => void>()
  private silence: () => void = () => {}
  private over = false

  constructor(private readonly x: Exchange, private readonly token: string, private readonly onWelcome: (w: Welcome) => void) {}

  stop(): void { this.box.put({ stop: true }) }
  /** Asks for a measurement of the clock; without an answer within so many ms the socket is given up. */
  prove(within = answerWithin): void { this.box.put({ prove: within }) }
  /** The same, where the network is said to be gone. */
  doubt(): void { this.prove(soon) }

  /** Holds the conversation until it ends. */
  async run(): Promise<End> {
    const { env, store } = this.x
    const socket = (this.socket = env.socket(env.origin.replace(/^http/, 'ws') + basePath + '/stream', [subprotocol, tokenProtocol + this.token]))
    socket.onopen = () => this.box.put({ opened: true })
    socket.onmessage = (e) => this.box.put(typeof e.data === 'string' ? { frame: e.data } : { closed: true })
    socket.onclose = () => this.box.put({ closed: true })
    const off = store.onChange(() => this.box.put({ changed: true }))
    this.heard(openWithin)
    try {
      return await this.converse()
    } finally {
      this.over = true
      off()
      this.silence()
      for (const cancel of this.timers) cancel()
      socket.onopen = socket.onmessage = socket.onclose = null
      socket.close(1000)
    }
  }

  private end(how: End['how'], bye?: Bye): End {
    return { how, welcomed: this.welcome !== undefined, ...(bye ? { bye } : {}) }
  }

  private async converse(): Promise<End> {
    let opened = false
    for (;;) {
      const event = await this.box.take()
      if ('stop' in event) return this.end('stopped')
      if ('closed' in event) return this.end(opened ? 'closed' : 'blocked')
      if ('opened' in event) {
        opened = true
        this.heard()
        const hello = await this.x.hello()
        this.hello = { time: hello.time, mono: hello.mono }
        this.send(hello)
      } else if ('frame' in event) {
        this.heard(silentFor) // while it is dealt with
        let f: Frame | undefined
        try {
          f = parse(event.frame)
        } catch (e) {
          if (!/^frame-unknown/.test((e as Error).message)) return this.end('malformed') // else of a later version
        }
        const end = f && (await this.handle(f))
        if (end) return end
        this.heard()
      } else if ('rested' in event) this.resting = false
      else if ('tick' in event) {
        this.ping(this.x.env.mono() - this.measuredAt >= measureEvery - late)
        this.after(pingEvery, { tick: true })
      } else if ('prove' in event && this.welcome) {
        this.ping()
        this.heard(event.prove + this.owed / bytesPerMs) // somebody waits, perhaps on a socket that died while the device slept
      }
      await this.work()
    }
  }

  private after(ms: number, event: Event): void {
    const cancel = this.x.env.later(ms, () => {
      this.timers.delete(cancel)
      this.box.put(event)
    })
    this.timers.add(cancel)
  }

  /** Bytes that wait for their answer. */
  private get owed(): number { return this.asked.reduce((sum, r) => sum + r.size, 0) }

  /** Something came, or is owed from now on: the socket has so long again. */
  private heard(within = this.asked.length || !this.ponged ? answerWithin + this.owed / bytesPerMs : silentFor): void {
    this.silence()
    const due = this.x.env.mono() + within
    this.silence = this.x.env.later(within, () => (this.x.env.mono() - due > late ? this.heard(soon) : this.box.put({ closed: true })))
  }

  private send(f: Frame): number {
    const text = encode(f)
    try {
      if (!this.over) this.socket.send(text)
    } catch {
      this.box.put({ closed: true })
    }
    return text.length
  }

  /** Sends what is owed an answer; a ping's is its pong. The wait begins with the first of several. */
  private ask(f: Frame, push?: number): void {
    const waits = this.asked.length > 0 || !this.ponged
    const size = this.send(f)
    if (f.t === 'ping') this.ponged = false
    else this.asked.push({ size, ...(push === undefined ? {} : { push }) })
    if (!waits) this.heard()
  }

  /** Asks for a sign of life, and by it for the server's clock. */
  private ping(measure = true): void {
    if (!this.welcome) return
    const sent = this.x.instant()
    if (measure && !this.welcome.revoked) {
      this.measuredAt = this.x.env.mono()
      this.pings.set(sent.time, sent.mono)
    }
    this.ask({ t: 'ping', ...sent })
  }

  private async handle(f: Frame): Promise<End | undefined> {
    switch (f.t) {
      case 'bye': return this.end('bye', f)
      case 'welcome': {
        if (this.welcome) return this.end('malformed')
        this.welcome = f
        this.onWelcome(f)
        if (await this.x.welcomed(f, this.hello)) return this.end('again')
        this.after(pingEvery, { tick: true })
        return this.act(await this.x.judge(f.mark))
      }
      case 'busy': {
        if (this.welcome) this.asked.shift()
        this.rewinding = this.resting = true
        // A random part on top, so that a thousand devices do not come back at once.
        this.after(f.retry_ms * (1 + this.x.env.chance() / 2), { rested: true })
        return undefined
      }
    }
    if (!this.welcome) return this.end('malformed')
    switch (f.t) {
      case 'ack':
        while (this.asked[0]?.push !== undefined && this.asked[0].push <= f.through) this.asked.shift()
        return this.act(await this.x.acked(f.through, f.digest), false)
      case 'mark':
        this.asked.shift()
        return this.act(await this.x.judge(f.mark))
      case 'pong': {
        const mono = this.pings.get(f.echo)
        this.ponged = true
        this.x.status.lastContact = this.x.env.now()
        if (mono === undefined) return undefined
        this.pings.clear()
        await this.x.met({ time: f.echo, mono }, f.time)
        return undefined
      }
      case 'feed':
        this.drains.delete(f.session)
        await this.x.fed(f)
        return undefined
      case 'drained':
        this.asked.shift()
        if (!f.error) this.drains.delete(f.session)
        await this.x.confirmed(f)
        return undefined
      default: return this.end('malformed')
    }
  }

  /** Acts on a judged mark: goes on from it once what is in flight is answered, tells of a fence, or says hello anew. */
  private act(j: Judgement, rewind = true): End | undefined {
    if (j === 'again') return this.end('again')
    if (j === 'fence') {
      // The device moves on when the fence is confirmed: should the socket break before, the next welcome leads here again.
      if (!this.fencing) this.ask({ t: 'fence' })
      this.fencing = true
    } else if (rewind) this.rewinding = true
    return undefined
  }

  /** Sends what may be sent now: pushes while the window has room, then drains. It waits for nothing but the database. */
  private async work(): Promise<void> {
    const w = this.welcome
    if (!w || this.fencing || this.resting) return
    if (this.rewinding) {
      if (this.asked.length) return
      this.rewinding = false
      this.next = this.x.store.acked + 1
    }
    while (this.asked.length < w.window) {
      const p = await this.x.push(this.next, w.max_events, w.max_bytes)
      if (!p) break
      this.next = p.first + p.events.length
      this.ask(p, this.next - 1)
    }
    if (w.revoked || this.asked.length) return
    const drained = await this.x.drainable(this.drains)
    if (drained === 'measure') {
      if (!this.pings.size) this.ping()
    } else if (drained) {
      this.drains.add(drained.session)
      this.ask(drained)
    }
  }
}
