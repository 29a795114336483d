// The frames of the handheld protocol (internal/wire/PROTOCOL.md), by what they say. A leaf: it imports nothing.

export const subprotocol = 'jard.handheld.v1'
export const tokenProtocol = 'jard.token.'
export const basePath = '/api/handheld'

export type SessionState = 'open' | 'closing' | 'sealed' | 'cancelled' | 'unknown'

export interface Mark {
  epoch: string
  acked: number
  digest: string
  fenced?: boolean
}

export interface Hello {
  t: 'hello'
  epoch: string
  last: number
  oldest: number
  acked: number
  app: string
  time: number
  mono: number
  incarnation?: string
  sessions?: string[]
  cursors?: Record<string, string>
  succeeds?: string
}

export interface Welcome {
  t: 'welcome'
  incarnation: string
  mark: Mark
  time: number
  echo: number
  window: number
  max_events: number
  max_bytes: number
  server?: string
  min_app?: string
  safe_through?: number
  revoked?: boolean
}

/** Events first … first+events.length−1; prev is the digest before them, digest that of the last. */
export interface Push {
  t: 'push'
  first: number
  prev: string
  digest: string
  events: string[]
}

export interface Ack {
  t: 'ack'
  through: number
  digest: string
}

export interface MarkFrame {
  t: 'mark'
  mark: Mark
}

export interface Ping {
  t: 'ping'
  time: number
  mono: number
}

export interface Pong {
  t: 'pong'
  echo: number
  time: number
}

export interface WireTask {
  assignment: string
  round: number
  location: string
  items?: string[]
  person?: string
  /** Ms of the server's clock, by which it should be done. */
  due?: number
}

export interface Feed {
  t: 'feed'
  session: string
  cursor: string
  /** Whatever the server says; one that is not known is treated as closing, without saying drained. */
  state: SessionState | (string & {})
  round: number
  tasks: WireTask[]
}

/** An error as people read it. */
export interface Fault {
  code: string
  key: string
  en: string
  ar: string
}

export interface Drained {
  t: 'drained'
  session: string
  last: number
  error?: Fault
}

export interface Fence {
  t: 'fence'
}

export interface Busy {
  t: 'busy'
  retry_ms: number
}

export interface Bye {
  t: 'bye'
  code: 'malformed' | 'revoked' | 'replaced' | 'shutdown' | 'restored' | 'slow' | 'unsupported' | (string & {})
  en: string
  ar: string
}

export type Frame = Hello | Welcome | Push | Ack | MarkFrame | Ping | Pong | Feed | Drained | Fence | Busy | Bye

/** The order in which fields are written: that of internal/wire, whose fast paths read exactly this. */
const order: Record<Exclude<Frame['t'], 'push'>, readonly string[]> = {
  hello: ['epoch', 'last', 'oldest', 'acked', 'app', 'time', 'mono', 'incarnation', 'sessions', 'cursors', 'succeeds'],
  welcome: ['incarnation', 'mark', 'time', 'echo', 'window', 'max_events', 'max_bytes', 'server', 'min_app', 'safe_through', 'revoked'],
  ack: ['through', 'digest'], mark: ['mark'], ping: ['time', 'mono'], pong: ['echo', 'time'],
  feed: ['session', 'cursor', 'state', 'round', 'tasks'], drained: ['session', 'last', 'error'], fence: [],
  busy: ['retry_ms'], bye: ['code', 'en', 'ar'],
}

/** One message. What is undefined is left out. */
export function encode(f: Frame): string {
  if (f.t === 'push') {
    const header = `{"t":"push","first":${f.first},"prev":"${f.prev}","digest":"${f.digest}","n":${f.events.length}}`
    return f.events.length ? header + '\n' + f.events.join('\n') : header
  }
  const out: Record<string, unknown> = { t: f.t }
  for (const field of order[f.t]) out[field] = (f as unknown as Record<string, unknown>)[field]
  return JSON.stringify(out)
}
