// What happens to three handhelds and their server in a bad night, by chance and from a seed.
import type { Demo } from '../demo'
import type { Counter } from './counter'
import { setClock, sleep, tellOnline } from './page'

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))
const hour = 3_600_000

export class Weather {
  readonly did: Record<string, number> = {}
  private over = false

  constructor(private readonly demo: Demo, private readonly counters: Counter[], private readonly chance: () => number, private readonly say: (what: string) => void) {}

  /** Blows until it is calmed; then everything is whole again. */
  async blow(): Promise<void> {
    await Promise.all([this.overServer(), ...this.counters.map((c) => this.overDevice(c))])
  }

  calm(): void {
    this.over = true
  }

  private note(what: string, of: string): void {
    this.did[what] = (this.did[what] ?? 0) + 1
    this.say(`${of}: ${what}`)
  }

  private between(least: number, most: number): number {
    return least + this.chance() * (most - least)
  }

  /** Power cuts. */
  private async overServer(): Promise<void> {
    while (!this.over) {
      await this.wait(this.between(6_000, 20_000))
      if (this.over) return
      this.note('server killed', 'server')
      await this.demo.kill()
      await this.wait(this.between(0, 3_000))
      await this.demo.run()
      this.say('server: up')
    }
  }

  private async wait(ms: number): Promise<void> {
    for (const end = Date.now() + ms; Date.now() < end && !this.over;) await pause(Math.min(100, end - Date.now()))
  }

  private async overDevice(c: Counter): Promise<void> {
    const { proxy, name } = c.h
    while (!this.over) {
      await this.wait(this.between(300, 3_000))
      if (this.over) break
      const what = this.chance()
      if (what < 0.25) await this.outOfReach(c)
      else if (what < 0.37) {
        proxy.delay = this.chance() < 0.3 ? 0 : this.between(10, 400)
        this.note('slow link', name)
      } else if (what < 0.54) {
        proxy.double('"t":"push"')
        this.note('frame to double', name)
      } else if (what < 0.62) {
        proxy.tear()
        this.note('frame to tear', name)
      } else if (what < 0.72) await this.loseAnswer(c)
      else if (what < 0.86) this.shiftClock(c)
      else if (what < 0.9) {
        this.note('slept', name)
        const ms = Math.round(this.between(1, 3) * hour)
        c.ahead += ms
        await c.awake(() => sleep(c.h.page, ms)).catch(() => undefined) // it was just taken away
      } else if (what < 0.93) this.end(c, 'tab crashed', () => c.h.crashTab(), () => c.h.openTab())
      else if (what < 0.955) this.end(c, 'tab closed', () => c.h.closeTab(), () => c.h.openTab())
      else if (what < 0.985) this.end(c, 'browser killed', () => c.h.killHard(), () => c.h.switchOn())
      else this.end(c, 'browser crashed', () => c.h.kill(), () => c.h.switchOn())
    }
    proxy.mend()
    proxy.heed()
    proxy.delay = 0
  }

  private end(c: Counter, how: string, end: () => Promise<void>, open: () => Promise<void>): void {
    if (c.take(how, end, open, this.between(0, 1_500))) this.note(how, c.h.name)
  }

  private async outOfReach(c: Counter): Promise<void> {
    this.note('link cut', c.h.name)
    c.h.proxy.cut()
    await this.wait(this.between(100, 7_000))
    c.h.proxy.mend()
    this.say(`${c.h.name}: link back`)
    if (this.chance() < 0.6) await tellOnline(c.h.page).catch(() => undefined) // it was just taken away
  }

  /** The server has it, and the device never hears so. */
  private async loseAnswer(c: Counter): Promise<void> {
    const { proxy } = c.h
    const lost = proxy.lose('"t":"ack"')
    await Promise.race([lost.then(() => this.note('answer lost', c.h.name)), this.wait(2_000)])
    proxy.cut()
    proxy.heed()
    await this.wait(this.between(50, 500))
    proxy.mend()
  }

  private shiftClock(c: Counter): void {
    c.ahead = this.chance() < 0.3 ? 0 : Math.round(this.between(-8, 8) * hour)
    this.note('clock set', c.h.name)
    void setClock(c.h.page, c.ahead).catch(() => undefined) // it was just taken away, and will wake with it
  }
}
