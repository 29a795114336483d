// The screen stays on while a location is being counted or goods are carried. The system drops the lock whenever the app is hidden, so it is asked
// for again when the app is back.
import { effect } from '@preact/signals'
import type { Model } from '../model/types'

/** Whether hands are full of the work: a location is open, or a move is on the screen. Reads signals. */
export const atWork = (model: Pick<Model, 'pass' | 'moving'>): boolean => model.pass.value !== undefined || model.moving.value !== undefined

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
