// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest'
import { language, text } from '../../src/i18n/text'
import { applySettings, readSettings } from '../../src/ui/settings'

afterEach(() => { localStorage.clear(); language.value = 'ar' })

it('speaks the language that was kept, and another once its texts are here', async () => {
  localStorage.setItem('jard.settings', JSON.stringify({ language: 'en' }))
  const settings = readSettings()
  const stop = await applySettings(settings)
  expect([document.documentElement.lang, document.documentElement.dir, document.title]).toEqual(['en', 'ltr', 'Jard'])
  settings.value = { ...settings.value, language: 'ar' }
  await vi.waitUntil(() => language.value === 'ar')
  expect([document.documentElement.lang, document.documentElement.dir, text('do.done')]).toEqual(['ar', 'rtl', 'تم'])
  expect(JSON.parse(localStorage.getItem('jard.settings')!)).toMatchObject({ language: 'ar' })
  stop()
})

it('starts with what can be had when storage is no good', async () => {
  localStorage.setItem('jard.settings', '{')
  const stop = await applySettings(readSettings())
  expect(document.documentElement.lang).toBe('ar')
  stop()
})
