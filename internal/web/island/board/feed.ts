// The live feed: one socket that comes back by itself and goes on from the last message applied.
import type { Row } from './lines'

export interface Summary {
  state: string
  closing: boolean
  rounds: number
  totals: Record<string, number>
  blockers: { key: string; count: number }[]
  disputes: number
  quarantine: number
  unknown: number
  awaited: number
  passes: number
  open_passes: number
}

export interface Counter {
  device: string
  name?: string
  person?: string
  called?: { ar?: string; en?: string }
  location?: string
  open: boolean
  passes: number
  observations: number
  seen?: number
  online: boolean
  unsent?: number
  battery?: number
}

export type Place = [id: string, section: string, status: string, inScope: 0 | 1, passes: number, ar: string, en: string]

export interface Message {
  type: 'all' | 'change' | 'pulse'
  feed: string
  from: number
  number: number
  offset: number
  at: number
  summary?: Summary
  counters?: Counter[]
  beat?: number[]
  sections?: [string, string, string][]
  places?: Place[]
  lines?: Row[]
  gone?: [string, string][]
  comments?: [section: string, item: string, count: number][]
}

export type Link = 'connecting' | 'live' | 'stale' | 'signed-out'

export interface FeedHost {
  apply(m: Message): void
  link(state: Link): void
  signedOut(): Promise<boolean>
}

const silence = 40_000 // the server speaks every 15 s
const patience = { first: 500, most: 15_000 }

export class Feed {
  private socket: WebSocket | undefined
  private feed = ''
  private number = 0
  private failures = 0
  private timer = 0
  private watch = 0

  constructor(private readonly url: string, private readonly host: FeedHost) {
    addEventListener('online', () => this.hurry())
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.hurry() })
    this.open()
  }

  private hurry(): void {
    if (this.socket) return
    this.failures = 0
    this.open()
  }

  private open(): void {
    clearTimeout(this.timer)
    const query = this.feed ? `?feed=${encodeURIComponent(this.feed)}&number=${this.number}` : ''
    const s = new WebSocket(this.url + query)
    this.socket = s
    if (!this.number) this.host.link('connecting')
    this.listen()
    s.onmessage = (e) => {
      if (s !== this.socket) return
      this.listen()
      const m = JSON.parse(e.data as string) as Message
      if (m.type === 'pulse') return
      this.feed = m.feed
      this.number = m.number
      this.failures = 0
      this.host.apply(m)
      this.host.link('live')
    }
    s.onclose = (e) => { if (s === this.socket) void this.lost(e.code) }
  }

  private listen(): void {
    clearTimeout(this.watch)
    this.watch = window.setTimeout(() => this.socket?.close(), silence)
  }

  private async lost(code: number): Promise<void> {
    this.socket = undefined
    clearTimeout(this.watch)
    this.failures++
    if (code === 1008 || (this.failures % 4 === 2 && await this.host.signedOut())) {
      this.host.link('signed-out')
      return
    }
    if (this.socket) return
    this.host.link('stale')
    const wait = code === 1013 ? 0 : Math.random() * Math.min(patience.most, patience.first * 2 ** this.failures)
    this.timer = window.setTimeout(() => this.open(), wait)
  }
}
