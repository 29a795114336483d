// A bad night, in one run: three counters with real browsers count as fast as they can while links break, tabs and browsers are killed,
// the server loses its power and clocks jump. In the morning the server's log says what the counters' notebooks say: everything once.
import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect } from 'vitest'
import { dice } from '../test/world'
import { Api, until } from './api'
import { Demo } from './demo'
import { Handheld } from './handheld'
import { Counter } from './soak/counter'
import { entries, told } from './soak/ledger'
import { tally, type Good } from './soak/notebook'
import { tellOnline } from './soak/page'
import { Weather } from './soak/weather'

export interface Night {
  seed: number
  /** At least so long, and at least so many scans. */
  minutes: number
  scans: number
}

const people = ['ali', 'sara', 'omar']

export async function soak({ seed, minutes, scans }: Night): Promise<Record<string, unknown>> {
  const began = Date.now(), journal: string[] = []
  const say = (what: string) => journal.push(`${((Date.now() - began) / 1000).toFixed(2)} ${what}`)
  const demo = await Demo.start(people.length, 600, '--locations', '200')
  const counters: Counter[] = []
  try {
    say('the server is up')
    const salem = await Api.signIn(demo.told.society, 'rawda', 'salem', demo.login('salem').password!)
    const session = 'soak'
    await salem.post('/sessions', { session, name: { ar: 'ليلة سيئة', en: 'A bad night' }, site: 'warehouse', kind: 'full', tiers: [{ role: 'financial-controller' }] })
    const dry = (await salem.all<{ location: string; section: string }>(`/sessions/${session}/locations`)).filter((l) => l.section === 'dry').map((l) => l.location)
    const items = (await salem.all<{ item: string; unit: string }>(`/sessions/${session}/lines`)).filter((l) => l.unit === 'piece').map((l) => l.item)
    const handhelds = await Promise.all(people.map((name) => Handheld.unpack(name, 'ar', demo.ports.society)))
    await Promise.all(handhelds.map(async (h, i) => {
      h.look = async () => {} // others do
      await h.page.goto(`${h.proxy.url}/app/#pair=${demo.told.codes[i]}`)
      await h.signIn(people[i]!, demo.login(people[i]!).pin!)
      await h.join('ليلة سيئة')
      await h.page.waitForFunction(() => navigator.serviceWorker.ready.then(() => true))
      const articles = (await h.articles(items)).filter((i) => !i.lots).slice(0, 40)
      const goods: Good[] = articles.flatMap((i) => (i.barcodes ?? []).map((b) => ({ item: i.id, code: b.code, pack: b.pack }))).filter((g) => /^\d{13}$/.test(g.code))
      goods.push({ item: '', code: `SOAK-${i}`, pack: 1000 })
      const places = dry.filter((_, n) => n % people.length === i)
      const c = new Counter(h, goods, places, dice(seed * 10 + i), (what) => say(`${h.name}: ${what}`))
      counters.push(c)
      await h.closeTab()
      await h.openTab() // with everything in it that the night needs
      await c.ready()
    }))
    say(`${counters.map((c) => `${c.h.name}: ${c.goods.length} codes, ${c.places.length} places`).join('; ')}`)

    const weather = new Weather(demo, counters, dice(seed * 10 + 9), say), start = Date.now()
    const counted = () => counters.reduce((sum, c) => sum + c.book.scans, 0)
    let failed = false
    const blowing = weather.blow()
    // Nobody goes home before they have counted something.
    const over = () => failed || (Date.now() - start > minutes * 60_000 && counted() >= scans && counters.every((c) => c.book.state.walks.length > 0))
    await Promise.all(counters.map((c) => c.work(over).catch((e: unknown) => { failed = true; throw e }))).finally(() => weather.calm())
    await blowing
    const night = (Date.now() - start) / 1000

    // In the morning everybody is in reach.
    say('morning')
    for (const c of counters) {
      await tellOnline(c.h.page)
      await c.h.online()
    }
    await salem.post(`/sessions/${session}/closing`, {})
    await until('every handheld said that it holds nothing more', async () => {
      const streams = await salem.all<{ drained: boolean }>(`/sessions/${session}/streams`)
      return streams.length === people.length && streams.every((s) => s.drained)
    })
    say('drained')
    const log = await entries(salem, session), devices = told(log)
    const byPerson = new Map<string, string>()
    const passes = await salem.all<{ pass: string; person: string; device: string; status: string; observations: number; quantity: number; declared?: { observations: number; quantity: number } }>(`/sessions/${session}/passes`)
    for (const p of passes) byPerson.set(p.person, p.device)
    for (const c of counters) {
      const d = devices.get(byPerson.get(c.h.name)!)!
      expect(d.faults, c.h.name).toEqual([])
      expect([...d.epochs], `${c.h.name}: one stream, and no fence`).toHaveLength(1)
      expect(d.lines, `${c.h.name}: the log is the notebook`).toEqual(c.book.state.told)
    }
    expect(devices.size).toBe(people.length)
    expect(await salem.all(`/sessions/${session}/quarantine`)).toEqual([])
    expect(await salem.all(`/sessions/${session}/disputes`)).toEqual([])
    expect((await salem.all<{ fenced?: boolean; succeeds?: string }>(`/sessions/${session}/streams`)).filter((s) => s.fenced || s.succeeds)).toEqual([])
    for (const p of passes) {
      expect(['closed', 'superseded'], `${p.person} at ${p.pass}`).toContain(p.status)
      expect({ observations: p.observations, quantity: p.quantity }, `${p.person} at ${p.pass}`).toEqual(p.declared)
    }
    expect(passes).toHaveLength(counters.reduce((sum, c) => sum + c.book.state.walks.length, 0))
    const sums = new Map<string, number>()
    for (const c of counters) for (const [item, q] of tally(c.book.state)) sums.set(item, (sums.get(item) ?? 0) + q)
    for (const l of await salem.all<{ item: string; section: string; counted: number }>(`/sessions/${session}/lines`)) {
      if (l.section === 'dry') expect(l.counted, `${l.item} in all`).toBe(sums.get(l.item) ?? 0)
    }
    await Promise.all(counters.map((c) => c.h.switchOff()))
    await demo.kill('SIGTERM')
    const verified = execFileSync(demo.binary, ['verify', '--data', join(demo.folder, 'data', 'society')], { encoding: 'utf8' })
    expect(verified).toContain(' 0 faults')
    const events = counters.reduce((sum, c) => sum + c.book.state.told.length, 0)
    return {
      seed, seconds: Math.round(night), scans: counted(), events, walks: passes.length, entries: log.length, ...weather.did,
      'frames doubled': counters.reduce((sum, c) => sum + c.h.proxy.did.doubled, 0), 'frames torn': counters.reduce((sum, c) => sum + c.h.proxy.did.torn, 0),
    }
  } catch (e) {
    const folder = process.env.JARD_SHOTS ?? resolve(import.meta.dirname, '../../bin')
    await mkdir(folder, { recursive: true })
    const kept = join(folder, `soak-${seed}.log`)
    await writeFile(kept, journal.concat(String((e as Error).stack), demo.log).join('\n') + '\n')
    console.error(`seed ${seed} failed after ${counters.reduce((sum, c) => sum + c.book.scans, 0)} scans; what happened is in ${kept}`)
    throw e
  } finally {
    await Promise.all(counters.map((c) => c.h.switchOff().catch(() => undefined)))
    await demo.kill('SIGTERM')
  }
}
