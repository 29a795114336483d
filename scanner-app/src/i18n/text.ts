// Texts in the reader's language. Values put into a text are isolated, so that a code or a name of the other direction
// cannot turn the sentence around it; on screen, codes and numbers that stand alone are wrapped by Code and Quantity.
import { signal } from '@preact/signals'
import type { Catalogue, Key } from './ar'
import type { First } from './ar-first'
import { formatNumber } from './number'
import { form, type Digits, type Language } from './plural'

export type { Key } from './ar'
export type { Digits, Language } from './plural'

// What the reader chose; the settings of this device set both.
export const language = signal<Language>('ar')
export const digits = signal<Digits>('latn')

const catalogues: Partial<Record<Language, First & Partial<Catalogue>>> = {}
const sources = {
  ar: { first: async (): Promise<First> => (await import('./ar-first')).arFirst, parts: async (): Promise<Catalogue> => (await import('./ar')).ar },
  en: { first: async () => (await import('./en-first')).enFirst, parts: async () => (await import('./en')).en },
}

// learn fetches a language's first texts, once. Nothing is said in a language before: one device speaks one, and need not load two.
export async function learn(language: Language): Promise<void> {
  catalogues[language] ??= await sources[language].first()
}

// learnAll fetches the texts of the parts too. No part is shown before.
export async function learnAll(language: Language): Promise<void> {
  const parts = await sources[language].parts()
  await learn(language)
  catalogues[language] = { ...catalogues[language]!, ...parts }
}

export type Values = Record<string, string | number>

const ltr = (s: string) => `\u2066${s}\u2069`
const own = (s: string) => `\u2068${s}\u2069`

// text gives a sentence. Its plural form follows values.n. Numbers are written in the chosen digits, left to right.
export function text(key: Key, values: Values = {}): string {
  const source = catalogues[language.value]![key]!
  const n = values['n']
  return form(source, language.value, typeof n === 'number' ? n : 0).replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) return ''
    return typeof value === 'number' ? ltr(formatNumber(value, digits.value)) : own(value)
  })
}

// Named is what the server names in one or both languages; the reader's comes first, the other is better than nothing.
export interface Named { ar?: string; en?: string }

export function nameOf(name: Named | undefined): string {
  if (!name) return ''
  return (language.value === 'ar' ? name.ar || name.en : name.en || name.ar) ?? ''
}
