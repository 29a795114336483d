// Reading a message. Errors are the keys of internal/wire. That a push's events have the digest that it names is not
// checked here: nobody pushes to a device.
import { byteLength } from './digest'
import type { Fault, Frame, Mark, WireTask } from './frame'

/** A message that breaks the protocol. */
export class FrameError extends Error {
  constructor(readonly key: string, detail = '') {
    super(detail ? `${key}: ${detail}` : key)
  }
}

export interface Limits {
  bytes: number
  header: number
  events: number
}

/** What a device reads of a server, and a server of a device. */
export const deviceLimits: Limits = { bytes: 16 << 20, header: 16 << 20, events: 0 }
export const serverLimits: Limits = { bytes: 1 << 20, header: 64 << 10, events: 1000 }

type Fields = Record<string, unknown>

function fail(field: string): never {
  throw new FrameError('frame-field', field)
}

function number(o: Fields, field: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
  const v = o[field]
  if (!Number.isSafeInteger(v) || (v as number) < least || (v as number) > most) fail(field)
  return v as number
}

function text(o: Fields, field: string, least = 0, most = 4096): string {
  const v = o[field]
  if (typeof v !== 'string') fail(field)
  const length = byteLength(v)
  if (length < least || length > most) fail(field)
  return v
}

function matching(o: Fields, field: string, shape: RegExp): string {
  const v = text(o, field)
  if (!shape.test(v)) fail(field)
  return v
}

/** Ids: 1 to 64 bytes, no control or format characters, no outer white space, no ~ in front. */
const idShape = /^(?![~\s])[^\p{Cc}\p{Cf}]*[^\p{Cc}\p{Cf}\s]$/u
const epochShape = /^[A-Za-z0-9_-]{22}$/
const digestShape = /^[0-9a-f]{64}$/i

function id(o: Fields, field: string): string {
  if (!idShape.test(text(o, field, 1, 64))) fail(field)
  return o[field] as string
}

const absent = (v: unknown) => v === undefined || v === null

/** The field where it is there; absent and null are the same. */
function optional<T>(o: Fields, field: string, read: () => T): Record<string, T> {
  return absent(o[field]) ? {} : { [field]: read() }
}

/** An optional text, which is absent when empty. */
function optionalText(o: Fields, field: string, most: number): Record<string, string> {
  return absent(o[field]) || text(o, field, 0, most) === '' ? {} : { [field]: o[field] as string }
}

function flag(o: Fields, field: string): Record<string, boolean> {
  if (!absent(o[field]) && typeof o[field] !== 'boolean') fail(field)
  return o[field] ? { [field]: true } : {}
}

function list(o: Fields, field: string, most: number): unknown[] {
  const v = o[field]
  if (absent(v)) return []
  if (!Array.isArray(v) || v.length > most) fail(field)
  return v
}

function isObject(v: unknown): v is Fields {
  return typeof v === 'object' && v !== null && !Array.isArray(v)
}

function child(o: Fields, field: string): Fields {
  const v = o[field]
  if (!isObject(v)) fail(field)
  return v
}

function mark(o: Fields): Mark {
  const m = child(o, 'mark')
  return { epoch: matching(m, 'epoch', epochShape), acked: number(m, 'acked'), digest: matching(m, 'digest', digestShape), ...flag(m, 'fenced') }
}

function task(v: unknown): WireTask {
  if (!isObject(v)) fail('tasks')
  const items = list(v, 'items', 1 << 20)
  return {
    assignment: text(v, 'assignment', 0, 64), round: number(v, 'round', 1, 1 << 16), location: id(v, 'location'),
    ...(items.length ? { items: items.map((item) => id({ items: item }, 'items')) } : {}), ...optionalText(v, 'person', 64),
  }
}

function fault(o: Fields): Fault {
  const e = child(o, 'error')
  return { code: text(e, 'code', 0, 32), key: text(e, 'key', 0, 64), en: text(e, 'en'), ar: text(e, 'ar') }
}

function cursors(o: Fields): Record<string, string> {
  const c = child(o, 'cursors')
  for (const [session, cursor] of Object.entries(c)) {
    id({ session }, 'session')
    text({ cursor }, 'cursor', 0, 128)
  }
  return c as Record<string, string>
}

const readers: Record<Exclude<Frame['t'], 'push'>, (o: Fields) => unknown> = {
  hello: (o) => {
    const last = number(o, 'last', 0, Number.MAX_SAFE_INTEGER - 1)
    const sessions = list(o, 'sessions', 256).map((s) => id({ sessions: s }, 'sessions'))
    return {
      t: 'hello', epoch: matching(o, 'epoch', epochShape), last, oldest: number(o, 'oldest', 1, last + 1), acked: number(o, 'acked', 0, last),
      app: text(o, 'app', 0, 64), time: number(o, 'time'), mono: number(o, 'mono'), ...optionalText(o, 'incarnation', 64),
      ...(sessions.length ? { sessions } : {}), ...optional(o, 'cursors', () => cursors(o)),
      ...optional(o, 'succeeds', () => matching(o, 'succeeds', epochShape)),
    }
  },
  welcome: (o) => ({
    t: 'welcome', incarnation: text(o, 'incarnation', 1, 64), mark: mark(o), time: number(o, 'time'), echo: number(o, 'echo'),
    window: number(o, 'window', 1, 1 << 16), max_events: number(o, 'max_events', 1, 1 << 20), max_bytes: number(o, 'max_bytes', 1, 1 << 30),
    ...optionalText(o, 'server', 64), ...optionalText(o, 'min_app', 64), ...optional(o, 'safe_through', () => number(o, 'safe_through')), ...flag(o, 'revoked'),
  }),
  ack: (o) => ({ t: 'ack', through: number(o, 'through', 1), digest: matching(o, 'digest', digestShape) }),
  mark: (o) => ({ t: 'mark', mark: mark(o) }),
  ping: (o) => ({ t: 'ping', time: number(o, 'time'), mono: number(o, 'mono') }),
  pong: (o) => ({ t: 'pong', echo: number(o, 'echo'), time: number(o, 'time') }),
  feed: (o) => ({
    t: 'feed', session: id(o, 'session'), cursor: text(o, 'cursor', 0, 128), state: text(o, 'state', 1, 32), round: number(o, 'round', 0, 1 << 16),
    tasks: list(o, 'tasks', 1 << 20).map(task),
  }),
  drained: (o) => ({ t: 'drained', session: id(o, 'session'), last: number(o, 'last'), ...optional(o, 'error', () => fault(o)) }),
  fence: () => ({ t: 'fence' }),
  busy: (o) => ({ t: 'busy', retry_ms: number(o, 'retry_ms') }),
  bye: (o) => ({ t: 'bye', code: text(o, 'code', 1, 32), en: text(o, 'en'), ar: text(o, 'ar') }),
}

/** Reads one message, or throws a FrameError. */
export function parse(message: string, limits: Limits = deviceLimits): Frame {
  // A character takes at most three bytes: only near the limit is it worth counting them.
  if (message.length * 3 > limits.bytes && byteLength(message) > limits.bytes) throw new FrameError('frame-too-large')
  const end = message.indexOf('\n')
  const header = end < 0 ? message : message.slice(0, end)
  if (header.length * 3 > limits.header && byteLength(header) > limits.header) throw new FrameError('frame-header-too-large')
  let o: unknown
  try {
    o = JSON.parse(header)
  } catch {
    throw new FrameError('frame-unreadable')
  }
  if (!isObject(o)) throw new FrameError('frame-unreadable')
  const t = text(o, 't', 1, 32)
  const lines = end < 0 ? undefined : message.slice(end + 1)
  if (t === 'push') return push(o, lines, limits)
  if (!Object.prototype.hasOwnProperty.call(readers, t)) throw new FrameError('frame-unknown', t)
  if (lines === '') throw new FrameError('frame-trailing-line')
  if (lines !== undefined) throw new FrameError('frame-lines')
  return readers[t as keyof typeof readers](o) as Frame
}

function push(o: Fields, lines: string | undefined, limits: Limits): Frame {
  const first = number(o, 'first', 1)
  const prev = matching(o, 'prev', digestShape)
  const digest = matching(o, 'digest', digestShape)
  const n = number(o, 'n', 1)
  if (n > limits.events) throw new FrameError('frame-too-many-events')
  if (first > Number.MAX_SAFE_INTEGER - n + 1) fail('first')
  if (lines === undefined) throw new FrameError('frame-count')
  if (lines.endsWith('\n')) throw new FrameError('frame-trailing-line')
  const events = lines.split('\n')
  if (events.length !== n) throw new FrameError('frame-count')
  if (events.includes('')) throw new FrameError('frame-empty-event')
  return { t: 'push', first, prev, digest, events }
}
