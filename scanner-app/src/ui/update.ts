// A new version of the app waits until a person takes it, between passes: never in the middle of a count.
import { signal, type ReadonlySignal } from '@preact/signals'

export interface Update {
  waiting: ReadonlySignal<boolean>
  apply(): void
}

const hour = 3_600_000

/** Registers the service worker, which keeps the app for the time without a network, and hears of its successors. */
export function watchUpdates(workers: ServiceWorkerContainer | undefined = navigator.serviceWorker): Update {
  const waiting = signal(false)
  let registration: ServiceWorkerRegistration | undefined
  if (!workers) return { waiting, apply() {} } // without a secure context: the app runs, and needs the network to start
  const begun = workers.controller !== null // the first worker ever replaces nobody
  const look = () => { if (begun && registration?.waiting) waiting.value = true }
  if (begun) workers.addEventListener('controllerchange', () => location.reload())
  workers.register('/app/sw.js', { scope: '/app/' }).then((r) => {
    registration = r
    look()
    r.addEventListener('updatefound', () => r.installing?.addEventListener('statechange', look))
    setInterval(() => { if (navigator.onLine) r.update().catch(() => {}) }, hour)
  }).catch(() => {})
  return { waiting, apply: () => registration?.waiting?.postMessage({ type: 'SKIP_WAITING' }) }
}
