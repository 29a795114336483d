// The demo as a process: built from this tree, started, killed, started again on the same data and ports.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { newFolder } from './browser'

const top = resolve(import.meta.dirname, '../..')

export interface Login {
  id: string
  name: { ar: string; en: string }
  roles: string[]
  password?: string
  pin?: string
}

/** What the demo says when it is ready. */
export interface Told {
  society: string
  ministry: string
  codes: string[]
  samples: { site: string; location: string; codes: string[] }[]
  people: Login[]
  officers: Login[]
  ready_seconds: number
}

export class Demo {
  #process: ChildProcess | undefined
  #said = ''
  told!: Told

  private constructor(public binary: string, readonly folder: string, readonly ports: { society: number; ministry: number }, readonly items: number, readonly flags: string[]) {}

  static async start(handhelds: number, items = Number(process.env.JARD_E2E_ITEMS ?? 0), ...flags: string[]): Promise<Demo> {
    const folder = await newFolder('demo'), binary = process.env.JARD_SERVER ?? join(folder, 'server')
    if (!process.env.JARD_SERVER) execFileSync('go', ['build', '-o', binary, './server'], { cwd: top })
    const demo = new Demo(binary, folder, { society: await freePort(), ministry: await freePort() }, items, flags)
    await demo.run(handhelds)
    return demo
  }

  /** Starts it, and returns when it has said where everything is. */
  async run(codes = 0): Promise<void> {
    const size = this.items ? ['--items', String(this.items)] : []
    const p = spawn(this.binary, ['demo', '--json', '--data', join(this.folder, 'data'), '--listen', `127.0.0.1:${this.ports.society}`,
      '--ministry-listen', `127.0.0.1:${this.ports.ministry}`, '--pair', String(codes), '--log-level', 'warn', ...size, ...this.flags], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#process = p
    p.stderr.on('data', (d) => (this.#said += d))
    const told = await new Promise<Told>((done, fail) => {
      createInterface(p.stdout).on('line', (line) => done(JSON.parse(line)))
      p.once('exit', (code, signal) => fail(new Error(`the demo ended, ${code ?? signal}:\n${this.#said}`)))
    })
    this.told = { ...told, codes: told.codes ?? [] }
  }

  /** Ends it as a power cut does. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const p = this.#process
    if (!p || p.exitCode !== null || p.signalCode !== null) return
    const ended = new Promise((done) => p.once('exit', done))
    p.kill(signal)
    await ended
  }

  /** What it logged. */
  get log(): string {
    return this.#said
  }

  login(id: string): Login {
    return this.told.people.find((p) => p.id === id)!
  }
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const s = createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address() as { port: number }
      s.close(() => done(port))
    })
  })
}
