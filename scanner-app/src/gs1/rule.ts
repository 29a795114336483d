// What a component of a value must hold to besides its length and characters. The twin of internal/gs1/rule.go.
import { checked, checkedIBAN, checkedPair } from './checkdigit'
import { calendarDay, isDate8, isTime } from './date'
import type { Reason } from './fault'

/** Returns why the value cannot be, with the character concerned, or undefined. */
export type Rule = (value: string, year: number) => [why: Reason, at: number] | undefined

const holds = (test: (v: string, year: number) => boolean, why: Reason): Rule => (v, year) => (test(v, year) ? undefined : [why, 0])

export const wellEscaped = (v: string) => /^(?:[^%]|%[0-9A-Fa-f]{2})*$/.test(v)

/** The rules by the names that tables.json uses. */
export const rules: ReadonlyMap<string, Rule> = new Map(Object.entries({
  checkDigit: (v) => (checked(v) ? undefined : ['bad-check-digit', v.length - 1]),
  checkPair: (v) => (checkedPair(v) ? undefined : ['bad-check-digit', Math.max(v.length - 2, 0)]),
  date: holds((v, year) => calendarDay(v, year, false) !== '', 'bad-date'),
  dateOrMonth: holds((v, year) => calendarDay(v, year, true) !== '', 'bad-date'),
  longDate: holds(isDate8, 'bad-date'),
  timeOfDay: holds(isTime, 'bad-date'),
  timeOrNone: holds((v) => v === '9999' || isTime(v), 'bad-date'),
  hour: holds((v) => Number(v) < 24, 'bad-date'),
  sixty: holds((v) => Number(v) < 60, 'bad-date'),
  iban: holds(checkedIBAN, 'bad-check-digit'),
  yesNo: holds((v) => v === '0' || v === '1', 'bad-value'),
  minus: holds((v) => v === '-', 'bad-value'),
  zero: holds((v) => v === '0', 'bad-value'),
  notZero: holds((v) => Number(v) !== 0, 'bad-value'),
  winding: holds((v) => v === '0' || v === '1' || v === '9', 'bad-value'),
  upperCase: holds((v) => /^[A-Z]*$/.test(v), 'bad-value'),
  noLeadingZero: holds((v) => v === '0' || v[0] !== '0', 'bad-value'),
  latitude: holds((v) => Number(v) <= 180_0000000, 'bad-value'),
  longitude: holds((v) => Number(v) <= 360_0000000, 'bad-value'),
  pieceOfTotal: holds((v) => v.slice(0, 2) !== '00' && v.slice(2) !== '00' && v.slice(0, 2) <= v.slice(2), 'bad-value'),
  escaped: holds(wellEscaped, 'bad-escape'),
} satisfies Record<string, Rule>))
