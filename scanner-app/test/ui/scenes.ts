// Every screen and state of the app, by name: what the gallery draws and the pictures are taken of.
import { signal } from '@preact/signals'
import { h, type ComponentChildren, type ComponentType } from 'preact'
import type { Key } from '../../src/i18n/text'
import { labels } from '../../src/model/training'
import { Guard } from '../../src/ui/guard'
import { of } from '../../src/ui/part'
import { Silent } from '../../src/ui/silent'
import type { SheetName, Ui } from '../../src/ui/ui'
import type { Move } from '../../src/model/types'
import { entry, fakeModel, items, none, pass, pending, place, task, type FakeModel } from './fake'

const session = { session: 's1', name: { ar: 'الجرد السنوي 2026', en: 'Annual count 2026' }, siteName: { ar: 'السوق المركزي', en: 'Central market' }, state: 'open' as const, blind: true, round: 1, drained: false }
const counted = [entry('e3', items['rice'], 4000), entry('e2', items['sugar'], 30000, { sent: false }), entry('e1', items['tea'], 0)]
/** A long pass. */
const many = Array.from({ length: 2000 }, (_, n) => entry('m' + (2000 - n), Object.values(items)[n % 5], 1000 * (1 + n % 40), { at: 1_795_000_000_000 - n * 7000, sent: n > 12 }))
const shelves = Array.from({ length: 30 }, (_, i) => place(`A-04-${i + 1}`, `ممر 4 · رف ${i + 1}`, { undirected: i % 7 === 5, shared: i === 3 }))

/** What a scene does once it is drawn. */
export interface Stage {
  root: HTMLElement
  ui: Ui
  press(key: Key): Promise<void>
  /** Into the first field, or the one of that number. */
  write(value: string, field?: number): Promise<void>
}

export interface Scene {
  sheet?: SheetName
  set: (m: FakeModel) => void
  fresh?: boolean
  waiting?: boolean
  battery?: number
  aside?: 'tour' | 'training'
  /** What stands in the place of the app. */
  instead?: () => ComponentChildren
  /** What else the screens hold before they are drawn. */
  meet?: (ui: Ui) => void
  act?: (stage: Stage) => Promise<void>
}

const refused = { key: 'server-silent', ar: 'لا يجيب الخادم. تحقّق من الشبكة ثم أعد المحاولة؛ لم يُفقد شيء مما سُجّل.', en: 'The server does not answer. Check the network and try again; nothing recorded is lost.' }
const saidRefused = (ui: Ui) => { ui.refusal.value = refused }
/** Drawing the screen took away what was said: it is said again. */
const refuses: Scene['act'] = async ({ ui }) => saidRefused(ui)
const fatima = { id: 'f', name: { ar: 'فاطمة العنزي', en: 'Fatima Al-Enezi' } }
const people = [fatima, { id: 'k', name: { ar: 'خالد الرشيدي', en: 'Khalid Al-Rashidi' } }, { id: 'l', name: { ar: 'عبدالرحمن عبدالوهاب المطيري الشمري', en: 'Abdulrahman Abdulwahab Al-Mutairi Al-Shammari' } }]
const longPlace = place('W-RECEIVING-0012', 'المخزن المبرّد الكبير خلف صالة العرض الجنوبية · الممر الأيمن · رف 12', { section: 'cold', sectionName: { ar: 'عهدة المواد المبرّدة والمجمّدة والألبان', en: 'Chilled, frozen and dairy goods' } })

/** Works the screens of training up to a step. */
const trained = (steps: number, card: boolean) => async ({ ui }: Pick<Stage, 'ui'>) => {
  const { model, sheet } = ui.practice.value!
  const does = [
    () => model.scan(labels.open!),
    async () => { await model.scan(labels.count!); await model.key('1'); await model.key('2'); await model.confirm() },
    async () => { await model.scan(labels.weigh!); for (const k of ['2', '.', '5'] as const) await model.key(k); await model.confirm() },
    async () => { await model.scan(labels.unknown!); await model.key('3'); await model.confirm() },
    () => model.undo(),
    () => model.closePass(),
  ]
  for (const d of does.slice(0, steps)) await d()
  sheet.value = card ? 'training' : undefined
}

const counting = (m: FakeModel, over: Parameters<typeof pass>[0] = {}) => {
  m.session.value = session
  m.tasks.value = [task('r1', place('A-05-02', 'ممر 5 · رف 2'), { recount: true, round: 2 })]
  m.link.value = { state: 'offline', unsent: 3, oldestUnsent: Date.now() - 240_000 }
  m.pass.value = pass({ entries: counted, ...over })
}

const inHand = pending(items['milk'], { keyed: '12', quantity: 12000, packs: [{ pack: 1000 }, { pack: 12000 }], already: 0 })

const carried: Move = {
  move: 'm1', state: 'in-hand', from: place('A-04-12', 'ممر 4 · رف 12'), takenAt: 1_795_000_000_000, sent: false,
  goods: [
    { code: '16271100010010', item: items['milk']!, pack: 12000, keyed: '3', quantity: 36000, packs: [{ pack: 1000 }, { pack: 12000 }], decimals: false },
    { code: '9990001112223', pack: 1000, keyed: '', packs: [{ pack: 1000 }], decimals: false },
  ],
}

/** What the camera gives. */
const films = (getUserMedia: () => Promise<MediaStream>) => Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia }, configurable: true })

/** A part that is not here: on its way, or not to be had. */
const apart = (failed: boolean): ComponentType<{ close?: () => void }> => of({ module: signal(undefined), failed: signal(failed), async fetch() {} }, () => () => null)
const Lacking = apart(true), Coming = apart(false)
const Broken = () => { throw new TypeError('this is drawn by nobody') }

export const scenes: Record<string, Scene> = {
  'silent-lost': { set: () => {}, instead: () => h(Silent, { why: 'lost' }) },
  broken: { set: () => {}, instead: () => h(Guard, { children: h(Broken, {}) }) },
  'part-failed': { set: () => {}, instead: () => h(Lacking, {}) },
  'part-coming': { set: () => {}, instead: () => h(Coming, {}) },
  'part-failed-sheet': { set: () => {}, instead: () => h(Lacking, { close() {} }) },
  'part-coming-sheet': { set: () => {}, instead: () => h(Coming, { close() {} }) },
  starting: { set: (m) => { m.phase.value = 'starting' } },
  'other-tab': { set: (m) => { m.phase.value = 'other-tab' } },
  failed: { set: (m) => { m.phase.value = 'failed' } },
  pairing: { set: (m) => { m.phase.value = 'unpaired' } },
  'pairing-missing': { set: (m) => { m.phase.value = 'unpaired'; m.deviceName.value = '' }, act: async ({ root }) => { root.querySelector('form')!.requestSubmit() } },
  'pairing-refused': { set: (m) => { m.phase.value = 'unpaired' }, act: refuses },
  'pairing-busy': { set: (m) => { m.phase.value = 'unpaired' }, meet: (ui) => { ui.pairing.value = true } },
  'pairing-again': { set: (m) => { m.session.value = session; m.link.value = { state: 'unenrolled', unsent: 14 } }, meet: (ui) => { ui.pairAgain.value = true } },
  'signin-name': { set: (m) => { m.phase.value = 'signed-out' } },
  'signin-missing': { set: (m) => { m.phase.value = 'signed-out' }, act: async ({ root }) => { root.querySelector('form')!.requestSubmit() } },
  'signin-people': { set: (m) => { m.phase.value = 'signed-out'; m.people.value = people } },
  'signin-offline': { set: (m) => { m.phase.value = 'signed-out'; m.link.value = { state: 'offline', unsent: 3 }; m.people.value = people.map((p, i) => ({ ...p, ...(i === 0 ? { proven: true } : {}) })) } },
  pin: { set: (m) => { m.phase.value = 'signed-out'; m.people.value = people }, act: async ({ root, ui }) => { root.querySelectorAll<HTMLButtonElement>('.rows .row')[0]!.click(); setTimeout(() => ui.pin.take?.('197', false), 50); await new Promise((done) => setTimeout(done, 80)) } },
  'pin-refused': { set: (m) => { m.phase.value = 'signed-out'; m.people.value = people }, act: async ({ root, ui }) => { root.querySelectorAll<HTMLButtonElement>('.rows .row')[2]!.click(); saidRefused(ui) } },
  sessions: { set: (m) => { m.offers.value = [{ session: 's1', site: 'c', name: session.name, state: 'open', blind: true, round: 1, joined: true }, { session: 's2', site: 'c', name: { ar: 'جرد جزئي: المنظفات', en: 'Partial count: detergents' }, state: 'closing', blind: true, round: 2, joined: false }, { session: 's0', site: 'c', name: { ar: 'الجرد المفاجئ', en: 'Surprise count' }, state: 'sealed', blind: false, round: 1, joined: true }] } },
  'sessions-none': { set: (m) => { m.link.value = { state: 'offline', unsent: 0 } } },
  'sessions-asking': { set: (m) => { m.refreshOffers = () => new Promise(() => {}) } },
  'sessions-refused': { set: (m) => { m.link.value = { state: 'offline', unsent: 0 }; m.next = { refused } } },
  download: { set: (m) => { m.download.value = { session: 's1', done: 9, total: 25, items: 9000 } } },
  'download-begun': { set: (m) => { m.download.value = { session: 's1', done: 0, total: 0, items: 0 } } },
  tasks: { set: (m) => { m.session.value = session; m.tasks.value = [task('r', place('A-05-02', 'ممر 5 · رف 2'), { recount: true, round: 2, due: 1_795_000_000_000 - 45 * 60_000, items: [items['milk']!, items['rice']!] }), ...shelves.slice(0, 12).map((p, i) => task('t' + i, i % 3 === 2 ? { ...p, section: 'cold', sectionName: { ar: 'عهدة المبردات', en: 'Chilled' } } : p, i === 0 ? { state: 'open', due: 4_102_444_800_000 } : i === 1 ? { anybody: true } : i > 9 ? { state: 'closed' } : {}))] } },
  'tasks-none': { set: (m) => { m.session.value = session } },
  'tasks-closed': { set: (m) => { m.session.value = session; m.tasks.value = [task('t', longPlace, { recount: true, round: 3, anybody: true })] }, meet: (ui) => { ui.closed.value = { place: longPlace, totals: { ...none, observations: 14, items: 12, quantity: 34_000_500, units: { piece: 34_000_000, kg: 500 }, unknown: 2 } } } },
  'tasks-refused': { set: (m) => { m.session.value = session; m.link.value = { state: 'replaced', unsent: 2 } }, act: refuses },
  places: { sheet: 'places', set: (m) => { m.session.value = session; m.places.value = shelves } },
  'places-none': { sheet: 'places', set: (m) => { m.session.value = session; m.places.value = shelves }, act: ({ write }) => write('سطح القمر') },
  start: { fresh: true, set: (m) => counting(m) },
  'count-recount': { set: (m) => counting(m, { entries: [], recount: true, round: 2, items: [items['milk']!, items['rice']!], totals: { ...none, missed: [items['milk']!, items['rice']!] } }) },
  'count-list': { set: (m) => counting(m, { entries: [], items: Object.values(items), totals: { ...none, missed: Object.values(items) } }) },
  'count-ready': { set: (m) => counting(m, { entries: [] }) },
  'count-undirected': { set: (m) => counting(m, { entries: [], place: { ...longPlace, undirected: true } }) },
  'count-notices': { battery: 0.09, waiting: true, set: (m) => { counting(m, { pending: inHand, place: longPlace }); m.link.value = { state: 'unenrolled', unsent: 12_345, oldestUnsent: Date.now() - 7_200_000 } } },
  'count-refused': { set: (m) => counting(m, { pending: inHand }), act: refuses },
  'count-undone': { set: (m) => counting(m, { pending: pending(items['dates'], { keyed: '2', quantity: 2000 }) }), act: ({ press }) => press('do.undo') },
  'count-zero': { set: (m) => counting(m, { entries: [entry('e4', items['dates'], 0), ...counted] }) },
  'count-pending': { set: (m) => counting(m, { pending: inHand }) },
  'count-unkeyed': { set: (m) => counting(m, { pending: pending(items['dates'], { undirected: true, already: 2500 }) }) },
  'count-how-many': { set: (m) => { counting(m, { pending: pending(items['milk']) }); m.question.value = { kind: 'how-many', answers: ['discard'], again: true } } },
  'count-many': { set: (m) => counting(m, { entries: many, pending: inHand }) },
  'count-recorded': { set: (m) => counting(m) },
  'count-weighed': { set: (m) => counting(m, { pending: pending(items['dates'], { keyed: '12.375', quantity: 12375, condition: 'damaged', lot: 'L2231', expiry: '2027-03-31' }) }) },
  'count-longest': { set: (m) => counting(m, { entries: counted.map((e) => ({ ...e, item: items['dates']!, quantity: 9_999_999_999, amount: 9_999_999_999 })), pending: pending(items['dates'], { code: '(01)06271100010014(17)270331(10)AB-77-2231', keyed: '9999999.999', quantity: 9_999_999_999, packs: [{ pack: 1000 }, { pack: 144_000 }], pack: 144_000, already: 9_999_999_999, undirected: true, condition: 'near-expiry', lot: 'LOT-2231-KUWAIT-0099', expiry: '2027-03-31' }) }) },
  'count-unknown': { set: (m) => counting(m, { pending: pending(undefined, { keyed: '3', quantity: 3000 }) }) },
  'count-case': { set: (m) => counting(m, { pending: { ...inHand, keyed: '3', pack: 12000, quantity: 36000, already: 24000 } }) },
  'count-recorded-case': { set: (m) => counting(m, { mode: 'each', entries: [entry('e9', items['milk'], 3000, { pack: 12000, quantity: 36000, note: 'كرتون مفتوح' }), ...counted] }) },
  'count-lot': { set: (m) => counting(m, { pending: pending(items['milk'], { wantsLot: true, keyed: '12', quantity: 12000 }) }) },
  'count-suggests': { set: (m) => counting(m, { pending: pending(items['milk'], { keyed: '12', quantity: 12000, lot: 'L2231', expiry: '2026-11-20', suggests: 'expired' }) }) },
  'count-anew': { set: (m) => counting(m, { pending: pending(items['rice'], { corrects: 'e3' }) }) },
  'count-early': { set: (m) => counting(m, { multiplier: '24' }) },
  'count-carrying': { set: (m) => { counting(m, { pending: inHand }); m.moves.value = [carried] } },
  lot: { set: (m) => { counting(m, { pending: pending(items['milk'], { wantsLot: true, keyed: '12', quantity: 12000 }) }); m.question.value = { kind: 'lot', last: { lot: 'L2231', expiry: '2027-03-31' }, answers: ['change', 'same', 'none'], again: true } } },
  'details-unknown': { sheet: 'details', set: (m) => counting(m, { pending: pending(undefined, { keyed: '3', quantity: 3000 }) }) },
  'lot-best-before': { set: (m) => { counting(m, { pending: pending(items['milk'], { wantsLot: true, keyed: '12', quantity: 12000, lot: 'L2231', bestBefore: '2027-03-31' }) }); m.question.value = { kind: 'lot', answers: ['change', 'none'] } } },
  'details-recorded': { sheet: 'details', set: (m) => counting(m, { entries: [entry('e9', items['milk'], 3000, { lot: 'L2231', expiry: '2027-03-31', note: 'كرتون مفتوح' })] }) },
  'move-new': { set: (m) => { counting(m); m.moving.value = { move: 'm2', state: 'in-hand', from: place('A-04-12', 'ممر 4 · رف 12'), goods: [], sent: false }; m.moves.value = [{ ...carried, move: 'm1', state: 'placed', to: place('A-05-02', 'ممر 5 · رف 2'), placedAt: 1_795_000_000_000, sent: true }, { ...carried, move: 'm0', state: 'taken-back', to: place('A-05-02', 'ممر 5 · رف 2'), placedAt: 1_795_000_000_000 }] } },
  'move-nowhere': { set: (m) => { m.session.value = session; m.moving.value = { move: 'm2', state: 'in-hand', goods: [], sent: false } } },
  'move-taking': { set: (m) => { counting(m); m.moving.value = carried } },
  'move-refused': { set: (m) => { counting(m); m.moving.value = carried }, act: refuses },
  'move-placing': { set: (m) => { counting(m); m.moving.value = { ...carried, to: place('A-05-02', 'ممر 5 · رف 2'), goods: [carried.goods[0]!, { ...carried.goods[1]!, keyed: '5', quantity: 5000 }] } } },
  'count-each': { set: (m) => counting(m, { mode: 'each', entries: [entry('e9', items['milk'], 1000), ...counted] }) },
  'count-multiplier': { set: (m) => counting(m, { mode: 'each', multiplier: '24' }) },
  'count-full': { set: (m) => { counting(m); m.storage.value = { full: true } } },
  keyboard: { set: (m) => counting(m), meet: (ui) => { ui.arabicKeyboard.value = true } },
  'keyboard-tasks': { set: (m) => { m.session.value = session; m.tasks.value = shelves.slice(0, 3).map((p, i) => task('t' + i, p)) }, meet: (ui) => { ui.arabicKeyboard.value = true } },
  camera: { sheet: 'camera', set: (m) => { films(() => Promise.reject(new DOMException('', 'NotFoundError'))); counting(m, { mode: 'each' }) } },
  'camera-denied': { sheet: 'camera', set: (m) => { films(() => Promise.reject(new DOMException('', 'NotAllowedError'))); counting(m, { mode: 'each' }) } },
  'camera-opening': { sheet: 'camera', set: (m) => { films(async () => document.createElement('canvas').captureStream(1)); counting(m, { mode: 'each' }) } },
  'again-kind': { set: (m) => { counting(m, { pending: pending(items['dates'], { condition: 'near-expiry', lot: 'L2231', expiry: '2027-03-31', already: 14_500 }) }); m.question.value = { kind: 'again', already: 4500, answers: ['replace', 'add', 'discard'] } } },
  'again-zero': { set: (m) => { counting(m, { pending: pending(items['milk'], { keyed: '0', quantity: 0, already: 24000 }) }); m.question.value = { kind: 'again', already: 24000, answers: ['discard', 'replace'] } } },
  'again-earlier': { set: (m) => { counting(m, { pending: pending(items['milk'], { already: 12000 }), earlier: [entry('e0', items['milk'], 12000)] }); m.question.value = { kind: 'earlier', already: 12000, answers: ['discard', 'add'] } } },
  'again-earlier-zero': { set: (m) => { counting(m, { pending: pending(items['milk'], { keyed: '0', quantity: 0, already: 12000 }), earlier: [entry('e0', items['milk'], 12000)] }); m.question.value = { kind: 'earlier', already: 12000, answers: ['discard'] } } },
  'large-weight': { set: (m) => { counting(m, { pending: pending(items['dates'], { keyed: '350', quantity: 350_000 }) }); m.question.value = { kind: 'large', quantity: 350_000, answers: ['change', 'accept'] } } },
  'count-moved': { set: (m) => counting(m), meet: (ui) => { ui.told.value = { icon: 'move', words: 'سُجّل النقل إلى ممر 5 · رف 2: حليب كامل الدسم طويل الأجل 1 لتر' } } },
  again: { set: (m) => { counting(m, { pending: pending(items['milk'], { already: 24000 }) }); m.question.value = { kind: 'again', already: 24000, answers: ['replace', 'add', 'discard'] } } },
  large: { set: (m) => { counting(m, { pending: inHand }); m.question.value = { kind: 'large', quantity: 12000000, answers: ['change', 'accept'] } } },
  invalid: { set: (m) => { counting(m); m.question.value = { kind: 'invalid', code: '(01)06271100010014(17)270231(10)AB-77', fault: 'date', answers: ['again', 'count'] } } },
  leave: { set: (m) => { counting(m); m.question.value = { kind: 'leave', to: place('A-04-13', 'ممر 4 · رف 13'), totals: { ...none, observations: 3, items: 3, quantity: 34000, units: { piece: 30000, kg: 4000 } }, answers: ['stay', 'leave'] } } },
  'second-pass': { set: (m) => { m.session.value = session; m.question.value = { kind: 'second-pass', place: place('A-04-13', 'ممر 4 · رف 13'), totals: { ...none, observations: 3, items: 3, quantity: 34000, units: { piece: 30000, kg: 4000 }, unknown: 1 }, answers: ['cancel', 'continue', 'replace'] } } },
  mode: { sheet: 'mode', set: (m) => counting(m, { entries: [] }) },
  'mode-refused': { sheet: 'mode', set: (m) => counting(m), act: refuses },
  details: { sheet: 'details', set: (m) => counting(m, { pending: inHand }) },
  'details-fault': { sheet: 'details', set: (m) => counting(m, { pending: inHand }), act: async ({ root, press }) => {
    const day = root.querySelector<HTMLInputElement>('#day')!
    day.value = '31/3'
    day.dispatchEvent(new Event('input', { bubbles: true }))
    await press('do.done')
  } },
  'lot-far': { set: (m) => { counting(m, { pending: pending(items['milk'], { wantsLot: true }) }); m.question.value = { kind: 'lot', answers: ['change', 'none'] } }, act: async ({ root, press }) => {
    const day = root.querySelector<HTMLInputElement>('#day')!
    day.value = '270399'
    day.dispatchEvent(new Event('input', { bubbles: true }))
    await new Promise((done) => setTimeout(done, 20))
    await press('do.done')
  } },
  'count-damaged': { set: (m) => counting(m, { entries: [entry('e9', items['milk'], 12000, { pack: 10000, quantity: 120000, condition: 'damaged', photo: '00' }), ...counted] }) },
  'count-price': { set: (m) => counting(m, { entries: [entry('e9', items['dates'], 1251, { price: { price: 463, unit: 370 } }), entry('e8', items['milk'], 12000, { pack: 10000, quantity: 120000 }), ...counted] }) },
  'sign-out': { sheet: 'menu', set: (m) => counting(m), act: async ({ root }) => { [...root.querySelectorAll<HTMLButtonElement>('.sheet .row')].at(-1)!.click() } },
  find: { sheet: 'find', set: (m) => counting(m, { items: Object.values(items) }) },
  'find-found': { sheet: 'find', set: (m) => counting(m), act: ({ write }) => write('6') },
  'find-none': { sheet: 'find', set: (m) => counting(m), act: ({ write }) => write('99-A7') },
  zero: { sheet: 'zero', set: (m) => counting(m) },
  entries: { sheet: 'entries', set: (m) => counting(m, { entries: [entry('e5', undefined, 3000, { sent: false, note: 'علبة خضراء 400 غ' }), entry('e6', items['milk'], 3000, { expiry: '2027-03-31', lot: 'L2231' }), entry('e4', items['dates'], 2375, { reversed: true, condition: 'damaged' }), ...counted] }) },
  'entries-many': { sheet: 'entries', set: (m) => counting(m, { entries: many }) },
  'entries-moved': { sheet: 'entries', set: (m) => { counting(m, { entries: [entry('n', items['milk'], 9000, { restores: 2000 }), entry('o', items['milk'], 2000, { reversed: true, replaced: true })] }); m.moves.value = [{ ...carried, state: 'placed', to: place('A-05-02', 'ممر 5 · رف 2'), placedAt: 1_795_000_000_000 }] } },
  'entries-none': { sheet: 'entries', set: (m) => counting(m, { entries: [] }) },
  finish: { sheet: 'finish', set: (m) => { counting(m); m.pass.value = { ...m.pass.value!, totals: { observations: 14, items: 12, quantity: 345000, units: { piece: 321000, kg: 24000 }, unknown: 2, missed: [items['milk']!, items['dates']!] } } } },
  'finish-empty': { sheet: 'finish', set: (m) => counting(m, { entries: [] }) },
  'finish-pending': { sheet: 'finish', set: (m) => counting(m, { pending: inHand }) },
  'finish-refused': { sheet: 'finish', set: (m) => counting(m), act: refuses },
  sync: { sheet: 'sync', waiting: true, set: (m) => { counting(m); m.storage.value = { full: false, persisted: false, used: 14_000_000, quota: 2_000_000_000 } } },
  'sync-online': { sheet: 'sync', set: (m) => { m.session.value = session; m.link.value = { state: 'online', unsent: 0, lastContact: 1_795_000_000_000 } } },
  'sync-server': { sheet: 'sync', set: (m) => { counting(m); m.storage.value = { full: true, persisted: true, used: 1_990_000_000, quota: 2_000_000_000 }; m.link.value = { state: 'outdated', unsent: 7, oldestUnsent: Date.now() - 90_000, lastContact: 1_795_000_000_000, notice: refused } } },
  'sync-photos': { sheet: 'sync', set: (m) => { counting(m); m.storage.value = { full: false, low: true, persisted: true, used: 1_900_000_000, quota: 2_000_000_000, events: 20_412, chunks: 100, items: 99_412, photos: { held: 14, bytes: 2_600_000, unsent: 3, refused: 1 } } } },
  rescue: { sheet: 'rescue', set: (m) => counting(m) },
  'rescue-codes': { sheet: 'rescue', set: (m) => counting(m), act: ({ press }) => press('rescue.codes') },
  'rescue-none': { sheet: 'rescue', set: (m) => { m.session.value = session; m.rescue = () => Promise.reject({ key: 'nothing-held', ar: 'لا شيء على هذا الجهاز ليُنقل.', en: 'This device holds nothing to carry.' }) } },
  scandebug: { sheet: 'scandebug', set: (m) => { m.session.value = session }, act: async () => { for (const k of ']E06271100010013') dispatchEvent(new KeyboardEvent('keydown', { key: k, bubbles: true })) } },
  'details-photo': { sheet: 'details', set: (m) => counting(m, { pending: { ...inHand, photo: '00', condition: 'damaged' } }) },
  'failed-rescue': { sheet: 'rescue', set: (m) => { m.phase.value = 'failed' } },
  notices: { sheet: 'notices', waiting: true, set: (m) => { counting(m); m.storage.value = { full: false, persisted: false } } },
  'notices-none': { sheet: 'notices', set: (m) => { m.session.value = session } },
  'notices-all': { sheet: 'notices', battery: 0.09, waiting: true, meet: (ui) => { ui.arabicKeyboard.value = true }, set: (m) => { counting(m); m.session.value = { ...session, state: 'unknown' }; m.storage.value = { full: false, persisted: false }; m.link.value = { state: 'replaced', unsent: 3, oldestUnsent: Date.now() - 7_200_000, notice: refused } } },
  menu: { sheet: 'menu', set: (m) => counting(m) },
  'menu-idle': { sheet: 'menu', set: (m) => { m.session.value = { ...session, round: 2 } } },
  'menu-refused': { sheet: 'menu', set: (m) => counting(m, { place: longPlace, round: 2, recount: true }), act: refuses },
  settings: { sheet: 'settings', set: (m) => { m.session.value = session; m.link.value = { state: 'online', unsent: 3, lastContact: 1_795_000_000_000, server: 'jard 0.1.0' }; m.offers.value = [{ session: 's1', site: 'c', name: session.name, state: 'open', blind: true, round: 1, joined: true }] } },
  'settings-unpaired': { sheet: 'settings', set: (m) => { m.phase.value = 'unpaired'; m.deviceName.value = ''; m.deviceId.value = ''; m.storage.value = { full: false } } },
  'settings-device': { sheet: 'settings', set: (m) => { m.session.value = session; m.storage.value = { full: false, persisted: false, used: 14_000_000, quota: 2_000_000_000 } }, act: async ({ root }) => { root.querySelector('.sheet section:last-of-type')!.scrollIntoView() } },
  tour: { aside: 'tour', set: () => {} },
  'tour-sight': { aside: 'tour', set: () => {}, act: ({ press }) => press('tour.next') },
  'tour-correct': { aside: 'tour', set: () => {}, act: async ({ press }) => { await press('tour.next'); await press('tour.next') } },
  training: { aside: 'training', set: () => {} },
  'training-tasks': { aside: 'training', set: () => {}, act: trained(0, false) },
  'training-count': { aside: 'training', set: () => {}, act: trained(1, true) },
  'training-ready': { aside: 'training', set: () => {}, act: trained(1, false) },
  'training-recorded': { aside: 'training', set: () => {}, act: trained(3, false) },
  'training-weigh': { aside: 'training', set: () => {}, act: trained(2, true) },
  'training-unknown': { aside: 'training', set: () => {}, act: trained(3, true) },
  'training-undo': { aside: 'training', set: () => {}, act: trained(4, true) },
  'training-close': { aside: 'training', set: () => {}, act: trained(5, true) },
  'training-menu': { aside: 'training', set: () => {}, act: async (stage) => { await trained(2, false)(stage); stage.ui.practice.value!.sheet.value = 'menu' } },
  'training-settings': { aside: 'training', set: () => {}, act: async ({ ui }) => { ui.practice.value!.sheet.value = 'settings' } },
  'training-finish': { aside: 'training', set: () => {}, act: async (stage) => { await trained(5, false)(stage); stage.ui.practice.value!.sheet.value = 'finish' } },
  'training-part-done': { aside: 'training', set: () => {}, act: async (stage) => { await trained(3, true)(stage); stage.ui.practice.value!.drill!.over.value = true } },
  'training-done': { aside: 'training', set: () => {}, act: trained(6, true) },
  'closing-open': { set: (m) => { counting(m); m.session.value = { ...session, state: 'closing' } } },
  'closing-pending': { set: (m) => { counting(m, { pending: inHand }); m.session.value = { ...session, state: 'closing' } } },
  'closing-finish': { sheet: 'finish', set: (m) => { counting(m); m.session.value = { ...session, state: 'closing' } } },
  closing: { set: (m) => { counting(m); m.pass.value = undefined; m.session.value = { ...session, state: 'closing' } } },
  'closing-refused': { set: (m) => { m.session.value = { ...session, state: 'closing' } }, act: refuses },
  drained: { set: (m) => { m.session.value = { ...session, state: 'closing', drained: true }; m.link.value = { state: 'online', unsent: 0 } } },
  sealed: { set: (m) => { counting(m); m.session.value = { ...session, state: 'sealed' } } },
  'sealed-carrying': { set: (m) => { counting(m); m.session.value = { ...session, state: 'sealed' }; m.moves.value = [carried] } },
  'sealed-sent': { set: (m) => { m.session.value = { ...session, state: 'sealed' } } },
  cancelled: { set: (m) => { counting(m); m.session.value = { ...session, state: 'cancelled' } } },
  unenrolled: { sheet: 'sync', set: (m) => { counting(m); m.link.value = { state: 'unenrolled', unsent: 14, notice: { key: 'device-unknown', ar: 'هذا الجهاز اليدوي غير مسجّل.', en: 'This handheld is not enrolled.' } } } },
  'unenrolled-notice': { sheet: 'notices', set: (m) => { counting(m); m.link.value = { state: 'unenrolled', unsent: 14 } } },
  'sessions-full': { set: (m) => { m.storage.value = { full: true }; m.offers.value = [{ session: 's1', site: 'c', name: session.name, state: 'open', blind: true, round: 1, joined: false }] } },
  revoked: { set: (m) => { m.session.value = session; m.link.value = { state: 'revoked', unsent: 14 } } },
  'revoked-sent': { set: (m) => { m.link.value = { state: 'revoked', unsent: 0 } } },
}

export function setScene(name: string): { model: FakeModel; scene: Scene } {
  const scene = scenes[name]
  if (!scene) throw new Error('no such scene: ' + name)
  const model = fakeModel()
  scene.set(model)
  return { model, scene }
}
