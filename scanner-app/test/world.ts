// What tests hand to the app instead of a browser: a clock of their own, seeded chance, and the server in memory.
import '../src/store/release' // at hand before clocks run
import '../src/sync/conversation'
import { Clock } from './clock'
import { FakeServer } from './server'
import type { Env } from '../src/sync/env'
import { Store } from '../src/store/store'
import { Sync } from '../src/sync/sync'

/** A seeded generator (mulberry32), 0 to 1. */
export function dice(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const epochMs = 1_795_000_000_000

let databases = 0

export class World {
  /** How far the wall clock is ahead of the monotonic one, ms. */
  skew = 0
  readonly chance: () => number
  readonly server: FakeServer
  readonly env: Env
  readonly database = `jard-test-${databases++}`
  wake: () => void = () => {}
  lose: () => void = () => {}

  constructor(seed = 1) {
    this.chance = dice(seed)
    const { mono, later } = new Clock()
    this.server = new FakeServer(() => Math.round(epochMs + mono()), dice(seed + 77))
    this.env = {
      now: () => Math.round(epochMs + mono() + this.skew),
      mono,
      random: (bytes) => void crypto.getRandomValues(bytes),
      chance: this.chance,
      later,
      fetch: this.server.fetch,
      socket: (_url, protocols) => this.server.socket(protocols),
      origin: 'https://jard.test',
      app: '1.0.0',
      onWake: (f) => {
        this.wake = f
        return () => {}
      },
      onLost: (f) => {
        this.lose = f
        return () => {}
      },
    }
  }
}

export interface Handheld {
  world: World
  store: Store
  sync: Sync
  /** Resolves once f holds, looked at after every change. */
  until(f: () => boolean | Promise<boolean>): Promise<void>
  off(): Promise<void>
}

/** A handheld without screens, on the world's database. */
export async function handheld(world: World, database = world.database): Promise<Handheld> {
  const store = await Store.open(database, world.env)
  const watchers = new Set<() => void>()
  const changed = () => watchers.forEach((w) => w())
  const sync = new Sync(world.env, store, changed)
  store.onChange(changed)
  return {
    world, store, sync,
    until: (f) => new Promise((resolve, reject) => {
      let looking = false
      let again = false
      const look = async () => {
        if (looking) return void (again = true)
        looking = true
        do {
          again = false
          try {
            if (await f()) {
              watchers.delete(look)
              return resolve()
            }
          } catch (e) {
            watchers.delete(look)
            return reject(e)
          }
        } while (again)
        looking = false
      }
      watchers.add(look)
      void look()
    }),
    off: async () => {
      await sync.stop()
      store.close()
    },
  }
}

export const observed = (session: string, pass: string, code: string, amount = 1000) =>
  ({ kind: 'observed' as const, session, pass, code, pack: 1000, amount, entry: 'scan' as const })
