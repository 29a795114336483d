// The wire between one handheld and the server: it can be cut and mended, slow, lose what the server answers, end in the middle of a frame and
// say one frame twice. The browser's own offline switch leaves open sockets open, so the cable is pulled here.
import { connect, createServer, type Server, type Socket } from 'node:net'
import { Frames } from './frames'

export class Proxy {
  #server: Server | undefined
  #sockets = new Set<Socket>()
  #cut = false
  #losing: { from: string; begun: () => void; lost: boolean } | undefined
  #doubling: string | undefined
  #tearing = false
  /** How late everything arrives, either way, ms. */
  delay = 0
  /** What it did to the device's frames so far. */
  readonly did = { doubled: 0, torn: 0 }
  port = 0

  constructor(readonly target: number) {}

  async open(): Promise<this> {
    this.#server = createServer((near) => this.#join(near))
    await new Promise<void>((done) => this.#server!.listen(0, '127.0.0.1', done))
    this.port = (this.#server.address() as { port: number }).port
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get isCut(): boolean {
    return this.#cut
  }

  /** Ends every connection and takes no other. */
  cut(): void {
    this.#cut = true
    for (const s of this.#sockets) s.destroy()
  }

  mend(): void {
    this.#cut = false
  }

  /** Loses all that the server says, from the first piece that holds this on. It resolves once that was lost. */
  lose(from: string): Promise<void> {
    return new Promise((begun) => (this.#losing = { from, begun, lost: false }))
  }

  /** Loses nothing any more. */
  heed(): void {
    this.#losing = undefined
  }

  /** Says the device's next frame that holds this twice. */
  double(holds: string): void {
    this.#doubling = holds
  }

  /** Sends half of the device's next frame, and cuts. */
  tear(): void {
    this.#tearing = true
  }

  #loses(data: Buffer): boolean {
    const l = this.#losing
    if (!l || (!l.lost && !data.includes(l.from))) return false
    l.lost = true
    l.begun()
    return true
  }

  /** What goes on to the server of what came from the device; undefined: the wire breaks after it. */
  #onward(data: Buffer, frames: Frames): { data: Buffer; breaks: boolean } {
    const whole = frames.take(data)
    if (this.#tearing && whole.length > 0) {
      this.#tearing = false
      this.did.torn++
      return { data: data.subarray(0, data.length >> 1), breaks: true }
    }
    const again = this.#doubling === undefined ? undefined : whole.find((f) => f.text.includes(this.#doubling!))
    if (!again) return { data, breaks: false }
    this.#doubling = undefined
    this.did.doubled++
    // Behind what came: where that ends in the middle of a frame, before the part.
    const rest = frames.rest
    return { data: Buffer.concat([data.subarray(0, data.length - rest), again.bytes, data.subarray(data.length - rest)]), breaks: false }
  }

  close(): void {
    this.cut()
    this.#server?.close()
  }

  #join(near: Socket): void {
    if (this.#cut) return void near.destroy()
    const far = connect(this.target, '127.0.0.1'), frames = new Frames()
    for (const [from, to] of [[near, far], [far, near]] as const) {
      this.#sockets.add(from)
      let due = 0 // in order, whatever becomes of the delay meanwhile
      const later = (f: () => void) => {
        const now = Date.now()
        due = Math.max(due, now + this.delay)
        if (due <= now) f()
        else setTimeout(f, due - now)
      }
      from.on('data', (came: Buffer) => {
        if (from === far && this.#loses(came)) return
        const { data, breaks } = from === near ? this.#onward(came, frames) : { data: came, breaks: false }
        later(() => {
          if (!to.destroyed) to.write(data)
          if (breaks) to.end(() => near.destroy())
        })
      })
      from.on('close', () => {
        this.#sockets.delete(from)
        later(() => to.destroy())
      })
      from.on('error', () => to.destroy()) // one side went away: the other is told by its closing
    }
  }
}
