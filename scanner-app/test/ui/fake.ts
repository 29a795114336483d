// A tiny model in memory: it holds what a test puts into its signals, and remembers what the screens asked of it. No rule of
// counting lives here.
import { signal, type Signal } from '@preact/signals'
import { dayOf } from '../../src/model/day'
import type { Entry, Item, Model, Outcome, Pass, Pending, Place, Scanned, Task, Totals } from '../../src/model/types'

type Writable<T> = { -readonly [K in keyof T]: T[K] extends { readonly value: infer V } ? Signal<V> : T[K] }
export type FakeModel = Writable<Model> & { asked: string[]; next: Outcome }

export const items: Record<string, Item> = {
  milk: { id: 'milk-1l', name: { ar: 'حليب كامل الدسم طويل الأجل 1 لتر', en: 'Full cream long-life milk, 1 litre' }, unit: 'piece', code: '6271100010013' },
  rice: { id: 'rice-5', name: { ar: 'أرز بسمتي ممتاز 5 كجم', en: 'Premium basmati rice 5 kg' }, unit: 'piece', code: '6271100020012' },
  sugar: { id: 'sugar-1', name: { ar: 'سكر ناعم 1 كجم', en: 'Fine sugar 1 kg' }, unit: 'piece', code: '6271100030011' },
  dates: { id: 'dates', name: { ar: 'تمر خلاص سائب من مزارع الأحساء، عبوة هدايا فاخرة مع مكسرات مشكلة محمصة', en: 'Loose Khalas dates from the farms of Al-Ahsa, gift tray with mixed roasted nuts' }, unit: 'kg', code: '2112345' },
  tea: { id: 'tea', name: { en: 'Ceylon tea 100 bags' }, unit: 'piece', code: '96385074' },
}

export function place(location: string, name: string, more: Partial<Place> = {}): Place {
  return { location, name: { ar: name, en: name.replace('ممر', 'Aisle').replace('رف', 'Shelf').replace('ثلاجة', 'Cold store') }, kind: 'floor', section: 'grocery', sectionName: { ar: 'عهدة البقالة', en: 'Grocery' }, shared: false, undirected: false, state: 'none', ...more }
}

export function entry(id: string, item: Item | undefined, amount: number, more: Partial<Entry> = {}): Entry {
  return { id, code: item?.code ?? '9990001112223', ...(item ? { item } : {}), pack: 1000, undirected: false, at: 1_795_000_000_000, scannedAt: 1_795_000_000_000, amount, quantity: amount, allHere: true, reversed: false, sent: true, ...more }
}

export function pending(item: Item | undefined, more: Partial<Pending> = {}): Pending {
  return { code: item?.code ?? '9990001112223', ...(item ? { item } : {}), pack: 1000, undirected: false, scannedAt: 1_795_000_000_000, keyed: '', packs: [{ pack: 1000 }], decimals: item?.unit === 'kg', already: 0, wantsLot: false, ...more }
}

export const none: Totals = { observations: 0, items: 0, quantity: 0, units: {}, unknown: 0, missed: [] }

function unitsOf(standing: Entry[]): Totals['units'] {
  const units: Totals['units'] = {}
  for (const e of standing) units[e.item?.unit ?? 'piece'] = (units[e.item?.unit ?? 'piece'] ?? 0) + e.quantity
  return units
}

export function pass(more: Partial<Pass> = {}): Pass {
  const entries = more.entries ?? []
  const standing = entries.filter((e) => !e.reversed)
  const totals = { ...none, observations: standing.length, items: standing.filter((e) => e.item).length, quantity: standing.reduce((n, e) => n + e.quantity, 0), units: unitsOf(standing), unknown: standing.filter((e) => !e.item).length }
  return { pass: 'p1', place: place('A-04-12', 'ممر 4 · رف 12'), round: 1, recount: false, mode: 'quantity', openedAt: 0, multiplier: '', totals, earlier: [], ...more, entries }
}

export function task(key: string, at: Place, more: Partial<Task> = {}): Task {
  return { key, assignment: key, round: 1, place: at, recount: false, anybody: false, state: 'none', ...more }
}

export function fakeModel(): FakeModel {
  const asked: string[] = []
  const named = (a: { id?: string; code?: string }) => a.id ?? a.code ?? '…'
  const does = (verb: string) => async (...args: unknown[]): Promise<Outcome> => {
    asked.push([verb, ...args.map((a) => (typeof a === 'object' && a ? named(a) : String(a)))].join(' '))
    return model.next
  }
  const scanned = (verb: string) => async (...args: unknown[]): Promise<Scanned> => ({ ...(await does(verb)(...args)), what: 'item' })
  const model: FakeModel = {
    asked, next: {},
    phase: signal('ready'), failure: signal(undefined), link: signal({ state: 'online', unsent: 0 }), storage: signal({ full: false, persisted: true, used: 14_000_000, quota: 2_000_000_000 }),
    society: signal({ ar: 'جمعية السالمية التعاونية', en: 'Salmiya Cooperative Society' }), deviceName: signal('TC26-7'), deviceId: signal('q1V5bX0uTk-8cR7mZ2yH4A'), person: signal({ id: 'fatima', name: { ar: 'فاطمة العنزي', en: 'Fatima Al-Enezi' } }), people: signal([]),
    offers: signal([]), download: signal(undefined), session: signal(undefined), tasks: signal([]), places: signal([]), pass: signal(undefined), question: signal(undefined), moving: signal(undefined), moves: signal([]), mode: signal('quantity'),
    pair: does('pair'), signIn: does('signIn'), signOut: does('signOut'), refreshOffers: does('refreshOffers'), join: does('join'), leaveSession: does('leaveSession'),
    openPass: does('openPass'), setMode: does('setMode'), scan: scanned('scan'), choose: scanned('choose'), key: does('key'), switchPack: does('switchPack'), describe: does('describe'), countAnew: does('countAnew'), dayOf,
    beginMove: does('beginMove'), leaveMove: does('leaveMove'), moveAt: does('moveAt'), placeMove: does('placeMove'), takeBackMove: does('takeBackMove'),
    confirm: does('confirm'), zero: does('zero'), undo: does('undo'), answer: does('answer'), closePass: does('closePass'),
    explain: () => undefined, schemes: () => [],
    findItems: async (q) => Object.values(items).filter((i) => i.name.ar?.includes(q) || i.name.en?.includes(q) || i.code?.startsWith(q)),
    findPlaces: (q) => model.places.value.filter((p) => p.name.ar?.includes(q) || p.location.includes(q)),
    syncNow: async () => { await does('syncNow')() }, setPhoto: does('setPhoto'), photo: async () => undefined,
    rescue: async () => ({ name: 'jard-TC26-1.jsonl', file: new Blob(['{}']), events: 214, unsent: 12, photos: 2, left: 1, codes: [1, 2].map((part) => `JARD1.0a1b2c3d.${part}.2.`.padEnd(1400, `${part}Kq7-x_Zb0`)) }), stop: async () => {},
  }
  return model
}
