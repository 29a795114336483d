// The app's core against the real server: a society made by the command line as README shows, then pair, sign in, join,
// count, push, be acknowledged, drain.
import 'fake-indexeddb/auto'
import { effect } from '@preact/signals'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createModel } from '../src/model/model'
import type { Env } from '../src/sync/env'
import { act, tidy } from './antics'
import { websocket } from './websocket'
import { dice } from './world'

const top = join(import.meta.dirname, '../..')
const dir = mkdtempSync(join(tmpdir(), 'jard-real-'))
const binary = join(dir, 'jard')
let server: ChildProcess | undefined
let url = ''

const run = (...args: string[]) => execFileSync(binary, args, { encoding: 'utf8', env: { ...process.env, JARD_URL: url } })
const file = (name: string, text: string) => {
  writeFileSync(join(dir, name), text, { mode: 0o600 })
  return join(dir, name)
}
const as = (who: string, ...args: string[]) => run(...args, '--society', 'rawda', '--as', who, '--password-file', join(dir, who + '.password'))

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const s = createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address() as { port: number }
      s.close(() => resolve(port))
    })
  })
}

async function serve(): Promise<void> {
  server = spawn(binary, ['serve', '--data', join(dir, 'data'), '--listen', url.replace('http://', ''), '--log-level', 'warn'], { stdio: 'inherit' })
  for (let n = 0; n < 600; n++) {
    const up = await fetch(url + '/api/handheld/sessions').catch(() => undefined)
    if (up) return
    await new Promise((r) => setTimeout(r, 50)) // another process: there is nothing else to wait on
  }
  throw new Error('the server does not answer')
}

beforeAll(async () => {
  execFileSync('go', ['build', '-o', binary, './server'], { cwd: top })
  url = `http://127.0.0.1:${await freePort()}`
  const secret = () => Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString('base64')
  for (const who of ['admin', 'salem', 'mona']) file(who + '.password', secret())
  run('society', 'add', 'rawda', '--data', join(dir, 'data'), '--arabic', 'جمعية الروضة', '--governorate', 'KW-KU', '--admin', 'admin',
    '--password-file', join(dir, 'admin.password'), '--scheme', 'prefix=21,item=5,value=5,kind=weight,decimals=3')
  await serve()
  as('admin', 'user', 'add', 'salem', '--role', 'supervisor', '--arabic', 'سالم', '--new-password-file', join(dir, 'salem.password'))
  as('admin', 'user', 'add', 'mona', '--role', 'manager', '--arabic', 'منى', '--new-password-file', join(dir, 'mona.password'))
  as('admin', 'user', 'add', 'ali', '--role', 'counter', '--english', 'Ali', '--pin-file', file('ali.pin', '58213'))
  as('mona', 'import', 'items', file('items.csv', 'رقم الصنف;اسم الصنف;الوحدة;الباركود\n' +
    'milk;حليب كامل الدسم;حبة;6291003012341\nrice;أرز بسمتي;حبة;4006381333931\ntea;شاي;حبة;96385074\n'))
  as('mona', 'import', 'places', file('places.csv', 'رقم الموقع;اسم الموقع;رقم القسم;اسم القسم;صاحب العهدة;نوع الموقع\n' +
    'A-01-03;رف 3;s1;الألبان;ناصر;floor\nA-01-04;رف 4;s1;الألبان;ناصر;floor\n'),
    '--site', 'central', '--site-arabic', 'السوق المركزي', '--site-kind', 'central-market')
  as('mona', 'import', 'book', file('book.csv', 'رقم القسم;رقم الصنف;الرصيد;متوسط التكلفة\ns1;milk;12;0.350000\ns1;rice;30;2.100000\n'),
    '--site', 'central', '--as-of', '2026-11-24T02:00:00+03:00')
  as('salem', 'session', 'issue', 'central', '--id', 'night1')
}, 240_000)

afterAll(async () => {
  const ended = new Promise((r) => server?.once('exit', r))
  if (server?.kill('SIGTERM')) await ended
  rmSync(dir, { recursive: true, force: true })
})

function until(f: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    let done = false
    const stop = effect(() => {
      if (done || !f()) return
      done = true
      queueMicrotask(() => stop())
      resolve()
    })
  })
}

const env = (): Env => ({
  now: () => Date.now(), mono: () => performance.now(), random: (b) => void crypto.getRandomValues(b), chance: Math.random, app: '1.0.0', origin: url,
  later: (ms, f) => {
    const t = setTimeout(f, ms)
    return () => clearTimeout(t)
  },
  fetch, socket: websocket, onWake: () => () => {}, onLost: () => () => {},
})

it('does the main job with the real server, which is killed and started again in between', async () => {
  const code = /[A-Z0-9]{4}-[A-Z0-9]{4}/.exec(as('admin', 'device', 'code', 'TC26-1'))![0]
  const m = createModel({ env: env(), name: 'real' })
  await until(() => m.phase.value === 'unpaired')
  expect(await m.scan(`]Q1${url}/app/#pair=${code}`)).toEqual({ what: 'pairing', sound: 'ok' })
  expect(await m.signIn('ali', '11111')).toMatchObject({ refused: { ar: expect.stringMatching(/./), en: expect.stringMatching(/./) } })
  expect(await m.signIn('ali', '58213')).toEqual({})
  expect(m.society.value).toEqual({ ar: 'جمعية الروضة' })
  await m.refreshOffers()
  expect(m.offers.value).toMatchObject([{ session: 'night1', blind: true, joined: false }])
  expect(await m.join('night1')).toEqual({})
  expect((await m.findItems('ارز'))).toMatchObject([{ id: 'rice' }])
  await until(() => m.link.value.state === 'online')

  expect(await m.scan('A-01-03\r')).toEqual({ what: 'location', sound: 'ok' })
  expect(await m.scan(']E06291003012341')).toEqual({ what: 'item', sound: 'ok' })
  for (const k of ['1', '2'] as const) await m.key(k)
  expect(await m.scan('4006381333931')).toEqual({ what: 'item', sound: 'ok' })
  await until(() => m.link.value.unsent === 0)

  // No server, no network: counting goes on.
  const killed = new Promise((r) => server!.once('exit', r))
  server!.kill('SIGKILL')
  await killed
  for (const k of ['3', '0'] as const) await m.key(k)
  expect(await m.confirm()).toEqual({ sound: 'ok' })
  await m.undo()
  await m.scan('4006381333931')
  for (const k of ['2', '9'] as const) await m.key(k)
  expect(await m.scan('شاي-7')).toEqual({ what: 'unknown-code', sound: 'unknown' })
  await m.zero()
  expect(await m.closePass()).toEqual({ sound: 'ok' })
  expect(m.link.value.unsent).toBeGreaterThan(4)
  await serve()
  await m.syncNow()
  await until(() => m.link.value.unsent === 0 && m.link.value.state === 'online')

  const show = as('salem', 'session', 'show', 'night1')
  expect(show).toMatch(/locations 1 of 2/)
  expect(show).toMatch(/unknown-codes \(1, e\.g\. شاي-7\)/)
  expect(show).not.toMatch(/quarantine|passes-gap/) // every event was understood, and the pass's totals are right
  // Anything in any order: the server finds every total right, every reversal matched, nothing to put in quarantine.
  const chance = dice(20261125)
  const codes = [']E06291003012341', '4006381333931', '96385074', 'شاي-7', 'A-01-03', 'A-01-04', '2112345012346', '12"\\\u001d7', '6291003012346']
  for (let n = 0; n < 1000; n++) await act(m, chance, codes, ['milk', 'rice', 'tea'])
  await tidy(m)
  await m.syncNow()
  await until(() => m.link.value.unsent === 0)
  const after = as('salem', 'session', 'show', 'night1')
  expect(Number(/(\d+) log entries/.exec(after)![1])).toBeGreaterThan(60)
  expect(after).toMatch(/ 0 disputed/) // one person's passes add up or replace each other
  expect(after).not.toMatch(/quarantine|passes-gap|passes-open/)

  as('mona', 'session', 'close', 'night1')
  await until(() => m.session.value?.state === 'closing' && m.session.value.drained)
  await m.stop()
}, 120_000)

/** A handheld of its own, in the session night2. */
async function unpack(name: string) {
  const code = /[A-Z0-9]{4}-[A-Z0-9]{4}/.exec(as('admin', 'device', 'code', name))![0]
  const m = createModel({ env: env(), name })
  await until(() => m.phase.value === 'unpaired')
  await m.pair(code, name)
  expect(await m.signIn('ali', '58213')).toEqual({})
  expect(await m.join('night2')).toEqual({})
  await until(() => m.link.value.state === 'online')
  await m.scan('A-01-03')
  await until(() => m.link.value.unsent === 0)
  return m
}

it('rescues what a dead handheld held, once, and quarantines what a revoked one held', async () => {
  as('mona', 'session', 'cancel', 'night1', '--reason', 'another one is counted')
  as('salem', 'session', 'issue', 'central', '--id', 'night2')
  const dead = await unpack('dead'), lost = await unpack('lost')
  const killed = new Promise((r) => server!.once('exit', r))
  server!.kill('SIGKILL')
  await killed
  for (const m of [dead, lost]) {
    await m.scan(']E06291003012341')
    await m.key('7')
    expect(await m.confirm()).toEqual({ sound: 'ok' })
    expect(await m.closePass()).toEqual({ sound: 'ok' })
  }
  expect(dead.link.value.unsent).toBe(2)

  // The one that died: its file, taken in over HTTP, twice, and at the stopped server's data directory.
  const { file: blob, unsent, codes } = await dead.rescue()
  await dead.stop()
  await lost.stop()
  expect(unsent).toBe(2)
  const saved = file('dead.jsonl', await blob.text())
  const offline = run('import', 'events', saved, '--society', 'rawda', '--data', join(dir, 'data'))
  expect(offline).toMatch(/night2 +2 new, [12] known\n/)
  await serve()
  for (const f of [saved, file('codes.txt', codes.join('\n'))]) expect(as('salem', 'import', 'events', f, '--url', url)).toMatch(/night2 +0 new, \d known\n/)
  expect(() => as('mona', 'import', 'events', saved, '--url', url)).toThrow() // a manager may not
  expect(as('salem', 'session', 'show', 'night2')).not.toMatch(/quarantine/)
  // It comes back after all, and finds everything acknowledged.
  const back = createModel({ env: env(), name: 'dead' })
  await until(() => back.phase.value === 'ready' && back.link.value.state === 'online' && back.link.value.unsent === 0)
  expect(back.link.value.notice).toBeUndefined()
  await back.stop()

  // The one that was revoked while it was away: what it held is quarantined, not lost.
  as('admin', 'device', 'revoke', lost.deviceId.value, '--reason', 'stolen')
  const found = createModel({ env: env(), name: 'lost' })
  await until(() => found.link.value.state === 'revoked' && found.link.value.unsent === 0)
  expect(as('salem', 'session', 'show', 'night2')).toMatch(/quarantine/)
  const held = await (await fetch(url + '/api/sessions/night2/quarantine', { headers: { Authorization: 'Bearer ' + (await token('salem')) } })).json() as { list: { reason: string }[] }
  expect(held.list.filter((h) => h.reason === 'device-revoked').length).toBe(3) // the count, the closing, and the clock at the contact after
  await found.stop()
}, 120_000)

async function token(who: string): Promise<string> {
  const body = JSON.stringify({ society: 'rawda', person: who, password: readFileSync(join(dir, who + '.password'), 'utf8') })
  const r = await fetch(url + '/api/sign-in', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
  return ((await r.json()) as { token: string }).token
}
