// A clock that goes on by what waits for it and never by the machine: however busy that is, a wait takes what it was to take.
import 'fake-indexeddb/auto'

/** How much faster than real time it runs, at best. */
const speed = 100

/** What is under way in the database and in cryptography, which the clock waits for. */
let busy = 0
const over = () => void busy--

// A transaction is under way until it is complete or aborted, a digest until it is there.
const { transaction } = IDBDatabase.prototype
IDBDatabase.prototype.transaction = function (...a: Parameters<typeof transaction>) {
  const tx = transaction.apply(this, a)
  busy++
  tx.addEventListener('complete', over)
  tx.addEventListener('abort', over)
  return tx
}
for (const verb of ['digest', 'importKey', 'deriveBits', 'sign'] as const) {
  const does = crypto.subtle[verb].bind(crypto.subtle) as (...a: unknown[]) => Promise<unknown>
  Object.assign(crypto.subtle, { [verb]: (...a: unknown[]) => {
    busy++
    return does(...a).finally(over)
  } })
}

interface Wait { due: number; f: () => void }

export class Clock {
  private at = 0
  private waits: Wait[] = []
  private stir: NodeJS.Timeout | undefined

  /** Milliseconds. Each look is later than the one before. */
  readonly mono = (): number => ++this.at

  /** Calls f in so many milliseconds; gives what takes that back. */
  readonly later = (ms: number, f: () => void): (() => void) => {
    const wait = { due: this.at + Math.max(0, ms), f }
    this.waits.push(wait)
    this.waits.sort((a, b) => a.due - b.due)
    this.wind()
    return () => {
      this.waits = this.waits.filter((w) => w !== wait)
      this.wind()
    }
  }

  private wind(): void {
    clearTimeout(this.stir)
    const [next] = this.waits
    if (next) this.stir = setTimeout(() => this.rest(next, 3), (next.due - this.at) / speed)
  }

  /** Lets the next one go once nothing has been under way for so many turns. */
  private rest(next: Wait, turns: number): void {
    if (this.waits[0] !== next) return
    if (busy > 0 || turns > 0) return void setImmediate(() => this.rest(next, busy > 0 ? 3 : turns - 1))
    this.waits.shift()
    this.at = Math.max(this.at, next.due)
    next.f()
    this.wind()
  }
}
