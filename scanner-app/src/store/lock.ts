// One writer: of all tabs of this device the one that holds the lock counts, the others say so and wait for their turn.

/** Takes the writer's lock if it is free. It is held until release. Undefined: another tab has it. */
export function takeWriter(locks: LockManager | undefined, name: string): Promise<(() => void) | undefined> {
  if (!locks) return Promise.resolve(() => {})
  return new Promise((resolve, reject) => {
    locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) {
        resolve(undefined)
        return undefined
      }
      return new Promise<void>((release) => resolve(release))
    }).catch(reject)
  })
}

/** Calls back with the release once the tab that has the lock lets go of it. */
export function awaitWriter(locks: LockManager, name: string, signal: AbortSignal): Promise<() => void> {
  return new Promise((resolve, reject) => {
    locks.request(name, { signal }, () => new Promise<void>((release) => resolve(release))).catch(reject)
  })
}
