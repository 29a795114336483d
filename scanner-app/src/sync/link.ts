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
const pingEvery = 30_000
const silentFor = 75_000
const answerWithin = 10_000

type Event = { frame: string } | { closed: true } | { opened: true } | { tick: true } | { ping: true } | { changed: true } | { rested: true } | { stop: true }

/** A request that the server owes an answer to; push is the last event of a push. */
interface Request {
  push?: number
}

export class Link {
  private readonly box = new Mailbox<Event>()
  private socket!: Socket
  private welcome: Welcome | undefined
  private hello = { time: 0, mono: 0 }
  private pings = new Map<number, number>()
  private next = 1
  private asked: Request[] = []
  private rewinding = false
  private resting = false
  private fencing = false
  private drains = new Set<string>()
  private cancels: (() => void)[] = []
  private silence: () => void = () => {}
  private over = false

  constructor(private readonly x: Exchange, private readonly token: string, private readonly onWelcome: (w: Welcome) => void) {}

  stop(): void { this.box.put({ stop: true }) }
  /** Asks for a measurement of the clock. */
  ping(): void { this.box.put({ ping: true }) }

  /** Holds the conversation until it ends. */
  async run(): Promise<End> {
    const { env, store } = this.x
    const socket = (this.socket = env.socket(env.origin.replace(/^http/, 'ws') + basePath + '/stream', [subprotocol, tokenProtocol + this.token]))
    socket.onopen = () => this.box.put({ opened: true })
    socket.onmessage = (e) => this.box.put(typeof e.data === 'string' ? { frame: e.data } : { closed: true })
    socket.onclose = () => this.box.put({ closed: true })
    const off = store.onChange(() => this.box.put({ changed: true }))
    this.silence = env.later(openWithin, () => this.box.put({ closed: true }))
    try {
      return await this.converse()
    } finally {
      this.over = true
      off()
      this.silence()
      for (const cancel of this.cancels) cancel()
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
        this.heard()
        let f: Frame
        try {
          f = parse(event.frame)
        } catch (e) {
          if (/^frame-unknown/.test((e as Error).message)) continue // of a later version
          return this.end('malformed')
        }
        const end = await this.handle(f)
        if (end) return end
      } else if ('rested' in event) this.resting = false
      else if ('tick' in event) {
        this.measure()
        this.after(pingEvery, { tick: true })
      } else if ('ping' in event && this.welcome) {
        this.measure()
        this.heard(answerWithin) // somebody waits, perhaps on a socket that died while the device slept
      }
      await this.work()
    }
  }

  private after(ms: number, event: Event): void {
    this.cancels.push(this.x.env.later(ms, () => this.box.put(event)))
  }

  private heard(within = silentFor): void {
    this.silence()
    this.silence = this.x.env.later(within, () => this.box.put({ closed: true }))
  }

  private send(f: Frame): void {
    if (this.over) return
    try {
      this.socket.send(encode(f))
    } catch {
      this.box.put({ closed: true })
    }
  }

  private ask(f: Frame, request: Request): void {
    this.asked.push(request)
    this.send(f)
  }

  private measure(): void {
    if (!this.welcome || this.welcome.revoked) return
    const sent = this.x.instant()
    this.pings.set(sent.time, sent.mono)
    this.send({ t: 'ping', ...sent })
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
        this.pings.clear()
        if (mono !== undefined) await this.x.met({ time: f.echo, mono }, f.time)
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
      if (!this.fencing) this.ask({ t: 'fence' }, {})
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
      this.ask(p, { push: this.next - 1 })
    }
    if (w.revoked || this.asked.length) return
    const drained = await this.x.drainable(this.drains)
    if (drained === 'measure') {
      if (!this.pings.size) this.measure()
    } else if (drained) {
      this.drains.add(drained.session)
      this.ask(drained, {})
    }
  }
}
