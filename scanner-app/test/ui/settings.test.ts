// @vitest-environment happy-dom
import { render } from 'preact'
import { afterEach, expect, it, vi } from 'vitest'
import { language, text } from '../../src/i18n/text'
import { applySettings, readSettings } from '../../src/ui/settings'
import { Silent } from '../../src/ui/silent'

afterEach(() => { localStorage.clear(); language.value = 'ar' })

it('speaks the language that was kept, and another once its texts are here', async () => {
  localStorage.setItem('jard.settings', JSON.stringify({ language: 'en' }))
  const settings = readSettings()
  const stop = await applySettings(settings)
  expect([document.documentElement.lang, document.documentElement.dir, document.title]).toEqual(['en', 'ltr', 'Jard'])
  settings.value = { ...settings.value, language: 'ar' }
  await vi.waitUntil(() => language.value === 'ar', 20_000)
  expect([document.documentElement.lang, document.documentElement.dir, text('do.done')]).toEqual(['ar', 'rtl', 'تم'])
  expect(JSON.parse(localStorage.getItem('jard.settings')!)).toMatchObject({ language: 'ar' })
  stop()
})

it('names the language that was kept before its texts are here, so that a part fetched meanwhile learns its own in it', () => {
  localStorage.setItem('jard.settings', JSON.stringify({ language: 'en' }))
  void applySettings(readSettings())
  expect(language.peek()).toBe('en')
})

it('starts with what can be had when storage is no good', async () => {
  localStorage.setItem('jard.settings', '{')
  const stop = await applySettings(readSettings())
  expect(document.documentElement.lang).toBe('ar')
  stop()
})

// fresh is the app's own modules as they are before anything was learnt, with languages that cannot be loaded until mended.
async function fresh(lacking: ('ar' | 'en')[]) {
  vi.resetModules()
  const broken = new Set(lacking)
  const { learn, learnAll, ...spoken } = await import('../../src/i18n/text')
  const lacked = (learn: (l: 'ar' | 'en') => Promise<void>) => (l: 'ar' | 'en') => (broken.has(l) ? Promise.reject(new TypeError('no network')) : learn(l))
  vi.doMock('../../src/i18n/text', () => ({ ...spoken, learn: lacked(learn), learnAll: lacked(learnAll) }))
  const { applySettings, readSettings } = await import('../../src/ui/settings')
  vi.doUnmock('../../src/i18n/text')
  return { applySettings, readSettings, language: spoken.language, mend: () => broken.clear() }
}
const kept = () => (JSON.parse(localStorage.getItem('jard.settings')!) as { language: string }).language
const turns = () => new Promise((done) => setTimeout(done))

it('speaks the other language meanwhile, keeps the one that was chosen, and speaks it with the network', async () => {
  localStorage.setItem('jard.settings', JSON.stringify({ language: 'en' }))
  const app = await fresh(['en'])
  const settings = app.readSettings()
  const stop = await app.applySettings(settings)
  settings.value = { ...settings.value, theme: 'dark' }
  await turns()
  expect([app.language.value, document.documentElement.dir, document.documentElement.dataset['theme'], kept()]).toEqual(['ar', 'rtl', 'dark', 'en'])
  app.mend()
  dispatchEvent(new Event('online'))
  await vi.waitUntil(() => app.language.value === 'en', 20_000)
  expect([document.documentElement.lang, document.title, kept()]).toEqual(['en', 'Jard', 'en'])
  stop()
})

it('speaks neither where neither can be had, and what stands in its place is said in both', async () => {
  const app = await fresh(['ar', 'en'])
  await expect(app.applySettings(app.readSettings())).rejects.toThrow('no network')
  render(Silent({ why: 'lost' }), document.body)
  expect([...document.querySelectorAll('p')].map((p) => [p.lang, p.dir, p.textContent !== ''])).toEqual([['ar', 'rtl', true], ['en', 'ltr', true]])
  expect(document.querySelector('button')!.textContent).toBe('إعادة التحميلReload')
})
