// A text that counts something has a form for each of the language's plural categories; Arabic has six.
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }
export type Text = string | Plural

export type Language = 'ar' | 'en'
export type Digits = 'latn' | 'arab'

const rules: Record<Language, Intl.PluralRules> = { ar: new Intl.PluralRules('ar'), en: new Intl.PluralRules('en') }

export function form(text: Text, language: Language, n: number): string {
  if (typeof text === 'string') return text
  return text[rules[language].select(n)] ?? text.other
}
