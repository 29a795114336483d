// A new version of the app waits until a person takes it, between passes: never in the middle of a count.
import { signal, type ReadonlySignal } from '@preact/signals'
import { Workbox } from 'workbox-window'

export interface Update {
  waiting: ReadonlySignal<boolean>
  apply(): void
}

const hour = 3_600_000

export function watchUpdates(): Update {
  const waiting = signal(false)
  if (!('serviceWorker' in navigator)) return { waiting, apply() {} }
  const worker = new Workbox('/app/sw.js', { scope: '/app/' })
  worker.addEventListener('waiting', () => { waiting.value = true })
  worker.addEventListener('controlling', (e) => { if (e.isUpdate) location.reload() })
  worker.register().catch(() => {
    // Without a secure context there is no worker: the app runs, and needs the network to start.
  })
  setInterval(() => { if (navigator.onLine) worker.update().catch(() => {}) }, hour)
  return { waiting, apply: () => worker.messageSkipWaiting() }
}
