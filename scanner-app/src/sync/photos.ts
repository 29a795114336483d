// Photos go out one by one, when nothing else is left to say: a count never waits for them.
import type { Store } from '../store/store'
import { call, Refused } from './call'
import type { Env } from './env'

/** How long one may take; and after a failure, until the next try, ms. */
const within = 120_000
const again = 30_000
/** What the server says where it will never take one; whatever else it says, it may take it the next time. */
const final = ['photo-unfit', 'request-too-large']

export class PhotoSender {
  private busy = false
  private waiting: (() => void) | undefined

  /** Token is the device's, where photos may be sent now: online, all events acknowledged. */
  constructor(private readonly env: Env, private readonly store: Store, private readonly token: () => string | undefined) {}

  /** Something may be ready. */
  kick(): void {
    if (this.busy || this.waiting || this.token() === undefined) return
    this.busy = true
    void this.send().catch(() => again).then((wait) => {
      this.busy = false
      if (wait) {
        this.waiting = this.env.later(wait, () => {
          this.waiting = undefined
          this.kick()
        })
      }
    })
  }

  stop(): void { this.waiting?.() }

  /** Sends what there is. How long to wait before the next try; 0 when there is nothing left. */
  private async send(): Promise<number> {
    for (;;) {
      const photo = await this.store.photos.next()
      const token = this.token()
      if (!photo || token === undefined) return 0
      try {
        await call(this.env, { method: 'PUT', path: '/photos/' + photo.hash, token, photo: photo.bytes, within })
      } catch (e) {
        if (!(e instanceof Refused)) throw e
        if (!final.includes(e.key)) return Math.max(e.retryAfter, again)
        await this.store.photos.settle(photo.hash, { refused: e.key })
        continue
      }
      await this.store.photos.settle(photo.hash, { sentAt: this.store.newest })
    }
  }
}
