// A queue that one taker waits on.

export class Mailbox<T> {
  private items: T[] = []
  private waiting: ((item: T) => void) | undefined

  put(item: T): void {
    if (this.waiting) {
      this.waiting(item)
      this.waiting = undefined
    } else this.items.push(item)
  }

  take(): Promise<T> {
    if (this.items.length) return Promise.resolve(this.items.shift()!)
    return new Promise((resolve) => (this.waiting = resolve))
  }
}
