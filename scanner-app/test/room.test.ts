// A full device: what goes before a count is refused, in which order, and what never goes.
import 'fake-indexeddb/auto'
import { afterEach, expect, it } from 'vitest'
import { Store } from '../src/store/store'
import { packChunk } from '../src/store/chunk'
import { observed, World } from './world'

const add = IDBObjectStore.prototype.add

afterEach(() => { IDBObjectStore.prototype.add = add })

/** Events find no room as long as so says it: what a browser does when the disk has none. */
function full(no: () => boolean): void {
  IDBObjectStore.prototype.add = function (this: IDBObjectStore, ...a: Parameters<typeof add>) {
    if (this.name === 'events' && no()) throw new DOMException('no room', 'QuotaExceededError')
    return add.apply(this, a)
  }
}

const jpeg = (n: number) => Uint8Array.from([0xff, 0xd8, 0xff, n]).buffer

async function laden() {
  const w = new World()
  const s = await Store.open(w.database, w.env)
  const site = { id: 'c', name: {}, kind: 'k', sections: [], locations: [] }
  const plan = { kind: 'full', blind: true, name: {}, scope: {} }
  for (const [session, chunk] of [['here', 'a'], ['other', 'b']] as const) {
    await s.putChunk(packChunk(chunk.repeat(64), []))
    await s.putPack({ session, site, plan, catalogue: { items: 0, chunks: [chunk.repeat(64)] }, schemes: [], people: [] },
      { session, cursor: 'c', state: 'open', round: 1, tasks: [], drained: false, overAt: 0 })
  }
  await s.put('current', 'here')
  const sent = await s.photos.add(jpeg(1), 'here', 1), unsent = await s.photos.add(jpeg(2), 'here', 2)
  await s.record([{ ...observed('here', 'p', '1'), photo: sent }, { ...observed('here', 'p', '2'), photo: unsent }])
  await s.photos.settle(sent, { sentAt: s.newest })
  await s.reserve()
  const lies = async () => ({ chunks: (await s.heldChunks()).map((h) => h[0]).sort().join(''), photos: (await s.photos.all()).map((p) => (p.hash === sent ? 'sent' : 'unsent')).sort().join(), low: s.isLow, last: s.last })
  return { s, lies }
}

it('lets go of what is held elsewhere first, and of the reserve last, and takes the count each time', async () => {
  const { s, lies } = await laden()
  expect(await lies()).toEqual({ chunks: 'ab', photos: 'sent,unsent', low: false, last: 2 })
  const steps = [{ chunks: 'a', photos: 'sent,unsent', low: false }, { chunks: 'a', photos: 'unsent', low: false }, { chunks: 'a', photos: 'unsent', low: true }]
  for (const [n, step] of steps.entries()) {
    let no = true
    full(() => no && !(no = false)) // once
    await s.record([observed('here', 'p', String(3 + n))])
    expect(await lies()).toEqual({ ...step, last: 3 + n })
  }
  s.close()
})

it('refuses when nothing is left, loses nothing of what it had, and sets the reserve aside again', async () => {
  const { s, lies } = await laden()
  let no = true
  full(() => no)
  await expect(s.record([observed('here', 'p', '3')])).rejects.toMatchObject({ key: 'storage-full', ar: expect.stringMatching(/./) })
  expect(await lies()).toEqual({ chunks: 'a', photos: 'unsent', low: true, last: 2 })
  no = false
  await s.record([observed('here', 'p', '3')])
  expect((await s.read(1, 9, 1 << 20)).map((e) => JSON.parse(e.body).code)).toEqual(['1', '2', '3'])
  await s.reserve()
  expect((await lies()).low).toBe(false)
  s.close()
})

it('lets nothing go for a clock event, and no catalogue of a session that goes on while none is on the screen', async () => {
  const { s, lies } = await laden()
  await s.put('current', undefined)
  let no = true
  full(() => no && !(no = false)) // once
  await expect(s.record([{ kind: 'clock', session: 'here' }])).rejects.toMatchObject({ key: 'storage-full' })
  expect(await lies()).toEqual({ chunks: 'ab', photos: 'sent,unsent', low: false, last: 2 })
  expect(s.isFull).toBe(false) // a count may still find room
  no = true
  await s.record([observed('here', 'p', '3')])
  expect(await lies()).toEqual({ chunks: 'ab', photos: 'unsent', low: false, last: 3 })
  s.close()
})
