// The figures that need a browser: node e2e/figures.mjs SERVER [PART …]. A real Chromium on a running demo; the handheld's
// processor is slowed down four and six times, the desk's is not. Prints a table; parts are size first pack heap start beep
// scan search long drain board desk, and without a name all of them.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { board, desk } from './figures/board.mjs'
import { firstScreens, handheld, sizes } from './figures/handheld.mjs'
import { demo, say, seconds } from './figures/stage.mjs'

const server = resolve(process.argv[2]), parts = process.argv.slice(3)
const all = ['size', 'first', 'pack', 'heap', 'start', 'beep', 'scan', 'search', 'long', 'drain', 'board', 'desk']
for (const p of parts) if (!all.includes(p)) throw new Error(`no part ${p}: there are ${all.join(' ')}`)
const wanted = (part) => !parts.length || parts.includes(part)
const slows = (process.env.SLOW ?? '4,6').split(',').map(Number), items = Number(process.env.ITEMS ?? 100_000), counters = 50

const temp = await mkdtemp(join(tmpdir(), 'jard-figures-'))
try {
  console.log('| figure | p50 / p99 / most, or once |\n|---|---|')
  if (all.slice(0, -2).some(wanted)) {
    const d = { ...(await demo(server, join(temp, 'shop'), '--items', String(items))), items }
    try {
      d.url = d.society
      if (wanted('size')) await sizes(d)
      if (wanted('first')) await firstScreens(d, slows)
      if (['pack', 'heap', 'start', 'beep', 'scan', 'search', 'long', 'drain'].some(wanted)) await handheld(d, temp, wanted, slows)
    } finally { await d.stop('SIGTERM') }
  }
  if (wanted('board')) {
    const fresh = await demo(server, join(temp, 'demo'))
    say('demo of 25,000 items, from an empty directory to ready', seconds(fresh.ready_seconds * 1000))
    await fresh.stop('SIGTERM')
    const busy = await demo(server, join(temp, 'demo'), '--simulate', String(counters), '--haste', '4')
    say('demo, started again', seconds(busy.ready_seconds * 1000))
    try { await board(busy, counters) } finally { await busy.stop('SIGTERM') }
  }
  if (wanted('desk')) {
    const large = await demo(server, join(temp, 'large'), '--items', '52000')
    try { await desk(large, 50_000) } finally { await large.stop('SIGTERM') }
  }
} finally {
  await rm(temp, { recursive: true, force: true })
}
