// The wire between one handheld and the server: it can be cut and mended, and what the server answers be lost. The browser's own offline switch leaves
// open sockets open, so the cable is pulled here.
import { connect, createServer, type Server, type Socket } from 'node:net'

export class Proxy {
  #server: Server | undefined
  #sockets = new Set<Socket>()
  #cut = false
  #losing: { from: string; begun: () => void; lost: boolean } | undefined
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

  #loses(data: Buffer): boolean {
    const l = this.#losing
    if (!l || (!l.lost && !data.includes(l.from))) return false
    l.lost = true
    l.begun()
    return true
  }

  close(): void {
    this.cut()
    this.#server?.close()
  }

  #join(near: Socket): void {
    if (this.#cut) return void near.destroy()
    const far = connect(this.target, '127.0.0.1')
    for (const [from, to] of [[near, far], [far, near]] as const) {
      this.#sockets.add(from)
      from.on('data', (data: Buffer) => {
        if (from === near || !this.#loses(data)) to.write(data)
      })
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      from.on('error', () => to.destroy()) // one side went away: the other is told by its closing
    }
  }
}
