// @vitest-environment happy-dom
// The tour comes once and never over work; training has the app's own screens, its mark on each, and asks nothing of the model
// behind them.
import { signal } from '@preact/signals'
import { render } from 'preact'
import { act } from 'preact/test-utils'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { formatDate } from '../../src/i18n/number'
import { text, type Key, type Values } from '../../src/i18n/text'
import { labels } from '../../src/model/training'
import { App } from '../../src/ui/app'
import { fetchParts } from '../../src/ui/part'
import type { Settings } from '../../src/ui/settings'
import { roomInWords } from '../../src/ui/sync'
import { makeUi, type Ui } from '../../src/ui/ui'
import { fakeModel, items, pass, type FakeModel } from './fake'
import { scenes } from './scenes'

beforeAll(fetchParts)
let root: HTMLElement
afterEach(() => {
  render(null, root)
  root.remove()
  vi.useRealTimers()
})

const plain = (s: string) => s.replace(/[\u2066-\u2069]/g, '')
const words = () => plain(root.textContent ?? '')
const say = (key: Key, values?: Values) => plain(text(key, values))
async function press(label: string): Promise<void> {
  const button = [...root.querySelectorAll('button')].reverse().find((b) => plain(b.textContent!).trim().startsWith(label))
  if (!button) throw new Error(`no button ${label} in: ${words()}`)
  await act(async () => { button.click(); for (let i = 0; i < 20; i++) await null })
}

async function show(toured: boolean, set: (m: FakeModel) => void = () => {}): Promise<{ model: FakeModel; ui: Ui; settings: Ui['settings'] }> {
  const model = fakeModel()
  set(model)
  const settings = signal<Settings>({ language: 'ar', digits: 'latn', theme: 'light', hand: 'right', size: 'usual', sound: true, vibration: true, toured })
  const ui = makeUi(model, { unlock() {}, unlocked: () => true, play() {} }, settings, { waiting: signal(false), taking: signal(undefined), apply() {} }, signal(undefined), '0.1.0')
  root = document.body.appendChild(document.createElement('div'))
  await act(() => render(<App ui={ui} />, root))
  return { model, ui, settings }
}

it('tours who is new here, once', async () => {
  const { settings } = await show(false)
  for (const title of ['tour.trigger', 'tour.sight', 'tour.correct'] as const) {
    expect(root.querySelector('h1')!.textContent).toBe(say(title))
    if (title !== 'tour.correct') await press(say('tour.next'))
  }
  await press(say('tour.work'))
  expect(settings.value.toured).toBe(true)
  expect(words()).toContain(say('sessions.title'))
})

it('the settings say what the device is: its id, version, last contact, and what it keeps', async () => {
  const { model, ui } = await show(true, (m) => {
    m.link.value = { state: 'online', unsent: 7, lastContact: 1_795_000_000_000, server: '2.3.4' }
    m.storage.value = { full: false, persisted: true, used: 14_000_000, quota: 2_000_000_000 }
  })
  await act(() => { ui.sheet.value = 'settings' })
  const facts = () => Object.fromEntries([...root.querySelectorAll('.sheet .facts dt')].map((dt) => [plain(dt.textContent!), plain(dt.nextElementSibling!.textContent!)]))
  expect(facts()).toMatchObject({
    [say('settings.name')]: 'TC26-7', [say('settings.id')]: 'q1V5bX0uTk-8cR7mZ2yH4A', [say('sync.version')]: '0.1.0', [say('settings.server')]: '2.3.4', [say('sync.unsent')]: '7',
    [say('sync.last')]: plain(formatDate(1_795_000_000_000, 'ar', 'latn')), [say('sync.storage')]: say('storage.kept'), [say('sync.space')]: plain(roomInWords(14_000_000, 2_000_000_000)),
  })
  expect(say('storage.kept')).not.toBe(say('storage.unkept'))
  await act(() => { model.storage.value = { full: false, persisted: false } })
  expect(facts()[say('sync.storage')]).toBe(say('storage.unkept'))
})

it('can be skipped, and seen again from the settings', async () => {
  const { ui, settings } = await show(false)
  await press(say('tour.skip'))
  expect([settings.value.toured, ui.aside.value]).toEqual([true, undefined])
  await act(() => { ui.sheet.value = 'settings' })
  await press(say('tour.again'))
  expect([root.querySelector('h1')!.textContent, ui.sheet.value]).toEqual([say('tour.trigger'), undefined])
})

it('is not shown before somebody has signed in, nor over a session or a location', async () => {
  const { model, ui } = await show(false, (m) => { m.phase.value = 'signed-out' })
  expect(words()).not.toContain(say('tour.skip'))
  await act(() => { model.phase.value = 'ready' })
  expect(words()).toContain(say('tour.skip'))
  await act(() => scenes['tasks-none']!.set(model))
  expect(words()).not.toContain(say('tour.skip'))
  await act(() => { ui.aside.value = 'tour' })
  expect(words()).toContain(say('tour.skip'))
  await act(() => { model.pass.value = pass() }) // a label was scanned
  expect(words()).not.toContain(say('tour.skip'))
  await act(() => { model.pass.value = undefined })
  expect(words()).not.toContain(say('tour.skip')) // and it does not come back
  await act(() => { model.pass.value = pass(); ui.sheet.value = 'settings' })
  expect(words()).not.toContain(say('tour.again'))
})

it('trains on every screen under its mark, and asks nothing of the model behind', async () => {
  vi.useFakeTimers()
  const { model, ui } = await show(true, (m) => { m.tasks.value = [] })
  model.asked.length = 0
  await press(say('training.try'))
  const practice = ui.practice.value!
  const marked = () => {
    expect(root.querySelector('.frame')!.className).toContain('training')
    expect(root.querySelector('.training-mark')!.textContent).toContain(say('training'))
    expect(root.querySelector('.topline .link')).toBeNull()
  }
  const card = () => plain(root.querySelector('.sheet .step')?.textContent ?? root.querySelector('.sheet h1')?.textContent ?? '')
  const passes = () => act(async () => { await vi.advanceTimersByTimeAsync(1300) })
  const doing = (f: () => Promise<unknown>) => act(async () => { await f() })
  const key = async (digits: string) => { for (const d of digits) await doing(() => practice.run(practice.model.key(d as '1'))) }
  expect(card()).toBe(say('training.open'))
  marked()
  await press(say('training.pull'))
  expect(root.querySelector('.counting')).not.toBeNull()
  marked()
  for (const [step, digits] of [['count', '12'], ['weigh', '2.5'], ['unknown', '3']] as const) {
    await passes()
    expect(card()).toBe(say(`training.${step}`))
    marked()
    await press(say('training.pull'))
    expect(root.querySelector('.sheet')).toBeNull()
    await passes()
    expect(root.querySelector('.sheet'), 'no card over an item in hand').toBeNull()
    await key(digits)
    await press(say('do.done'))
  }
  await passes()
  expect(card()).toBe(say('training.undo'))
  await press(say('training.go'))
  await press(say('do.undo'))
  await passes()
  expect(card()).toBe(say('training.close'))
  await press(say('training.go'))
  await press(say('finish.short'))
  marked()
  await press(say('finish.do'))
  await passes()
  expect(card()).toBe(say('training.done'))
  expect(root.querySelectorAll('.sheet .practised .good')).toHaveLength(6)
  expect(words()).toContain(say('training.kept'))
  expect(model.asked).toEqual([])
  await press(say('training.leave'))
  expect([ui.practice.value, root.querySelector('.frame')!.className]).toEqual([undefined, 'frame'])
  expect(words()).toContain(say('sessions.title'))
})

it('has scans come to the shelf in training, and begins anew', async () => {
  const { model, ui } = await show(true)
  await act(() => ui.practise())
  const first = ui.practice.value!
  await act(async () => { await first.scanned({ raw: labels.open!, arabic: false, at: Date.now(), front: 0, ended: true }) })
  await act(async () => { await first.scanned({ raw: items['milk']!.code!, arabic: false, at: Date.now(), front: 0, ended: true }) })
  expect(words()).toContain(say('unknown')) // real goods are not on the shelf
  expect(model.asked.filter((a) => a.startsWith('scan'))).toEqual([])
  await act(() => { first.sheet.value = 'menu' })
  expect(words()).not.toContain(say('signout'))
  await press(say('training.end'))
  expect(words()).toContain(say('training.not'))
  await press(say('training.again'))
  expect(ui.practice.value).not.toBe(first)
  expect(ui.practice.value!.model.pass.value).toBeUndefined()
})

it('does not begin over an open location', async () => {
  const { ui } = await show(true, (m) => { scenes['count-ready']!.set(m) })
  await act(() => ui.practise())
  await act(() => { ui.sheet.value = 'menu' })
  expect(ui.aside.value).toBeUndefined()
  expect(words()).not.toContain(say('training.try'))
})

it('ends at once where nothing was practised', async () => {
  const { ui } = await show(true)
  await act(() => ui.practise())
  await press(say('training.end'))
  expect(ui.aside.value).toBeUndefined()
})
