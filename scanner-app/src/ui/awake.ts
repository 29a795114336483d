// The screen stays on while a location is being counted; the system drops the lock whenever the app is hidden.
import { effect } from '@preact/signals'
import type { Model } from '../model/types'

export function stayAwake(model: Model): void {
  let lock: WakeLockSentinel | undefined
  const hold = async () => {
    if (!('wakeLock' in navigator) || document.hidden || !model.pass.peek() || (lock && !lock.released)) return
    lock = await navigator.wakeLock.request('screen').catch(() => undefined) // refused when the battery is low: then it may sleep
  }
  effect(() => {
    if (model.pass.value) void hold()
    else void lock?.release()
  })
  document.addEventListener('visibilitychange', () => void hold())
}
