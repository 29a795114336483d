// Reading a server's message.
import { child, digestShape, epochShape, fail, flag, FrameError, headerOf, id, isObject, list, matching, number, optional, optionalText, text, type Fields } from './fields'
import { byteLength } from './digest'
import type { Fault, Frame, Mark, WireTask } from './frame'

/** Bytes of the longest message. */
export const maxMessage = 16 << 20

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
    ...(v.due ? { due: number(v, 'due') } : {}), // 0: whenever
  }
}

function fault(o: Fields): Fault {
  const e = child(o, 'error')
  return { code: text(e, 'code', 0, 32), key: text(e, 'key', 0, 64), en: text(e, 'en'), ar: text(e, 'ar') }
}

/** What a server says. */
export type Said = Exclude<Frame, { t: 'hello' | 'push' | 'ping' | 'fence' }>

const readers: Record<Said['t'], (o: Fields) => unknown> = {
  welcome: (o) => ({
    t: 'welcome', incarnation: text(o, 'incarnation', 1, 64), mark: mark(o), time: number(o, 'time'), echo: number(o, 'echo'),
    window: number(o, 'window', 1, 1 << 16), max_events: number(o, 'max_events', 1, 1 << 20), max_bytes: number(o, 'max_bytes', 1, 1 << 30),
    ...optionalText(o, 'server', 64), ...optionalText(o, 'min_app', 64), ...optional(o, 'safe_through', () => number(o, 'safe_through')), ...flag(o, 'revoked'),
  }),
  ack: (o) => ({ t: 'ack', through: number(o, 'through', 1), digest: matching(o, 'digest', digestShape) }),
  mark: (o) => ({ t: 'mark', mark: mark(o) }),
  pong: (o) => ({ t: 'pong', echo: number(o, 'echo'), time: number(o, 'time') }),
  feed: (o) => ({
    t: 'feed', session: id(o, 'session'), cursor: text(o, 'cursor', 0, 128), state: text(o, 'state', 1, 32), round: number(o, 'round', 0, 1 << 16),
    tasks: list(o, 'tasks', 1 << 20).map(task),
  }),
  drained: (o) => ({ t: 'drained', session: id(o, 'session'), last: number(o, 'last'), ...optional(o, 'error', () => fault(o)) }),
  busy: (o) => ({ t: 'busy', retry_ms: number(o, 'retry_ms') }),
  bye: (o) => ({ t: 'bye', code: text(o, 'code', 1, 32), en: text(o, 'en'), ar: text(o, 'ar') }),
}

/** Reads one message, or throws a FrameError. */
export function parse(message: string): Said {
  // A character takes at most three bytes: only near the limit is it worth counting them.
  if (message.length * 3 > maxMessage && byteLength(message) > maxMessage) throw new FrameError('frame-too-large')
  const end = message.indexOf('\n')
  const o = headerOf(end < 0 ? message : message.slice(0, end))
  const t = text(o, 't', 1, 32)
  if (!Object.prototype.hasOwnProperty.call(readers, t)) throw new FrameError('frame-unknown', t)
  if (end >= 0) throw new FrameError(end === message.length - 1 ? 'frame-trailing-line' : 'frame-lines')
  return readers[t as Said['t']](o) as Said
}
