// A new version of the app is taken by a person, between passes: never in the middle of a count, and not by the app being opened again. What
// is not sent stays in the database, which every later version opens as it is.
//
// A browser replaces a service worker as soon as no page is open, and asks nobody. So each version's worker has a name of its own
// (vite.config.ts): the browser, which looks for a successor under the same name, finds none, and what lies here is served until a
// person takes the version that the server has by now.
import { effect, signal, type ReadonlySignal } from '@preact/signals'

export interface Update {
  /** The server has another version. */
  waiting: ReadonlySignal<boolean>
  /** What became of taking it: it is being fetched, or that failed and changed nothing. */
  taking: ReadonlySignal<'fetching' | 'failed' | undefined>
  // apply takes the new version, unless something is being counted.
  apply(): void
}

/** What the server has: its worker's name, and the version of the database that its app opens. */
export interface Served {
  worker: string
  database: number
}

const minute = 60_000, hour = 3_600_000 // ms

async function askServer(): Promise<Served | undefined> {
  const answer = await fetch('/app/worker.json', { cache: 'no-store' })
  return answer.ok ? ((await answer.json()) as Served) : undefined
}

/**
 * Registers the service worker, which keeps the app for the time without a network, and looks for newer versions: every hour, when the
 * network is back, and whenever another server is met (its version, once it said so). Busy: a location is open, or something is being fetched.
 * A version that another window took waits here, too. Database: of this version; an app of an older one is not offered.
 */
export function watchUpdates(
  { busy, met, database }: { busy: ReadonlySignal<boolean>; met: ReadonlySignal<string | undefined>; database: number },
  workers: ServiceWorkerContainer | undefined = navigator.serviceWorker, ask = askServer, reload = () => location.reload(),
): Update {
  const waiting = signal(false), taking = signal<'fetching' | 'failed' | undefined>(undefined), replaced = signal(false)
  if (!workers) return { waiting, taking, apply() {} } // without a secure context: the app runs, and needs the network to start
  let newest: string | undefined, looked = false, controlled = workers.controller !== null
  const register = (name: string) => workers.register('/app/' + name, { scope: '/app/' })
  const look = async () => {
    const served = await ask(), registration = await workers.getRegistration('/app/')
    if (!served) return
    newest = served.worker
    const own = registration?.active ?? registration?.waiting ?? registration?.installing
    if (own) waiting.value = !own.scriptURL.endsWith('/' + newest) && served.database >= database
    else await register(newest)
    looked = true
  }
  const lookNow = () => {
    looked = false
    look().catch(() => {}) // without a network: it is looked again
  }
  workers.addEventListener('controllerchange', () => {
    if (!workers.controller) looked = false // Chromium takes it away on a full disk: without a network this page could not be loaded again
    else if (controlled) replaced.value = true
    controlled = workers.controller !== null
  })
  effect(() => { if (replaced.value && !busy.value) reload() })
  effect(() => {
    void met.value
    lookNow()
  })
  addEventListener('online', lookNow)
  setInterval(() => { if (navigator.onLine) lookNow() }, hour)
  setInterval(() => { if (navigator.onLine && !looked) lookNow() }, minute)

  /** Fetches all of it, and lets it take the old one's place once nothing is being counted. Where it fails the old one stays. */
  const take = async (name: string) => {
    const registration = await register(name), worker = registration.installing ?? registration.waiting
    if (!worker) return void (taking.value = undefined) // another window took it
    const installed = signal(worker.state === 'installed')
    worker.addEventListener('statechange', () => {
      installed.value = worker.state === 'installed'
      if (worker.state === 'redundant') taking.value = 'failed'
    })
    effect(() => { if (installed.value && !busy.value) worker.postMessage({ type: 'SKIP_WAITING' }) })
  }
  return {
    waiting, taking,
    apply() {
      if (busy.peek() || newest === undefined) return
      controlled = true // also a page that was loaded past its worker is loaded anew for the next one
      taking.value = 'fetching'
      void take(newest).catch(() => { taking.value = 'failed' })
    },
  }
}
