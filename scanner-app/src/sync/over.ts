// A conversation by HTTP, for networks that block websockets: each request is a hello and at most one frame (section 9).
import { encode, type Bye, type Frame } from '../wire/frame'
import { parse } from '../wire/parse'
import { call, Refused } from './call'
import type { Exchange, Judgement } from './exchange'

/** Bounds of a push where the welcome has not told others. */
const events = 500
const bytes = 512 << 10

export interface OverEnd {
  /** Done: all is said for now. */
  how: 'done' | 'again' | 'bye' | 'malformed' | 'busy' | 'refused'
  welcomed: boolean
  bye?: Bye
  refused?: Refused
  retry?: number
}

type Step = Omit<OverEnd, 'welcomed'> | undefined

export class Over {
  private welcomed = false
  private fencing = false
  private rewound = 0
  private drains = new Set<string>()

  /** Stop gives up the call that is under way. */
  constructor(private readonly x: Exchange, private readonly token: string, private readonly stop: AbortSignal, private readonly onWelcome: () => void) {}

  /** Says hello, hears the feeds, hands everything over. */
  async run(): Promise<OverEnd> {
    try {
      return { welcomed: this.welcomed, ...(await this.converse()), ...(this.welcomed ? { welcomed: true } : {}) }
    } catch (e) {
      if (e instanceof Refused) return { how: 'refused', refused: e, welcomed: this.welcomed }
      throw e
    }
  }

  private async converse(): Promise<Exclude<Step, undefined>> {
    let step = await this.exchange()
    while (!step) {
      const p = await this.x.push(this.x.store.acked + 1, events, bytes)
      if (p) {
        const before = this.x.store.acked
        step = await this.exchange(p)
        if (this.x.store.acked === before && ++this.rewound > 20) return { how: 'malformed' }
        continue
      }
      if (this.x.status.revoked) return { how: 'done' }
      const d = await this.x.drainable(this.drains)
      if (!d) return { how: 'done' }
      if (d === 'measure') {
        const wanted = this.x.store.needsClock.size
        step = await this.exchange()
        if (!step && this.x.store.needsClock.size >= wanted) return { how: 'done' } // measured badly: the next time
        continue
      }
      this.drains.add(d.session)
      step = await this.exchange(d)
    }
    return step
  }

  private async exchange(request?: Frame): Promise<Step> {
    const hello = await this.x.hello()
    const text = encode(hello) + (request ? '\n' + encode(request) : '')
    const answer = await call(this.x.env, { method: 'POST', path: '/push', token: this.token, text, signal: this.stop })
    for (const line of answer.split('\n')) {
      let f: Frame
      try {
        f = parse(line)
      } catch (e) {
        if (/^frame-unknown/.test((e as Error).message)) continue
        return { how: 'malformed' }
      }
      const step = await this.handle(f, hello)
      if (step) return step
    }
    return undefined
  }

  private async handle(f: Frame, hello: { time: number; mono: number }): Promise<Step> {
    switch (f.t) {
      case 'welcome':
        this.welcomed = true
        if (await this.x.welcomed(f, hello)) return { how: 'again' }
        this.onWelcome()
        return this.act(await this.x.judge(f.mark))
      case 'ack': return this.act(await this.x.acked(f.through, f.digest))
      case 'mark': return this.act(await this.x.judge(f.mark))
      case 'feed': await this.x.fed(f); return undefined
      case 'drained': await this.x.confirmed(f); return undefined
      case 'busy': return { how: 'busy', retry: f.retry_ms * (1 + this.x.env.chance() / 2) }
      case 'bye': return { how: 'bye', bye: f }
      default: return { how: 'malformed' }
    }
  }

  /** A fence is a request of its own; the fenced mark is its answer. */
  private async act(j: Judgement): Promise<Step> {
    if (j === 'on') return undefined
    if (j === 'again') return { how: 'again' }
    if (this.fencing) return { how: 'malformed' }
    this.fencing = true
    return this.exchange({ t: 'fence' })
  }
}
