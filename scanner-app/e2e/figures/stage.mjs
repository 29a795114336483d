// What the figures have in common: the demo as a process, the browser, the slow wire between them, and how numbers are told.
import { spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'

export const launch = { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--autoplay-policy=no-user-gesture-required'] }

/** So large a part of them is at most this. */
const at = (list, p) => list.toSorted((a, b) => a - b)[Math.ceil(list.length * p) - 1]
export const spread = (list) => `${at(list, 0.5).toFixed(1)} / ${at(list, 0.99).toFixed(1)} / ${Math.max(...list).toFixed(1)} ms`
export const median = (list) => at(list, 0.5)
export const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`
export const say = (what, figure) => console.log(`| ${what} | ${figure} |`)

/** Starts the demo on a folder and gives what it says of itself once it is ready. */
export async function demo(server, folder, ...more) {
  const p = spawn(server, ['demo', '--json', '--data', folder, '--listen', '127.0.0.1:18420', '--ministry-listen', '127.0.0.1:18421', ...more], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((done) => p.once('exit', done))
  const told = await Promise.race([new Promise((done) => createInterface({ input: p.stdout }).once('line', (l) => done(JSON.parse(l)))), ended])
  if (!told?.society) throw new Error('the demo ended')
  return { ...told, stop: (signal) => { p.kill(signal); return ended } }
}

/** A wire to a port that can be cut, and that holds back what goes through it by so many ms each way. */
export async function wire(port) {
  const ends = new Set()
  const self = { delay: 0, isCut: false, cut() { self.isCut = true; for (const s of ends) s.destroy() }, mend() { self.isCut = false }, close() { self.cut(); server.close() } }
  const server = createServer((near) => {
    if (self.isCut) return void near.destroy()
    const far = connect(port, '127.0.0.1')
    for (const [from, to] of [[near, far], [far, near]]) {
      ends.add(from)
      from.setNoDelay(true)
      from.on('data', (data) => { if (self.delay) setTimeout(() => to.write(data), self.delay); else to.write(data) })
      from.on('error', () => {})
      from.on('close', () => { ends.delete(from); to.destroy() })
    }
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  self.url = `http://127.0.0.1:${server.address().port}`
  return self
}
