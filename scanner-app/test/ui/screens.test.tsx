// @vitest-environment happy-dom
// Every screen draws itself in both languages, and its buttons ask the model for what they say.
import { signal } from '@preact/signals'
import { act } from 'preact/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { language } from '../../src/i18n/text'
import { makeUi, type Ui } from '../../src/ui/ui'
import { scenes, setScene } from './scenes'
import { root, show } from './show'

describe.each(['ar', 'en'] as const)('in %s', (lang) => {
  it.each(Object.keys(scenes))('%s draws, and is blind', async (name) => {
    language.value = lang
    const { words } = await show(name)
    expect(words().length).toBeGreaterThan(3)
    expect(words()).not.toMatch(/undefined|NaN|\{\w+\}|الدفتري|الفرق|عجز|[Vv]ariance|[Ss]hortage|[Bb]ook/)
  })
})

describe('beside another window', () => {
  it('no new version is taken under the hands of who counts there', () => {
    const { model } = setScene('other-tab'), apply = vi.fn()
    const ui = makeUi(model, { unlock() {}, unlocked: () => true, play() {} }, signal({}) as unknown as Ui['settings'], { waiting: signal(true), taking: signal(undefined), apply }, signal(undefined), '0.1.0')
    ui.update.apply()
    expect(apply).not.toHaveBeenCalled()
    model.phase.value = 'ready'
    ui.update.apply()
    expect(apply).toHaveBeenCalledTimes(1)
  })
})

describe('the top line', () => {
  it('calls an app that the server refuses no network', async () => {
    const { model } = await show('count-recorded')
    await act(() => { model.link.value = { state: 'outdated', unsent: 0 } })
    expect(root!.querySelector('.topline .link.refused')!.textContent).toBe('إصدار قديم')
  })
  it('says whether what is recorded is kept', async () => {
    const { model, words } = await show('count-recorded')
    for (const [storage, said] of [[{ full: false, persisted: true }, 'مضمون البقاء'], [{ full: false, persisted: false }, 'غير مضمون']] as const) {
      await act(() => { model.storage.value = storage })
      expect(words()).toContain(said)
    }
  })
  it('counts a recount until it is looked at, and another one again; the count goes on', async () => {
    const { model, ui } = await show('count-pending')
    const waiting = () => root!.querySelector('.notice-button')!.textContent!.replace(/[^0-9]/g, '')
    expect(waiting()).toBe('1')
    await act(() => { ui.sheet.value = 'notices' })
    await act(() => { ui.sheet.value = undefined })
    expect([waiting(), root!.querySelector('.counting') !== null]).toEqual(['', true])
    const [first] = model.tasks.value
    await act(() => { model.tasks.value = [first!, { ...first!, key: 'r2', assignment: 'r2', place: { ...first!.place, location: 'A-05-03' } }] })
    expect(waiting()).toBe('1')
  })
})

describe('a device that the server does not know', () => {
  it('leads from what is the matter to the code, and back', async () => {
    const { press, words } = await show('unenrolled')
    expect(words()).toContain('الخادم لا يعرف هذا الجهاز')
    await press('أعد تسجيل الجهاز')
    expect(words()).toContain('امسح رمز التسجيل')
    await press('رجوع')
    expect(root!.querySelector('.counting')).not.toBeNull()
  })
  it('a full device says so before it downloads', async () => {
    expect((await show('sessions-full')).words()).toContain('امتلأت ذاكرة الجهاز')
  })
})

describe('a session that is over', () => {
  it('closes with its totals what is still open while it closes', async () => {
    const { model, press, words } = await show('closing-open')
    expect(words()).toContain('ما زال ممر 4 · رف 12 (A-04-12) مفتوحًا')
    await press('أقفل الموقع بهذا المجموع')
    expect(model.asked).toEqual([])
    expect(words()).toContain('أخبر المشرف قبل إقفال الموقع')
    await press('أقفل الموقع بهذا المجموع')
    expect(model.asked).toEqual(['closePass'])
    await act(() => { model.pass.value = undefined })
    expect(words()).toContain('أُقفل الموقع')
    expect(words()).toContain('بقيت 3 سجلات')
  })
  it('takes the number of what is in hand first', async () => {
    const { model, press, words } = await show('closing-pending')
    expect(words()).toContain('الجلسة في طور الإقفال')
    await press('5')
    await press('تم')
    expect(model.asked).toEqual(['key 5', 'confirm'])
  })
  it.each([['sealed', 'سجل المتأخرات'], ['cancelled', 'سجل المتأخرات'], ['sealed-sent', 'اختر جلسة أخرى أو سلّم الجهاز']])('%s: says where the events go and what to do', async (name, said) => {
    const { model, press, words } = await show(name)
    expect(words()).toContain(said)
    model.next = { refused: { key: 'x', ar: 'سبب', en: 'reason' } }
    await press('الجلسات الأخرى')
    expect(model.asked).toEqual(['leaveSession'])
    expect(words()).toContain('سبب')
  })
})

describe('before counting', () => {
  it.each(['signin-name', 'signin-people'])('%s: leads to the settings, which Escape closes wherever the focus is', async (name) => {
    const { ui } = await show(name)
    await act(async () => { root!.querySelector<HTMLButtonElement>('.topline .where')!.click() })
    expect(ui.sheet.value).toBe('settings')
    await act(async () => { document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })) })
    expect(ui.sheet.value).toBeUndefined()
  })
  it('pairs with what is typed, and says beside the field what is missing', async () => {
    const { model, press, words } = await show('pairing')
    const submit = () => act(async () => { root!.querySelector('form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true })) })
    await submit()
    expect(words()).toContain('اكتب الرمز الذي يظهر في صفحة «الأجهزة».')
    const input = root!.querySelector('input')!
    await act(() => { input.value = ' abcd-efgh '; input.dispatchEvent(new Event('input', { bubbles: true })) })
    await submit()
    expect(model.asked).toEqual(['pair abcd-efgh TC26-7'])
    void press
  })
  it('signs in by name and PIN, and forgets a refused PIN', async () => {
    const { model, press, words } = await show('signin-people')
    await press('خالد الرشيدي')
    for (const d of ['1', '9', '7']) await press(d)
    const go = () => root!.querySelector<HTMLButtonElement>('.key.done')!
    expect(go().disabled).toBe(true)
    await press('3')
    model.next = { refused: { key: 'pin-wrong', ar: 'الرقم السري غير صحيح.', en: 'Wrong PIN.' } }
    await act(async () => { go().click(); for (let i = 0; i < 5; i++) await null })
    expect(model.asked).toEqual(['signIn k 1973'])
    expect(words()).toContain('الرقم السري غير صحيح.')
    expect(root!.querySelectorAll('.dots .full')).toHaveLength(0)
  })
  it('takes a PIN from keys, however fast, and signs in with Enter', async () => {
    const { model, ui, press } = await show('signin-people')
    await press('خالد الرشيدي')
    const dots = () => [root!.querySelectorAll('.dots span').length, root!.querySelectorAll('.dots .full').length]
    expect(dots()).toEqual([1, 0]) // how long it is, only its owner knows
    const key = (k: string) => act(async () => { dispatchEvent(new KeyboardEvent('keydown', { key: k })) })
    for (const k of '19') await key(k)
    await key('Enter')
    expect(model.asked).toEqual([]) // too short yet
    for (const k of ['٧', '3', '5']) await key(k)
    expect(dots()).toEqual([6, 5])
    await key('Enter')
    expect(model.asked).toEqual(['signIn k 19735'])
    model.asked.length = 0
    for (let i = 0; i < 8; i++) await key('Backspace')
    await key('1') // went out before the rest was known for a burst
    await act(async () => { await ui.scanned({ raw: '19735', arabic: false, at: 0, front: 1, ended: true }) })
    expect(model.asked).toEqual(['signIn k 19735'])
    await act(async () => { await ui.scanned({ raw: '6271100010013', arabic: false, at: 0, front: 0, ended: true }) })
    expect(model.asked.at(-1)).toBe('scan 6271100010013 scan 0 0') // and is told to sign in first
  })
  it('opens a task, and never a closed one', async () => {
    const { model } = await show('tasks')
    const rows = [...root!.querySelectorAll<HTMLButtonElement>('.rows button')]
    await act(async () => { rows[0]!.click() })
    expect(model.asked).toEqual(['openPass A-05-02 …'])
    expect(rows.at(-2)!.disabled).toBe(true) // the last is anybody's
  })
})

describe('when a task is due', () => {
  it('is said, and that it is overdue from then on', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-11-26T19:00:00Z'), toFake: ['Date', 'setInterval', 'clearInterval'] })
    const { model, words } = await show('tasks')
    const [first, , third] = model.tasks.value
    const at = Date.parse('2026-11-26T19:10:00Z')
    await act(() => { model.tasks.value = [{ ...first!, due: at }, { ...third!, due: at, state: 'closed' }] })
    expect(words()).toContain('موعدها 22:10')
    expect(words()).not.toContain('متأخرة')
    await act(() => { vi.advanceTimersByTime(11 * 60_000) })
    expect(words().match(/متأخرة منذ 22:10/g)).toHaveLength(1) // what is closed is not late
    await act(() => { model.tasks.value = [{ ...first!, due: Date.parse('2026-11-24T19:10:00Z') }] })
    expect(words()).toContain('24 نوفمبر')
  })
})

describe('many tasks', () => {
  it('are listed section by section, as one chooses', async () => {
    const { ui, words } = await show('tasks')
    const select = root!.querySelector<HTMLSelectElement>('select')!
    const rows = () => root!.querySelectorAll('.rows .row').length
    expect([select.getAttribute('aria-label'), [...select.options].map((o) => o.text.replace(/[\u2066-\u2069]/g, '')), rows()]).toEqual(['القسم', ['كل الأقسام (11)', 'عهدة البقالة (8)', 'عهدة المبردات (3)'], 13])
    await act(async () => { select.value = 'cold'; select.dispatchEvent(new Event('change', { bubbles: true })) })
    expect([rows(), words().includes('عهدة البقالة ·')]).toEqual([4, false])
    await act(async () => { ui.section.value = 'of another session' })
    expect(rows()).toBe(13)
  })

  it('and few are not', async () => {
    await show('tasks-closed')
    expect(root!.querySelector('select')).toBeNull()
  })
})

describe('leaving', () => {
  it('says what is not sent and that it is kept, and asks', async () => {
    const { model, press, words } = await show('menu')
    await press('تسجيل الخروجيبقى هذا الموقع مفتوحًا باسمك حتى تعود.')
    expect(model.asked).toEqual([])
    expect(words()).toContain('3 سجلات لم تُرسَل بعد')
    await press('تسجيل الخروج')
    expect(model.asked).toEqual(['signOut'])
  })

  it('asks nothing where all is sent', async () => {
    const { model, press } = await show('menu-idle')
    await press('تسجيل الخروج')
    expect(model.asked).toEqual(['signOut'])
  })
})

describe('where one is', () => {
  it.each(['count-ready', 'start', 'finish', 'leave', 'second-pass', 'tasks-closed', 'closing-open', 'move-taking', 'menu', 'places'])('%s: a location is named with its code', async (name) => {
    const { words } = await show(name)
    expect(words()).toMatch(/A-04-1[23]|W-RECEIVING-0012/)
  })

  it('has my own tasks first', async () => {
    const { words } = await show('tasks')
    const said = words()
    expect(said.indexOf('مهامي')).toBeLessThan(said.indexOf('لأي قائم بالعد'))
  })
})

describe('who may sign in', () => {
  it('says of whom the server must be asked, where there is no network', async () => {
    await show('signin-offline')
    const rows = [...root!.querySelectorAll('.rows .row')].map((r) => r.textContent!.includes('يلزم الاتصال أول مرة'))
    expect(rows).toEqual([false, true, true])
    await show('signin-people')
    expect(root!.textContent).not.toContain('يلزم الاتصال أول مرة')
  })
})
