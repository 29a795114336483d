// Every screen and state of the app, by name: what the gallery draws and the pictures are taken of.
import type { SheetName } from '../../src/ui/ui'
import { entry, fakeModel, items, none, pass, pending, place, task, type FakeModel } from './fake'

const session = { session: 's1', name: { ar: 'الجرد السنوي 2026', en: 'Annual count 2026' }, siteName: { ar: 'السوق المركزي', en: 'Central market' }, state: 'open' as const, blind: true, round: 1, drained: false }
const counted = [entry('e3', items['rice'], 4000), entry('e2', items['sugar'], 30000, { sent: false }), entry('e1', items['tea'], 0)]
const shelves = Array.from({ length: 30 }, (_, i) => place(`A-04-${i + 1}`, `ممر 4 · رف ${i + 1}`, { undirected: i % 7 === 5, shared: i === 3 }))

export interface Scene { sheet?: SheetName; set: (m: FakeModel) => void; fresh?: boolean; waiting?: boolean }

const counting = (m: FakeModel, over: Parameters<typeof pass>[0] = {}) => {
  m.session.value = session
  m.tasks.value = [task('r1', place('A-05-02', 'ممر 5 · رف 2'), { recount: true, round: 2 })]
  m.link.value = { state: 'offline', unsent: 3, oldestUnsent: Date.now() - 240_000 }
  m.pass.value = pass({ entries: counted, ...over })
}

const inHand = pending(items['milk'], { keyed: '12', quantity: 12000, packs: [{ pack: 1000 }, { pack: 12000 }], already: 0 })

export const scenes: Record<string, Scene> = {
  starting: { set: (m) => { m.phase.value = 'starting' } },
  'other-tab': { set: (m) => { m.phase.value = 'other-tab' } },
  failed: { set: (m) => { m.phase.value = 'failed' } },
  pairing: { set: (m) => { m.phase.value = 'unpaired' } },
  'signin-name': { set: (m) => { m.phase.value = 'signed-out' } },
  'signin-people': { set: (m) => { m.phase.value = 'signed-out'; m.people.value = [{ id: 'f', name: { ar: 'فاطمة العنزي', en: 'Fatima Al-Enezi' } }, { id: 'k', name: { ar: 'خالد الرشيدي', en: 'Khalid Al-Rashidi' } }] } },
  sessions: { set: (m) => { m.offers.value = [{ session: 's1', site: 'c', name: session.name, state: 'open', blind: true, round: 1, joined: true }, { session: 's2', site: 'c', name: { ar: 'جرد جزئي: المنظفات', en: 'Partial count: detergents' }, state: 'closing', blind: true, round: 2, joined: false }, { session: 's0', site: 'c', name: { ar: 'الجرد المفاجئ', en: 'Surprise count' }, state: 'sealed', blind: false, round: 1, joined: true }] } },
  'sessions-none': { set: (m) => { m.link.value = { state: 'offline', unsent: 0 } } },
  download: { set: (m) => { m.download.value = { session: 's1', done: 9, total: 25, items: 9000 } } },
  tasks: { set: (m) => { m.session.value = session; m.tasks.value = [task('r', place('A-05-02', 'ممر 5 · رف 2'), { recount: true, round: 2, items: [items['milk']!, items['rice']!] }), ...shelves.slice(0, 12).map((p, i) => task('t' + i, p, i === 0 ? { state: 'open' } : i > 9 ? { state: 'closed' } : {}))] } },
  'tasks-none': { set: (m) => { m.session.value = session } },
  places: { sheet: 'places', set: (m) => { m.session.value = session; m.places.value = shelves } },
  start: { fresh: true, set: (m) => counting(m) },
  'count-recount': { set: (m) => counting(m, { entries: [], recount: true, round: 2, items: [items['milk']!, items['rice']!], totals: { ...none, missed: [items['milk']!, items['rice']!] } }) },
  'count-list': { set: (m) => counting(m, { entries: [], items: Object.values(items), totals: { ...none, missed: Object.values(items) } }) },
  'count-ready': { set: (m) => counting(m, { entries: [] }) },
  'count-pending': { set: (m) => counting(m, { pending: inHand }) },
  'count-unkeyed': { set: (m) => counting(m, { pending: pending(items['dates'], { undirected: true, already: 2500 }) }) },
  'count-how-many': { set: (m) => { counting(m, { pending: pending(items['milk']) }); m.question.value = { kind: 'how-many', answers: ['discard'], again: true } } },
  'count-recorded': { set: (m) => counting(m) },
  'count-weighed': { set: (m) => counting(m, { pending: pending(items['dates'], { keyed: '12.375', quantity: 12375, condition: 'damaged', lot: 'L2231', expiry: '2027-03-31' }) }) },
  'count-unknown': { set: (m) => counting(m, { pending: pending(undefined, { keyed: '3', quantity: 3000 }) }) },
  'count-case': { set: (m) => counting(m, { pending: { ...inHand, pack: 12000, quantity: 144000, already: 24000 } }) },
  'count-each': { set: (m) => counting(m, { mode: 'each', entries: [entry('e9', items['milk'], 1000), ...counted] }) },
  'count-multiplier': { set: (m) => counting(m, { mode: 'each', multiplier: '24' }) },
  'count-full': { set: (m) => { counting(m); m.storage.value = { full: true } } },
  again: { set: (m) => { counting(m, { pending: inHand }); m.question.value = { kind: 'again', already: 24000, answers: ['replace', 'add', 'discard'] } } },
  large: { set: (m) => { counting(m, { pending: inHand }); m.question.value = { kind: 'large', quantity: 12000000, answers: ['change', 'accept'] } } },
  invalid: { set: (m) => { counting(m); m.question.value = { kind: 'invalid', code: '(01)06271100010014(17)270231(10)AB-77', fault: 'date', answers: ['again', 'count'] } } },
  leave: { set: (m) => { counting(m); m.question.value = { kind: 'leave', to: place('A-04-13', 'ممر 4 · رف 13'), totals: { ...none, observations: 3, items: 3, quantity: 34000 }, answers: ['stay', 'leave'] } } },
  'second-pass': { set: (m) => { m.session.value = session; m.question.value = { kind: 'second-pass', place: place('A-04-13', 'ممر 4 · رف 13'), totals: { ...none, observations: 3, items: 3, quantity: 34000, unknown: 1 }, answers: ['cancel', 'continue', 'replace'] } } },
  mode: { sheet: 'mode', set: (m) => counting(m, { entries: [] }) },
  details: { sheet: 'details', set: (m) => counting(m, { pending: inHand }) },
  find: { sheet: 'find', set: (m) => counting(m, { items: Object.values(items) }) },
  zero: { sheet: 'zero', set: (m) => counting(m) },
  entries: { sheet: 'entries', set: (m) => counting(m, { entries: [entry('e5', undefined, 3000, { sent: false }), entry('e4', items['dates'], 2375, { reversed: true, condition: 'damaged' }), ...counted] }) },
  finish: { sheet: 'finish', set: (m) => { counting(m); m.pass.value = { ...m.pass.value!, totals: { observations: 14, items: 12, quantity: 345000, unknown: 2, missed: [items['milk']!, items['dates']!] } } } },
  'finish-empty': { sheet: 'finish', set: (m) => counting(m, { entries: [] }) },
  sync: { sheet: 'sync', waiting: true, set: (m) => { counting(m); m.storage.value = { full: false, persisted: false, used: 14_000_000, quota: 2_000_000_000 } } },
  notices: { sheet: 'notices', waiting: true, set: (m) => { counting(m); m.storage.value = { full: false, persisted: false } } },
  menu: { sheet: 'menu', set: (m) => counting(m) },
  settings: { sheet: 'settings', set: (m) => { m.session.value = session } },
  'closing-open': { set: (m) => { counting(m); m.session.value = { ...session, state: 'closing' } } },
  'closing-pending': { set: (m) => { counting(m, { pending: inHand }); m.session.value = { ...session, state: 'closing' } } },
  'closing-finish': { sheet: 'finish', set: (m) => { counting(m); m.session.value = { ...session, state: 'closing' } } },
  closing: { set: (m) => { counting(m); m.pass.value = undefined; m.session.value = { ...session, state: 'closing' } } },
  drained: { set: (m) => { m.session.value = { ...session, state: 'closing', drained: true }; m.link.value = { state: 'online', unsent: 0 } } },
  sealed: { set: (m) => { counting(m); m.session.value = { ...session, state: 'sealed' } } },
  'sealed-sent': { set: (m) => { m.session.value = { ...session, state: 'sealed' } } },
  cancelled: { set: (m) => { counting(m); m.session.value = { ...session, state: 'cancelled' } } },
  unenrolled: { sheet: 'sync', set: (m) => { counting(m); m.link.value = { state: 'unenrolled', unsent: 14, notice: { key: 'device-unknown', ar: 'هذا الجهاز اليدوي غير مسجّل.', en: 'This handheld is not enrolled.' } } } },
  'unenrolled-notice': { sheet: 'notices', set: (m) => { counting(m); m.link.value = { state: 'unenrolled', unsent: 14 } } },
  'sessions-full': { set: (m) => { m.storage.value = { full: true }; m.offers.value = [{ session: 's1', site: 'c', name: session.name, state: 'open', blind: true, round: 1, joined: false }] } },
  revoked: { set: (m) => { m.session.value = session; m.link.value = { state: 'revoked', unsent: 14 } } },
}

export function setScene(name: string): { model: FakeModel; scene: Scene } {
  const scene = scenes[name]
  if (!scene) throw new Error('no such scene: ' + name)
  const model = fakeModel()
  scene.set(model)
  return { model, scene }
}
