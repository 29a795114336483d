// The screen stays on while a location is being counted. The system drops the lock whenever the app is hidden, so it is asked
// for again when the app is back.
import { effect } from '@preact/signals'

/** Counting reads signals: whether a location is being counted. Returns what ends it. */
export function stayAwake(counting: () => boolean): () => void {
  let wanted = false, asking = false
  let lock: WakeLockSentinel | undefined
  const settle = async () => {
    if (asking || !('wakeLock' in navigator)) return
    if (!wanted) return void (await lock?.release())
    if (document.hidden || (lock && !lock.released)) return
    asking = true
    lock = await navigator.wakeLock.request('screen').catch(() => undefined) // refused when the battery is low: then it may sleep
    asking = false
    if (lock && !wanted) void settle() // the location was closed meanwhile
  }
  const stop = effect(() => {
    wanted = counting()
    void settle()
  })
  const back = () => void settle()
  document.addEventListener('visibilitychange', back)
  return () => {
    document.removeEventListener('visibilitychange', back)
    stop()
  }
}
