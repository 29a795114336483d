// What the outside world is to the app: clocks, chance, network. Tests hand in their own.
import type { Watch } from '../store/store'

/** The part of a WebSocket that is used. */
export interface Socket {
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number }) => void) | null
  send(text: string): void
  close(code?: number): void
}

export interface Env extends Watch {
  /** Evenly from 0 to 1, 1 left out: jitter. */
  chance(): number
  /** Calls f after so many ms, unless the result is called before. */
  later(ms: number, f: () => void): () => void
  fetch(url: string, init: RequestInit): Promise<Response>
  socket(url: string, protocols: string[]): Socket
  /** Of the server, without a slash at the end. */
  origin: string
  /** The app's version: numbers and points. */
  app: string
  /** Calls f when the network returns or the app becomes visible. */
  onWake(f: () => void): () => void
  /** Calls f when the system says that the network is gone. A server on this very device may answer all the same. */
  onLost(f: () => void): () => void
}

export function browserEnv(app: string): Env {
  return {
    now: () => Date.now(),
    mono: () => performance.now(),
    random: (bytes) => void crypto.getRandomValues(bytes),
    chance: () => Math.random(),
    later: (ms, f) => {
      const t = setTimeout(f, ms)
      return () => clearTimeout(t)
    },
    fetch: (url, init) => fetch(url, init),
    socket: (url, protocols) => new WebSocket(url, protocols) as unknown as Socket,
    origin: location.origin,
    app,
    onWake: (f) => {
      const visible = () => document.visibilityState === 'visible' && f()
      addEventListener('online', f)
      document.addEventListener('visibilitychange', visible)
      return () => {
        removeEventListener('online', f)
        document.removeEventListener('visibilitychange', visible)
      }
    },
    onLost: (f) => {
      addEventListener('offline', f)
      return () => removeEventListener('offline', f)
    },
  }
}
