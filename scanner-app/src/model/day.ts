// Days as they are printed on goods and keyed by people. A day is text, YYYY-MM-DD; today is Kuwait's.
import type { Condition } from './types'

/** So many days before its expiry goods are near it: what co-ops take off the shelf or mark down. It only suggests. */
export const nearExpiry = 30

const digits = (text: string) => text.replace(/[٠-٩۰-۹]/g, (d) => String(d.charCodeAt(0) & 15))

/**
 * The day that was keyed: DDMMYY, DDMMYYYY or MMYY (its last day), with or without something between the parts; or with the year
 * first where it has four digits. Digits of any kind. Undefined while it is no day.
 */
export function dayOf(typed: string): string | undefined {
  const text = digits(typed.trim())
  const parts = text.split(/[^0-9]+/)
  if (!/^[0-9]/.test(text) || !/[0-9]$/.test(text)) return undefined
  if (parts.length > 1) {
    if (parts[0]!.length === 4) parts.reverse()
    if (parts.length === 2) return day('', ...(parts as [string, string]))
    return parts.length === 3 ? day(...(parts as [string, string, string])) : undefined
  }
  if (text.length === 4) return day('', text.slice(0, 2), text.slice(2))
  if (text.length === 6) return day(text.slice(0, 2), text.slice(2, 4), text.slice(4))
  if (text.length !== 8) return undefined
  return day(text.slice(0, 2), text.slice(2, 4), text.slice(4)) ?? day(text.slice(6), text.slice(4, 6), text.slice(0, 4))
}

/** Without a day: the month's last. */
function day(d: string, m: string, y: string): string | undefined {
  if (d.length > 2 || m.length > 2 || !(y.length === 2 || (y.length === 4 && y.startsWith('20')))) return undefined
  const year = y.length === 2 ? '20' + y : y
  const last = new Date(Date.UTC(Number(year), Number(m), 0)).getUTCDate()
  const n = d === '' || Number(d) === 0 ? last : Number(d) // 00 is how the standard writes the last one
  if (Number(m) < 1 || Number(m) > 12 || n > last) return undefined
  return `${year}-${m.padStart(2, '0')}-${String(n).padStart(2, '0')}`
}

/** Kuwait's day; it has no summer time. */
export const today = (now: number): string => new Date(now + 3 * 3_600_000).toISOString().slice(0, 10)

/** What an expiry day suggests of the goods. On its day itself a thing may still be sold. */
export function suggested(expiry: string | undefined, now: number): Condition | undefined {
  if (!expiry) return undefined
  const day = today(now)
  if (expiry < day) return 'expired'
  return expiry <= today(now + nearExpiry * 86_400_000) ? 'near-expiry' : undefined
}
