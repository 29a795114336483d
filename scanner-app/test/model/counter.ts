// A counter's model on a small shop: paired, signed in, its session joined.
import { effect } from '@preact/signals'
import { expect } from 'vitest'
import { createModel } from '../../src/model/model'
import type { Model } from '../../src/model/types'
import { World } from '../world'

const items = [
  { id: 'milk', name: { ar: 'حليب كامل الدسم 1 لتر', en: 'Full cream milk 1 l' }, unit: 'piece', barcodes: [{ code: '6291003012345', pack: 1000, kind: 'gtin' }, { code: '16291003012342', pack: 12000, kind: 'gtin' }] },
  { id: 'rice', name: { ar: 'أرز بسمتي 5 كجم', en: 'Basmati rice 5 kg' }, unit: 'piece', barcodes: [{ code: '4006381333931', pack: 1000, kind: 'gtin' }, { code: '14006381333938', pack: 4000, kind: 'gtin' }] },
  { id: 'cheese', name: { ar: 'جبنة بيضاء', en: 'White cheese' }, unit: 'kg', price: 1250, barcodes: [{ code: '12345', pack: 1000, kind: 'variable' }] },
  { id: 'olives', name: { ar: 'زيتون', en: 'Olives' }, unit: 'kg', barcodes: [{ code: '54321', pack: 1000, kind: 'variable' }, { code: '96271100010016', pack: 1000, kind: 'gtin' }] },
  { id: 'oil', name: { ar: 'زيت زيتون سائب', en: 'Olive oil, loose' }, unit: 'litre', price: 1250, barcodes: [{ code: '11111', pack: 1000, kind: 'variable' }, { code: '96271100010023', pack: 1000, kind: 'gtin' }] },
  { id: 'eggs', name: { ar: 'بيض', en: 'Eggs' }, unit: 'piece', barcodes: [{ code: '123456', pack: 1000, kind: 'variable' }] },
  { id: 'yoghurt', name: { ar: 'لبن زبادي', en: 'Yoghurt' }, unit: 'piece', lots: true, barcodes: [{ code: '5449000000996', pack: 1000, kind: 'gtin' }, { code: '15449000000993', pack: 6000, kind: 'gtin' }] },
  { id: 'shop', name: { ar: 'كيس', en: 'Bag' }, unit: 'piece', barcodes: [{ code: '12345678', pack: 1000, kind: 'local' }] },
]
const locations = [
  { id: 'A-01-03', name: { ar: 'ممر 1 رف 3', en: 'Aisle 1 shelf 3' }, section: 's1', kind: 'floor' },
  { id: 'A-01-04', name: { ar: 'ممر 1 رف 4', en: 'Aisle 1 shelf 4' }, section: 's1', kind: 'floor' },
]
export const milk = '6291003012345'
export const rice = '4006381333931'
/** Needs its lot and expiry. */
export const yoghurt = '5449000000996'

/** Resolves once f holds, which is looked at whenever a signal that it reads changes. */
export function until(f: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    let stop: (() => void) | undefined
    let done = false
    stop = effect(() => {
      if (done || !f()) return
      done = true
      queueMicrotask(() => stop?.())
      resolve()
    })
  })
}

export async function counting(w = new World(), more: Record<string, unknown> = {}, storage?: StorageManager): Promise<{ w: World; m: Model }> {
  await w.server.offer('night1', items, locations, { schemes: ['prefix=21,item=5,value=5,kind=weight,decimals=3'], ...more })
  const m = createModel({ env: w.env, name: w.database, storage })
  await until(() => m.phase.value === 'unpaired')
  expect(await m.pair('https://jard.test/app/#pair=ABCD-EFGH', 'TC26-1')).toEqual({ sound: 'ok' })
  expect(await m.signIn('ali', '58213')).toEqual({})
  expect(m.phase.value).toBe('ready')
  expect(await m.join('night1')).toEqual({})
  return { w, m }
}

export const keys = async (m: Model, digits: string) => {
  for (const k of digits) expect((await m.key(k as '1')).refused).toBeUndefined()
}

/** All that the server holds, once the device has nothing left to send. */
export async function arrived(w: World, m: Model): Promise<Record<string, unknown>[]> {
  await until(() => m.link.value.unsent === 0)
  return w.server.log.map((e) => JSON.parse(e.body) as Record<string, unknown>).filter((e) => e['kind'] !== 'clock')
}
