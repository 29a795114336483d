// A long pass: what a scan looks up does not grow with what was counted before it.
import { expect, it, vi } from 'vitest'
import { Catalogue } from '../../src/model/catalogue'
import { Walk } from '../../src/model/walk'
import type { CatalogueItem } from '../../src/store/schema'
import { place } from '../ui/fake'

const entries = 2000, now = Date.UTC(2026, 10, 26, 9)
const items = Array.from({ length: entries + 1 }, (_, n): CatalogueItem => ({ id: 'i' + String(n).padStart(5, '0'), name: { en: 'Item ' + n }, unit: n % 2 ? 'piece' : 'kg', barcodes: [{ code: String(70_000_000 + n), pack: 1000 }] }))
const observed = (n: number) => ({ v: 1 as const, id: 'e' + n, n: n + 2, kind: 'observed' as const, session: 's', pass: 'p', at: now + n, mono: n, scanned_at: now + n, code: String(70_000_000 + n), item: items[n]!.id, pack: 1000, amount: 1000, entry: 'scan' as const, expiry: n % 3 ? '2027-03-31' : undefined })

it('looks up the item of the scan, and none of those that were counted before', () => {
  const catalogue = Catalogue.of(items), lookUp = vi.spyOn(catalogue, 'item')
  const walk = new Walk({ pass: 'p', session: 's', location: 'A', round: 1, person: 'ali', mode: 'each', assignment: '', undirected: false, openedAt: now, closed: false, observations: 0, quantity: 0, multiplier: '' })
  for (let n = 0; n < entries; n++) walk.take(observed(n) as never)
  const before = walk.view(catalogue, place('A', 'ممر'), 0, now)
  expect([before.entries.length, before.totals.items, before.totals.units]).toEqual([entries, entries, { kg: entries * 500, piece: entries * 500 }])
  lookUp.mockClear()
  walk.take(observed(entries) as never)
  const after = walk.view(catalogue, place('A', 'ممر'), entries + 1, now + 1000) // and all before it has arrived meanwhile
  expect(lookUp.mock.calls.length).toBeLessThan(5)
  expect(after.entries.slice(0, 2)).toMatchObject([{ id: 'e' + entries, sent: false, item: { name: { en: 'Item ' + entries } } }, { sent: true, item: { name: { en: 'Item ' + (entries - 1) } } }])
  expect(after.totals.units).toEqual({ kg: (entries + 2) * 500, piece: entries * 500 })
})

it('says anew what an expiry suggests when another day begins', () => {
  const walk = new Walk({ pass: 'p', session: 's', location: 'A', round: 1, person: 'ali', mode: 'each', assignment: '', undirected: false, openedAt: now, closed: false, observations: 0, quantity: 0, multiplier: '' })
  walk.take(observed(1) as never)
  const catalogue = Catalogue.of(items), at = (when: number) => walk.view(catalogue, place('A', 'ممر'), 0, when).entries[0]!.suggests
  expect([at(now), at(Date.UTC(2027, 2, 31, 9)), at(Date.UTC(2027, 3, 1, 9))]).toEqual([undefined, 'near-expiry', 'expired'])
})
