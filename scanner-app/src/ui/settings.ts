// What a person likes on this device: kept in the browser, needed before the database opens, and never sent anywhere.
import { effect, signal, type Signal } from '@preact/signals'
import { digits, language, learn, text, type Digits, type Language } from '../i18n/text'

export interface Settings {
  language: Language
  digits: Digits
  theme: 'system' | 'light' | 'dark'
  hand: 'right' | 'left'
  size: 'usual' | 'large'
  sound: boolean
  vibration: boolean
}

const key = 'jard.settings'
const usual: Settings = { language: 'ar', digits: 'latn', theme: 'system', hand: 'right', size: 'usual', sound: true, vibration: true }

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
// are here; where they cannot be had, what was spoken last stays. It resolves once the first is spoken.
export async function applySettings(settings: Signal<Settings>): Promise<() => void> {
  let first = settings.peek().language
  await learn(first).catch(() => learn((first = first === 'ar' ? 'en' : 'ar')))
  language.value = first
  return effect(() => {
    const s = settings.value
    if (s.language !== language.peek()) {
      const spoken = language.peek()
      learn(s.language).then(
        () => { if (settings.peek().language === s.language) { language.value = s.language; settings.value = { ...settings.peek() } } },
        () => { settings.value = { ...settings.peek(), language: spoken } })
      return
    }
    digits.value = s.digits
    const root = document.documentElement
    root.lang = s.language
    root.dir = s.language === 'ar' ? 'rtl' : 'ltr'
    root.dataset['size'] = s.size
    if (s.theme === 'system') delete root.dataset['theme']
    else root.dataset['theme'] = s.theme
    document.title = text('app.name')
    try {
      localStorage.setItem(key, JSON.stringify(s))
    } catch {
      // They hold until the app is closed.
    }
  })
}
