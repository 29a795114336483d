// The wire between one handheld and the server: it can be cut, mended and slowed. The browser's own offline switch leaves
// open sockets open, so the cable is pulled here.
import { connect, createServer, type Server, type Socket } from 'node:net'

export class Proxy {
  #server: Server | undefined
  #sockets = new Set<Socket>()
  #cut = false
  /** How long each piece of data waits on its way, ms. */
  delay = 0
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

  close(): void {
    this.cut()
    this.#server?.close()
  }

  #join(near: Socket): void {
    if (this.#cut) return void near.destroy()
    const far = connect(this.target, '127.0.0.1')
    for (const [from, to] of [[near, far], [far, near]] as const) {
      this.#sockets.add(from)
      from.on('data', (data) => (this.delay ? setTimeout(() => to.write(data), this.delay) : to.write(data)))
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      from.on('error', () => to.destroy()) // one side went away: the other is told by its closing
    }
  }
}
