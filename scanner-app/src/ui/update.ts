// A new version of the app waits until a person takes it, between passes: never in the middle of a count. What is not sent stays
// in the database, which every later version opens as it is.
import { effect, signal, type ReadonlySignal } from '@preact/signals'

export interface Update {
  waiting: ReadonlySignal<boolean>
  // apply takes the new version, unless something is being counted.
  apply(): void
}

const minute = 60_000, hour = 3_600_000 // ms

/**
 * Registers the service worker, which keeps the app for the time without a network, and hears of its successors. Busy: a location
 * is open, or something is being fetched. A successor that another window took waits here, too.
 */
export function watchUpdates(busy: ReadonlySignal<boolean>, workers: ServiceWorkerContainer | undefined = navigator.serviceWorker, reload = () => location.reload()): Update {
  const waiting = signal(false)
  let registration: ServiceWorkerRegistration | undefined
  if (!workers) return { waiting, apply() {} } // without a secure context: the app runs, and needs the network to start
  let controlled = workers.controller !== null
  const look = () => { if (registration?.waiting && registration.active) waiting.value = true } // the first worker ever replaces nobody
  const replaced = signal(false)
  workers.addEventListener('controllerchange', () => {
    if (!workers.controller) registration = undefined // Chromium takes it away on a full disk: without a network this page could not be loaded again
    else if (controlled) replaced.value = true
    controlled = workers.controller !== null
  })
  effect(() => { if (replaced.value && !busy.value) reload() })
  const register = () => workers.register('/app/sw.js', { scope: '/app/' }).then((r) => {
    registration = r
    look()
    r.addEventListener('updatefound', () => r.installing?.addEventListener('statechange', look))
  }).catch(() => {})
  void register()
  setInterval(() => { if (navigator.onLine) registration?.update().catch(() => {}) }, hour)
  setInterval(() => { if (navigator.onLine && !registration) void register() }, minute)
  return {
    waiting,
    apply() {
      if (busy.peek()) return
      controlled = true // also a page that was loaded past its worker is loaded anew for the next one
      registration?.waiting?.postMessage({ type: 'SKIP_WAITING' })
    },
  }
}
