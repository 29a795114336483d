// What a person likes on this device: kept in the browser, needed before the database opens, and never sent anywhere.
import { computed, effect, signal, type Signal } from '@preact/signals'
import { digits, language, learn, learnAll, text, type Digits, type Language } from '../i18n/text'

export interface Settings {
  language: Language
  digits: Digits
  theme: 'system' | 'light' | 'dark'
  hand: 'right' | 'left'
  size: 'usual' | 'large'
  sound: boolean
  vibration: boolean
  // The tour was seen.
  toured: boolean
}

const key = 'jard.settings'
const usual: Settings = { language: 'ar', digits: 'latn', theme: 'system', hand: 'right', size: 'usual', sound: true, vibration: true, toured: false }

export function readSettings(): Signal<Settings> {
  let kept: Partial<Settings> = {}
  try {
    kept = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Settings>
  } catch {
    // Unreadable or forbidden: the usual ones are as good a start as any.
  }
  return signal({ ...usual, ...kept })
}

// applySettings keeps the document as the settings say, and the settings in the browser. The language changes when its texts
// are here; where they cannot be had, another is spoken meanwhile, the settings stay what was chosen, and they are asked for
// again with the network (a browser that remembers the failure needs a new start). It resolves once the first is spoken, and
// rejects where there is none to speak.
export async function applySettings(settings: Signal<Settings>): Promise<() => void> {
  const first = settings.peek().language
  language.value = first // at once: a part that is fetched meanwhile learns its texts in this language
  await learn(first).catch(async () => {
    const other = first === 'ar' ? 'en' : 'ar'
    await learn(other)
    language.value = other
  })
  const follow = () => {
    const chosen = settings.peek().language
    if (chosen !== language.peek()) learnAll(chosen).then(() => { if (settings.peek().language === chosen) language.value = chosen }, () => undefined)
  }
  addEventListener('online', follow)
  const choice = computed(() => settings.value.language)
  const stops = [
    () => removeEventListener('online', follow),
    choice.subscribe(follow),
    effect(() => {
      const s = settings.value
      digits.value = s.digits
      const root = document.documentElement
      root.lang = language.value
      root.dir = language.value === 'ar' ? 'rtl' : 'ltr'
      root.dataset['size'] = s.size
      if (s.theme === 'system') delete root.dataset['theme']
      else root.dataset['theme'] = s.theme
      document.title = text('app.name')
      try {
        localStorage.setItem(key, JSON.stringify(s))
      } catch {
        // They hold until the app is closed.
      }
    }),
  ]
  return () => { for (const stop of stops) stop() }
}
