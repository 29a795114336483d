// The dates of labels. The twin of internal/gs1/date.go.

function lastDay(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** Places a label's two digits within −49 and +50 years of now. */
function fullYear(yy: number, now: number): number {
  const year = now - (now % 100) + yy, diff = yy - (now % 100)
  return diff >= 51 ? year - 100 : diff <= -50 ? year + 100 : year
}

/** YYMMDD as YYYY-MM-DD, or '' when there is no such day. With dayZero, day 00 is the last day of the month. */
export function calendarDay(yymmdd: string, now: number, dayZero: boolean): string {
  const year = fullYear(Number(yymmdd.slice(0, 2)), now), month = Number(yymmdd.slice(2, 4))
  if (month < 1 || month > 12) return ''
  const last = lastDay(year, month)
  let day = Number(yymmdd.slice(4))
  if (day === 0 && dayZero) day = last
  if (day < 1 || day > last) return ''
  return `${String(year).padStart(4, '0')}-${yymmdd.slice(2, 4)}-${String(day).padStart(2, '0')}`
}

/** Reports whether YYYYMMDD names a day. */
export function isDate8(s: string): boolean {
  const year = Number(s.slice(0, 4)), month = Number(s.slice(4, 6)), day = Number(s.slice(6))
  return month >= 1 && month <= 12 && day >= 1 && day <= lastDay(year, month)
}

/** Reports whether HHMM is a time of day. */
export const isTime = (s: string) => Number(s.slice(0, 2)) < 24 && Number(s.slice(2)) < 60
