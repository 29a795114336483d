// Numbers, instants and durations in words. Digits are Latin by default in both languages, Arabic-Indic by choice.
// Quantities are whole thousandths of the base unit and never become floats: the fraction is cut off as text.
import type { Digits, Language } from './plural'

const zone = 'Asia/Kuwait'
const cache = new Map<string, unknown>()

function cached<T>(key: string, make: () => T): T {
  let v = cache.get(key) as T | undefined
  if (v === undefined) cache.set(key, (v = make()))
  return v
}

const tag = (language: Language, digits: Digits) => `${language === 'ar' ? 'ar-KW' : 'en-GB'}-u-nu-${digits}` // day before month in both

// formatNumber writes a whole number, its thousands apart. The browser's own formatter takes a slow handheld a sixth of a second to make.
export function formatNumber(n: number, digits: Digits): string {
  const whole = String(Math.abs(Math.round(n))).replace(/\B(?=(?:[0-9]{3})+$)/g, digits === 'arab' ? '٬' : ',')
  return (n < 0 ? '−' : '') + writeDigits(whole, digits)
}

// formatQuantity writes thousandths with as many decimals as they need, and at least so many.
export function formatQuantity(thousandths: number, digits: Digits, decimals = 0): string {
  const sign = thousandths < 0 ? '−' : ''
  const abs = Math.abs(thousandths)
  const whole = Math.floor(abs / 1000)
  const fraction = String(abs % 1000).padStart(3, '0').replace(/0+$/, '').padEnd(decimals, '0')
  const point = digits === 'arab' ? '٫' : '.'
  return sign + formatNumber(whole, digits) + (fraction ? point + writeDigits(fraction, digits) : '')
}

export function formatTime(at: number, language: Language, digits: Digits): string {
  return cached(`t${language}${digits}`, () => new Intl.DateTimeFormat(tag(language, digits), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone })).format(at)
}

export function formatDate(at: number, language: Language, digits: Digits): string {
  return cached(`d${language}${digits}`, () => new Intl.DateTimeFormat(tag(language, digits), { day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone })).format(at)
}

// formatDay writes a day, YYYY-MM-DD, with its month in words: what was keyed as digits is seen again as what it means.
export function formatDay(day: string, language: Language, digits: Digits): string {
  return cached(`y${language}${digits}`, () => new Intl.DateTimeFormat(tag(language, digits), { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })).format(Date.parse(day))
}

// formatDayOfYear writes the day and month alone.
export function formatDayOfYear(day: string, language: Language, digits: Digits): string {
  return new Intl.DateTimeFormat(tag(language, digits), { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(Date.parse(day))
}

// writeDigits turns Latin digits into the chosen ones; what is being keyed is shown this way, digit by digit.
export function writeDigits(text: string, digits: Digits): string {
  return digits === 'latn' ? text : text.replace(/[0-9]/g, (d) => String.fromCharCode(0x0660 + Number(d)))
}

// readDigits folds Arabic-Indic and Persian digits and the Arabic separators to their Latin twins.
export function readDigits(text: string): string {
  return text
    .replace(/[\u0660-\u0669]/g, (d) => String(d.charCodeAt(0) - 0x0660))
    .replace(/[\u06f0-\u06f9]/g, (d) => String(d.charCodeAt(0) - 0x06f0))
    .replace(/\u066b/g, '.').replace(/[\u066c\u200e\u200f\u061c]/g, '')
}
