// @vitest-environment happy-dom
// The screen of counting and what lies over it: what it says, what is heard, and what its buttons ask the model for.
import { render } from 'preact'
import { act } from 'preact/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { Sheet } from '../../src/ui/sheet'
import { entry, items, pass, pending } from './fake'
import { draw, root, show } from './show'

describe('counting', () => {
  it('keys, confirms and sounds what the model answers', async () => {
    const { model, heard, press } = await show('count-pending')
    await press('7')
    model.next = { sound: 'ok' }
    await press('تم')
    expect(model.asked).toEqual(['key 7', 'confirm'])
    expect(heard).toEqual(['ok'])
  })
  it('says a refusal in the panel, and takes it away with the next thing done', async () => {
    const { model, heard, press, words } = await show('count-pending')
    model.next = { refused: { key: 'x', ar: 'العدد أكبر من المسموح.', en: 'Too large.' } }
    await press('تم')
    expect(words()).toContain('العدد أكبر من المسموح.')
    expect(heard).toEqual(['check'])
    model.next = {}
    await press('1')
    expect(words()).not.toContain('العدد أكبر من المسموح.')
  })
  it('has no point for what is counted whole', async () => {
    const { model } = await show('count-pending')
    const point = () => root!.querySelector<HTMLButtonElement>('[aria-label="الفاصلة العشرية"]')!
    expect(point().disabled).toBe(true)
    await act(() => { model.pass.value = pass({ pending: pending(items['dates']) }) })
    expect(point().disabled).toBe(false)
  })
  const undoSugar = async (press: (label: string) => Promise<void>) => {
    await press('ما سُجّل في هذا الموقع') // the last entries open the list
    await act(async () => { root!.querySelectorAll<HTMLButtonElement>('.sheet .row.entry')[1]!.click() })
    await press('تراجع عن سكر ناعم 1 كجم')
  }
  it('undoes any entry from the list that the last ones open', async () => {
    const { model, press } = await show('count-pending')
    await undoSugar(press)
    expect(model.asked).toEqual(['undo e2'])
  })
  it('says that a scan was not taken until what stood in its way has gone', async () => {
    const { model, words } = await show('count-how-many')
    expect(words()).toContain('لم يُؤخذ المسح الأخير')
    const milk = pending(items['milk'], { keyed: '5', quantity: 5000 })
    await act(() => { model.question.value = undefined; model.pass.value = pass({ pending: milk }) })
    expect(words()).toContain('ثم أعد المسح')
    await act(() => { model.pass.value = pass({ pending: pending(items['rice']) }) })
    expect(words()).not.toContain('لم يُؤخذ المسح الأخير')
  })
  it('says what was taken back, until something else is done', async () => {
    const { model, press, words } = await show('count-pending')
    await undoSugar(press)
    await press('إغلاق')
    expect(words()).toContain('أُلغي: سكر ناعم 1 كجم · 30')
    expect(root!.querySelector('.panel .said')).toBeNull() // the name of what is in hand stays in sight
    await press('1')
    expect(words()).not.toContain('أُلغي')
    await act(() => { model.pass.value = pass({ pending: pending(items['milk']) }) })
    await press('تراجع')
    expect(words()).toContain('أُلغي مسح ' + items['milk']!.name.ar)
    expect(model.asked.at(-1)).toBe('undo 6271100010013') // what the screen showed
    model.next = { refused: { key: 'x', ar: 'سبب', en: 'reason' } }
    await press('تراجع')
    expect(words()).not.toContain('أُلغي')
  })
  it('says what stands again when a replacement is undone, and in the list what was replaced', async () => {
    const { model, ui, press, words } = await show('count-recorded')
    const nine = entry('n', items['milk'], 9000, { restores: 2000 }), two = entry('t', items['milk'], 2000, { reversed: true, replaced: true })
    await act(() => { model.pass.value = pass({ entries: [nine, two] }) })
    await press('تراجع')
    expect(words()).toContain('أُلغي الاستبدال، عاد العدد 2')
    await act(() => { ui.sheet.value = 'entries' })
    expect(words()).toContain('استُبدل')
  })
  it('is green once a number is recorded, and not before', async () => {
    for (const more of [{}, { keyed: '7', quantity: 7000 }, { keyed: '1500', quantity: 1_500_000 }, { keyed: '7', quantity: 84_000, pack: 12_000 }]) {
      for (const item of [items['milk'], undefined]) {
        const { model, words } = await show('count-pending')
        await act(() => { model.pass.value = pass({ pending: pending(item, more) }) })
        expect(words()).toContain(more.keyed ? 'أكّد' : 'بانتظار العدد')
        expect(root!.querySelector('.panel .status')!.className).toBe('status check')
        expect(root!.querySelector('.panel.said-good')).toBeNull()
        render(null, root!)
      }
    }
    await show('count-recorded')
    expect(root!.querySelector('.panel.said-good .status.good')!.textContent).toContain('سُجّل')
  })
  it('says at the item in hand what is recorded here, without what is being keyed', async () => {
    const { model, words } = await show('count-pending')
    await act(() => { model.pass.value = pass({ pending: pending(items['milk'], { keyed: '5', quantity: 5000, already: 14_000, again: 'replace' }) }) })
    expect(words()).toContain('في هذا الموقع: 14')
  })
  it('takes no tap while a sheet or question has only just come', async () => {
    vi.useFakeTimers()
    const { model, ui } = await show('large')
    const fresh = () => root!.querySelectorAll('.veil.fresh').length
    expect(fresh()).toBe(1)
    await act(() => { vi.advanceTimersByTime(590) })
    expect(fresh()).toBe(1)
    root!.querySelector<HTMLElement>('.veil')!.click()
    await act(() => { vi.advanceTimersByTime(20) })
    expect(fresh()).toBe(0)
    await act(() => { model.question.value = undefined; ui.sheet.value = 'menu' })
    expect(fresh()).toBe(1)
  })
  it('has the answer that corrects where done was pressed', async () => {
    const { words } = await show('large')
    expect([...root!.querySelectorAll('.sheet .foot button')].at(-1)!.textContent).toBe('أصحّحه')
    expect(words()).not.toContain('الفاصلة')
  })
  it('asks of a weight whether the point was forgotten', async () => {
    const { model, words } = await show('large')
    await act(() => {
      model.pass.value = pass({ pending: pending(items['dates'], { keyed: '350', quantity: 350_000 }) })
      model.question.value = { kind: 'large', quantity: 350_000, answers: ['change', 'accept'] }
    })
    expect(words()).toContain('350.000 كيلو، أم 0.350؟')
  })
  it('names the condition that a number is asked about, and what is recorded in all', async () => {
    const { model, words } = await show('again')
    await act(() => {
      model.pass.value = pass({ pending: pending(items['milk'], { condition: 'damaged', already: 14_000 }) })
      model.question.value = { kind: 'again', already: 4000, answers: ['replace', 'add', 'discard'] }
    })
    expect(words()).toContain('(تالف)')
    expect(words()).toContain('وكل ما سُجّل من الصنف هنا 14')
    expect(root!.querySelector('.sheet .foot button')!.textContent!.replace(/[\u2066-\u2069]/g, '')).toBe('استبدل (تالف) وحده')
  })
  it('says of zero what it replaces', async () => {
    const { model, words } = await show('again')
    await act(() => {
      model.pass.value = pass({ pending: pending(items['milk'], { keyed: '0', quantity: 0, already: 4000 }) })
      model.question.value = { kind: 'again', already: 4000, answers: ['discard', 'replace'] }
    })
    expect(words()).toContain('لا تسجّل صفرًا')
    expect(words()).not.toContain('تجاهل هذا المسح')
  })
  it('hands a scan on as zero where the item that is not here is asked for', async () => {
    const { model, ui } = await show('count-recorded')
    await act(() => { ui.sheet.value = 'zero' })
    await act(async () => void (await ui.scanned({ raw: '6271100010013', arabic: false, at: 1_795_000_000_123, front: 0, ended: true })))
    expect([model.asked, ui.sheet.value]).toEqual([['scan 6271100010013 scan 1795000000123 0 true'], undefined])
  })
  it('adds no kilos to pieces where a location is finished', async () => {
    const { words } = await show('finish')
    expect(words()).toContain('321 حبة24.000 كيلو')
    expect(words()).not.toContain('345')
  })
  it('names what is looked for here, and leads to the rest', async () => {
    expect((await show('count-recount')).words()).toContain(items['rice']!.name.ar)
    const { ui, press } = await show('count-list')
    await press('البحث عن صنف')
    expect(ui.sheet.value).toBe('find')
  })
  it('asks which item is not here when zero is pressed with nothing in hand', async () => {
    const { model, ui, press } = await show('count-recorded')
    await press('صفر')
    expect(model.asked).toEqual([])
    expect(ui.sheet.value).toBe('zero')
  })
  it('will not finish over an item that waits for its number', async () => {
    const { ui } = await show('count-pending')
    await act(() => { ui.sheet.value = 'finish' })
    expect(root!.querySelector<HTMLButtonElement>('.sheet .button.main')!.disabled).toBe(true)
  })
  it('shows the totals of the location just closed', async () => {
    const { model, ui, press, words } = await show('count-recorded')
    await act(() => { ui.sheet.value = 'finish' })
    await press('لا شيء غيره، أقفل الموقع')
    await act(() => { model.pass.value = undefined })
    expect(model.asked).toEqual(['closePass'])
    expect(words()).toContain('أُقفل الموقع')
    expect(words()).toContain('3 أصناف')
  })
  it('answers a question with the word on its button, the safe one first', async () => {
    const { model, press } = await show('again')
    expect(root!.querySelector('.sheet .foot button')!.textContent).toBe('استبدل: العدد الجديد كل ما هنا')
    await press('أضف إلى ما سُجّل')
    expect(model.asked).toEqual(['answer add'])
  })
  it('says over a question what it refuses meanwhile', async () => {
    const { model, ui, words } = await show('leave')
    model.next = { refused: { key: 'answer-first', ar: 'أجب أولًا.', en: 'Answer first.' } }
    await act(async () => void (await ui.scanned({ raw: '6271100010013', arabic: false, at: 1_795_000_000_123, front: 0, ended: true })))
    expect(root!.querySelector('.sheet')!.textContent).toContain('أجب أولًا.')
    expect(words()).toContain('ملصقه مرة ثانية')
  })
  it('hands on when a scan came, not when it was dealt with', async () => {
    const { model, ui } = await show('count-recorded')
    await act(async () => void (await ui.scanned({ raw: '6271100010013', arabic: false, at: 1_795_000_000_123, front: 0, ended: true })))
    expect(model.asked).toEqual(['scan 6271100010013 scan 1795000000123 0'])
  })
  it('shows the code of what was searched for, and offers no word as a code', async () => {
    const { model, words } = await show('find')
    const input = root!.querySelector('input')!
    const write = (query: string) => act(async () => { input.value = query; input.dispatchEvent(new Event('input', { bubbles: true })); await new Promise((done) => setTimeout(done)) })
    await write('cucumber')
    expect(words()).not.toContain('سجّل الباركود')
    await write('A-12')
    expect(words()).toContain('سجّل الباركود')
    await act(() => { model.pass.value = pass({ pending: pending(items['milk'], { code: '' }) }) })
    expect(root!.querySelector('.panel .code')!.textContent).toBe(items['milk']!.code)
    await act(() => { model.pass.value = pass({ entries: [entry('e1', items['milk'], 4000, { code: '' })] }) })
    expect(root!.querySelector('.panel .code')!.textContent).toBe(items['milk']!.code)
    expect(words()).toContain('في هذا الموقع: 4 حبات')
  })
  it('searches for the last of quick keys alone, draws the first few, and the rest after a pause', async () => {
    const { model } = await show('find')
    const asked: string[] = []
    model.findItems = async (query, most) => { asked.push(query); return Array.from({ length: most ?? 0 }, (_, n) => ({ ...items['milk']!, id: query + n })) }
    const input = root!.querySelector('input')!
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const rest = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)))
    for (const query of ['ح', 'حل', 'حلي']) { input.value = query; input.dispatchEvent(new Event('input', { bubbles: true })) }
    await rest(17)
    expect(asked).toEqual(['حلي'])
    expect(root!.querySelector<HTMLElement>('.sheet .rows')!.dataset['of']).toBe('حلي')
    expect(root!.querySelectorAll('.sheet .row')).toHaveLength(4)
    await rest(300)
    expect(asked).toEqual(['حلي', 'حلي'])
    expect(root!.querySelectorAll('.sheet .row')).toHaveLength(20)
  })
  it('searches no more once it is closed', async () => {
    const { model, ui } = await show('find')
    const asked: string[] = []
    model.findItems = async (query) => { asked.push(query); return [] }
    const input = root!.querySelector('input')!
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    input.value = 'ح'
    input.dispatchEvent(new Event('input', { bubbles: true }))
    await act(() => { ui.sheet.value = undefined })
    expect(root!.querySelector('.sheet')).toBeNull()
    await vi.advanceTimersByTimeAsync(1000)
    expect(asked).toEqual([])
  })
  it('records a code typed by hand', async () => {
    const { model } = await show('find')
    const input = root!.querySelector('input')!
    await act(async () => { input.value = '٦٢٧١١'; input.dispatchEvent(new Event('input', { bubbles: true })); await new Promise((done) => setTimeout(done)) })
    await act(async () => { [...root!.querySelectorAll('button')].find((b) => b.textContent?.startsWith('سجّل الباركود'))!.click() })
    expect(model.asked).toEqual(['scan 62711 keyed'])
  })
})

describe('what is said besides the number', () => {
  it('takes one tap for the condition, of what is in hand or was recorded last, and marks what the date suggests', async () => {
    const { model, press } = await show('count-suggests')
    const chosen = () => [...root!.querySelectorAll('.conditions button')].map((b) => b.getAttribute('aria-pressed'))
    expect(chosen()).toEqual(['true', 'false', 'false', 'false'])
    expect(root!.querySelector('.conditions .suggested')!.textContent).toContain('منتهي الصلاحية')
    await press('تالف')
    expect(model.asked).toEqual(['describe … 6271100010013'])
    expect((await show('count-recorded')).model.asked).toEqual([])
    expect(root!.querySelector<HTMLButtonElement>('.conditions button')!.disabled).toBe(false)
    await show('count-ready')
    expect([...root!.querySelectorAll<HTMLButtonElement>('.conditions button')].every((b) => b.disabled)).toBe(true)
  })
  it('asks for the day with its own pad, reads it back in words, and takes none for an answer only where it is said', async () => {
    const { model, press, words } = await show('lot')
    await press('تم')
    expect(model.asked).toEqual([])
    expect(words()).toContain('هذا ليس تاريخًا')
    for (const d of '310227') await press(d)
    const read = () => root!.querySelector('#day-read')!.textContent
    expect(read()).not.toContain('فبراير') // there is no such day
    expect(root!.querySelector<HTMLInputElement>('#day')!.value).toBe('31 / 02 / 27')
    for (let i = 0; i < 2; i++) await press('احذف آخر رقم')
    for (let i = 0; i < 2; i++) await press('احذف آخر رقم')
    for (const d of '0327') await press(d)
    expect(read()).toContain('31 مارس 2027')
    await press('تم')
    await press('غير مقروء')
    await press('كالسابق31/03/27')
    expect(model.asked).toEqual(['describe … 6271100010013', 'answer none', 'answer same'])
  })
  it('reads a day out while it is keyed, and asks about one that is years away', async () => {
    const { model, press } = await show('lot')
    const read = () => root!.querySelector('#day-read')!.textContent!.replace(/[\u2066-\u2069]/g, '')
    for (const d of '27') await press(d)
    expect(read()).toBe('27')
    for (const d of '03') await press(d)
    expect(read()).toContain('27 مارس')
    for (const d of '99') await press(d)
    await press('تم')
    expect(model.asked).toEqual([])
    expect(read()).toContain('هذا بعيد')
    await press('تم')
    expect(model.asked).toEqual(['describe … 6271100010013'])
  })
  it('offers the day before which a label says that it is best, and says that it is that', async () => {
    const { model, press } = await show('lot-best-before')
    const read = () => root!.querySelector('#day-read')!.textContent!.replace(/[\u2066-\u2069]/g, '')
    expect(read()).toBe('يُفضّل استهلاكه قبل 31 مارس 2027، كما في الملصق')
    await press('تم')
    expect(model.asked).toEqual(['describe … 6271100010013'])
    await press('احذف آخر رقم')
    for (const d of '0427') await press(d)
    expect(read()).toBe('30 أبريل 2027')
  })
  it('takes a day from keys in digits of either kind', async () => {
    await show('lot')
    const day = root!.querySelector<HTMLInputElement>('#day')!
    await act(() => { day.value = '٣١٠٣٢٧'; day.dispatchEvent(new Event('input', { bubbles: true })) })
    expect([day.value, root!.querySelector('#day-read')!.textContent!.includes('31 مارس 2027')]).toEqual(['31 / 03 / 27', true])
  })
  it('asks what an unknown code is', async () => {
    expect((await show('count-unknown')).words()).toContain('ما هذا الصنف؟')
    expect((await show('details-unknown')).words()).toContain('ما هو؟ الاسم والحجم والعلامة')
  })
  it('has a colour, a picture and a word of its own for a code that nobody knows, once it is recorded', async () => {
    const answers = []
    for (const what of ['good', 'unknown', 'check']) {
      const { model, press } = await show(what === 'check' ? 'count-pending' : 'count-recorded')
      if (what === 'unknown') await act(() => { model.pass.value = pass({ entries: [entry('e9', undefined, 3000)] }) })
      if (what === 'check') {
        model.next = { refused: { key: 'x', ar: 'العدد أكبر من المسموح.', en: 'Too large.' } }
        await press('تم')
      }
      const panel = root!.querySelector('.panel')!, status = panel.querySelector('.status')!
      answers.push({ edge: /said-\w+/.exec(panel.className)?.[0], tone: status.className, picture: status.querySelector('path')!.getAttribute('d'), word: status.textContent!.trim() })
      render(null, root!)
    }
    const [good, unknown, check] = answers
    expect([good!.edge, unknown!.edge, check!.edge]).toEqual(['said-good', 'said-unknown', 'said-check'])
    expect(unknown!.word).toBe('مسجّل برمزه')
    for (const of of ['edge', 'tone', 'picture', 'word'] as const) expect(new Set(answers.map((a) => a[of])).size, of).toBe(3)
  })

  it('changes the unit by its button, where there is another one', async () => {
    const { model, press } = await show('count-case')
    await press('حبة / كرتون')
    expect(model.asked).toEqual(['switchPack'])
    await act(() => { model.pass.value = pass({ pending: pending(items['rice']) }) })
    expect([...root!.querySelectorAll('button')].find((b) => b.textContent === 'حبة / كرتون')!.disabled).toBe(true)
  })
  it('has the actions of its keypad on the side of the hand', async () => {
    const { ui } = await show('count-pending')
    const pad = () => root!.querySelector('.counting .keypad, .keypad')!
    const rowsOf = () => [0, 1, 2, 3].map((r) => [...pad().children].slice(4 * r, 4 * r + 4).map((e) => e.className === 'action'))
    expect([pad().className, rowsOf()]).toEqual(['keypad right', Array(4).fill([false, false, false, true])])
    await act(() => { ui.settings.value = { ...ui.settings.value, hand: 'left' } })
    expect([pad().className, rowsOf()]).toEqual(['keypad left', Array(4).fill([true, false, false, false])])
  })
  it('shows what packs come to', async () => {
    expect((await show('count-case')).words()).toContain('× 12 = 36 حبة')
    expect((await show('count-recorded-case')).words()).toContain('+3 × 12')
  })
  it('says in words that a label was taken once, without a sound', async () => {
    const { model, ui, heard, words } = await show('count-recorded')
    model.next = { bounced: true, what: 'nothing' } as typeof model.next
    await act(async () => { await ui.scanned({ raw: '6271100010013', arabic: false, at: 0, front: 0, ended: true }) })
    expect(words()).toContain('أُخذ مرة واحدة')
    expect([heard, root!.querySelectorAll('[role=alert]').length]).toEqual([[], 0])
  })
  it('takes an entry of the list back, or counts it anew', async () => {
    const { model, ui, press } = await show('count-recorded')
    await act(() => { ui.sheet.value = 'entries' })
    await act(async () => { root!.querySelector<HTMLButtonElement>('.sheet button.row.entry')!.click() })
    await press('عدّ أرز بسمتي ممتاز 5 كجم من جديد')
    expect([model.asked, ui.sheet.value]).toEqual([['countAnew e3'], undefined])
  })
})

describe('what is heard', () => {
  const refused = { key: 'x', ar: 'سبب واضح', en: 'reason' }
  it.each(['move-taking', 'tasks', 'again', 'menu', 'finish', 'mode', 'sealed', 'closing', 'sessions', 'lot', 'count-pending', 'details-unknown', 'entries'])('%s: a refusal is read out', async (name) => {
    const { ui } = await show(name)
    await act(() => { ui.refusal.value = refused })
    const alerts = [...root!.querySelectorAll('[role=alert]')].filter((e) => e.textContent!.includes(refused.ar))
    expect(alerts).toHaveLength(1)
  })
  it('one line, never drawn anew, tells what is in hand and what was recorded', async () => {
    const { model } = await show('count-pending')
    const line = root!.querySelector('.panel [role=status]')!
    const heard = () => line.textContent!.replace(/[\u2066-\u2069]/g, '')
    expect(heard()).toContain('12')
    await act(() => { model.pass.value = pass({ mode: 'each', entries: [entry('a', items['rice'], 1000)] }) })
    const one = heard()
    expect(one).toContain(items['rice']!.name.ar)
    await act(() => { model.pass.value = pass({ mode: 'each', entries: [entry('b', items['rice'], 1000), entry('a', items['rice'], 1000)] }) })
    expect(heard()).not.toBe(one) // the same again is heard again
    await act(() => { model.pass.value = pass({ multiplier: '24' }) })
    expect(heard()).toBe('× 24')
    expect([line.isConnected, root!.querySelectorAll('.panel [role=status], .panel output, .panel [aria-live]').length]).toEqual([true, 1])
  })
  it('the keyboard goes round within a sheet, past what is hidden', async () => {
    const here = await draw(<Sheet title="t" close={() => {}}><button id="last">x</button><input type="file" hidden tabIndex={-1} /></Sheet>)
    const last = here.querySelector<HTMLElement>('#last')!
    last.focus()
    await act(async () => { last.dispatchEvent(new KeyboardEvent('keydown', { key: 'Tab', bubbles: true, cancelable: true })) })
    expect(document.activeElement).toBe(here.querySelector('.bar button'))
  })
})

describe('a photo', () => {
  it('is of what was in hand when the camera was asked for, and its picture is let go of', async () => {
    let open: (picture: object) => void = () => {}
    const close = vi.fn(), drawn = vi.fn()
    vi.stubGlobal('createImageBitmap', () => new Promise((done) => { open = done }))
    vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue({ drawImage: drawn } as never)
    vi.spyOn(HTMLCanvasElement.prototype, 'toBlob').mockImplementation((done) => done(new Blob(['x'], { type: 'image/jpeg' })))
    const { model, ui, press } = await show('count-pending')
    const asked: unknown[] = []
    model.setPhoto = async (jpeg, of) => { asked.push([jpeg!.byteLength, of!.item!.id, of!.scannedAt]); return {} }
    await act(() => { ui.sheet.value = 'details' })
    await press('التقط صورة')
    const input = root!.querySelector<HTMLInputElement>('input[type=file]')!
    const { scannedAt } = model.pass.value!.pending!
    await act(() => { model.pass.value = pass({ pending: pending(items['rice'], { scannedAt: scannedAt + 5000 }) }) }) // the trigger, meanwhile
    Object.defineProperty(input, 'files', { value: [new Blob(['photo'])] })
    await act(async () => { input.dispatchEvent(new Event('change', { bubbles: true })) })
    await act(async () => { open({ width: 4000, height: 3000, close }); for (let i = 0; i < 20; i++) await null })
    await vi.waitFor(() => expect(asked).toEqual([[1, items['milk']!.id, scannedAt]]), 20_000)
    expect(close).toHaveBeenCalledTimes(1)
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })
})

describe('stock that is moved', () => {
  it('a refusal stands over what is in hand, where it is seen however much that is', async () => {
    const { ui } = await show('move-taking')
    await act(() => { ui.refusal.value = { key: 'x', ar: 'سبب', en: 'reason' } })
    const alert = root!.querySelector('.moving [role=alert]')!, list = root!.querySelector('.moving ul')!
    expect(alert.compareDocumentPosition(list) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy()
  })
  it('is told of where it can no longer be placed', async () => {
    const { words } = await show('sealed-carrying')
    expect(words()).toContain('لم يُسجَّل منقولًا: ' + items['milk']!.name.ar)
  })
  it('stays in sight while it is in hand, and leads back to it', async () => {
    const { model, press } = await show('count-carrying')
    await act(async () => { root!.querySelector<HTMLButtonElement>('.carried')!.click() })
    expect(model.asked).toEqual(['beginMove m1'])
    void press
  })
  it('is placed once each has its number and its end is known', async () => {
    const { press } = await show('move-taking')
    expect(root!.querySelector<HTMLButtonElement>('.key.done')!.disabled).toBe(true)
    const placing = await show('move-placing')
    await placing.press('وُضعت')
    await placing.press('في يدي، أتابع العد')
    expect(placing.model.asked).toEqual(['placeMove', 'leaveMove'])
    void press
  })
  it('says that it was placed, and is listed with what was counted, where it can be taken back', async () => {
    const { model, ui, press, words } = await show('move-placing')
    await press('وُضعت')
    await act(() => { model.moving.value = undefined })
    expect(words()).toContain('سُجّل النقل إلى ممر 5 · رف 2 (A-05-02): ' + items['milk']!.name.ar)
    await act(() => { model.pass.value = undefined })
    expect(words()).toContain('سُجّل النقل إلى ممر 5 · رف 2')
    const listed = await show('move-new')
    await act(() => { listed.model.moving.value = undefined; listed.ui.sheet.value = 'entries' })
    await act(async () => { root!.querySelector<HTMLButtonElement>('.sheet .row.entry .icon-button')!.click() })
    expect(listed.model.asked).toEqual(['takeBackMove m1'])
    void ui
  })
  it('is taken back from the list', async () => {
    const { model } = await show('move-new')
    await act(async () => { root!.querySelector<HTMLButtonElement>('.row.entry .icon-button')!.click() })
    expect(model.asked).toEqual(['takeBackMove m1'])
  })
})

describe('the way of counting', () => {
  it('is told as what it is where one begins', async () => {
    const { model, words } = await show('count-ready')
    model.pass.value = pass({ mode: 'each' })
    await act(() => {})
    expect(words()).toContain('كل مسح يزيد واحدًا')
  })

  it('says before it is chosen that it holds from the next location', async () => {
    const { words, press } = await show('mode-refused')
    expect(words()).toContain('غيّرها عند الموقع التالي')
    expect(document.querySelector('.sheet input')).toBeNull()
    await press('فهمت')
  })
})

describe('damaged goods', () => {
  it('have a camera at hand, and say that they have a photo', async () => {
    const { model, words } = await show('count-pending')
    const key = () => root!.querySelector('.photo-key')
    expect(key()).toBeNull()
    await act(() => { model.pass.value = pass({ pending: pending(items['milk'], { condition: 'damaged' }) }) })
    expect(key()!.textContent).toContain('صورة')
    await act(() => { model.pass.value = pass({ entries: [entry('e1', items['milk'], 4000, { condition: 'damaged', photo: '00' })] }) })
    expect(words()).toContain('صورة 1')
  })
})

describe('figures', () => {
  it('stand with their unit, and cases with what they make', async () => {
    const { model, words } = await show('count-pending')
    await act(() => { model.pass.value = pass({ entries: [entry('e2', items['milk'], 0), entry('e1', items['milk'], 12000, { pack: 10000, quantity: 120000 }), entry('e0', items['tea'], 2000)] }) })
    expect(words()).toContain('12 كرتونًا = 120 حبة')
    expect(words()).toContain('في هذا الموقع: 120 حبة')
    expect(root!.textContent).toContain('12\u2069\u00a0كرتونًا') // no line ends in between
    for (const [quantity, said] of [[1000, 'حبة واحدة'], [2000, 'حبتان'], [3000, '3 حبات'], [11_000, '11 حبة'], [100_000, '100 حبة']] as const) {
      await act(() => { model.pass.value = pass({ entries: [entry('e', items['tea'], quantity)] }) })
      expect(words()).toContain(`في هذا الموقع: ${said}`)
    }
  })

  it('of a weight go to the gram, of all else as far as they must', async () => {
    const { model, words } = await show('count-pending')
    await act(() => { model.pass.value = pass({ entries: [entry('e1', items['tea'], 12000), entry('e0', items['dates'], 2350), entry('d', items['dates'], 3000)] }) })
    expect(words()).toContain('2.350 كيلو')
    expect(words()).toContain('12 حبة')
    await act(() => { model.pass.value = pass({ entries: [entry('e0', items['dates'], 2350), entry('d', items['dates'], 3000)] }) })
    expect([root!.querySelector('.big')!.textContent, words().includes('في هذا الموقع: 5.350 كيلو')]).toEqual(['2.350', true])
  })

  it('show in mode each how many there are by now, and what the last scan added', async () => {
    const { model } = await show('count-each')
    await act(() => { model.pass.value = pass({ mode: 'each', entries: [entry('e2', items['milk'], 1000), entry('e1', items['milk'], 2000)] }) })
    expect(root!.querySelector('.figure .big')!.textContent).toBe('3')
    expect(root!.querySelector('.figure .added')!.textContent!.trim()).toBe('+1')
  })

  it('say which price made the weight', async () => {
    const { model, words } = await show('count-pending')
    await act(() => { model.pass.value = pass({ entries: [entry('e1', items['dates'], 1251, { price: { price: 463, unit: 370 } })] }) })
    expect(words()).toContain('من السعر 0.463 ÷ 0.370')
  })
})
