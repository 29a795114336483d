// Reading a device's message, as a server does: for the server in memory, and the golden frames. That a push's events have the digest that
// it names is not checked here.
import { byteLength } from '../src/wire/digest'
import { child, digestShape, epochShape, fail, FrameError, headerOf, id, list, matching, number, optional, optionalText, text, type Fields } from '../src/wire/fields'
import type { Frame } from '../src/wire/frame'

const most = { bytes: 1 << 20, header: 64 << 10, events: 1000 }

type Asked = Extract<Frame, { t: 'hello' | 'push' | 'ping' | 'fence' | 'drained' }>

function cursors(o: Fields): Record<string, string> {
  const c = child(o, 'cursors')
  for (const [session, cursor] of Object.entries(c)) {
    id({ session }, 'session')
    text({ cursor }, 'cursor', 0, 128)
  }
  return c as Record<string, string>
}

const readers: Record<Exclude<Asked['t'], 'push'>, (o: Fields) => unknown> = {
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
  ping: (o) => ({ t: 'ping', time: number(o, 'time'), mono: number(o, 'mono') }),
  drained: (o) => ({ t: 'drained', session: id(o, 'session'), last: number(o, 'last') }),
  fence: () => ({ t: 'fence' }),
}

/** Reads one message, or throws a FrameError. */
export function parseAsked(message: string): Asked {
  if (byteLength(message) > most.bytes) throw new FrameError('frame-too-large')
  const [header, ...lines] = message.split('\n')
  if (byteLength(header!) > most.header) throw new FrameError('frame-header-too-large')
  const o = headerOf(header!)
  const t = text(o, 't', 1, 32)
  if (t === 'push') return push(o, lines)
  if (!Object.hasOwn(readers, t)) throw new FrameError('frame-unknown', t)
  if (lines.length) throw new FrameError(lines.join('') ? 'frame-lines' : 'frame-trailing-line')
  return readers[t as keyof typeof readers](o) as Asked
}

function push(o: Fields, events: string[]): Asked {
  const first = number(o, 'first', 1)
  const prev = matching(o, 'prev', digestShape)
  const digest = matching(o, 'digest', digestShape)
  const n = number(o, 'n', 1)
  if (n > most.events) throw new FrameError('frame-too-many-events')
  if (first > Number.MAX_SAFE_INTEGER - n + 1) fail('first')
  if (!events.length) throw new FrameError('frame-count')
  if (events.at(-1) === '') throw new FrameError('frame-trailing-line')
  if (events.length !== n) throw new FrameError('frame-count')
  if (events.includes('')) throw new FrameError('frame-empty-event')
  return { t: 'push', first, prev, digest, events }
}
