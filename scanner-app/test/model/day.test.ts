// Days as people key them, and what they suggest.
import { expect, it } from 'vitest'
import { dayOf, nearExpiry, suggested, today } from '../../src/model/day'

it.each([
  ['310327', '2027-03-31'], ['٣١٠٣٢٧', '2027-03-31'], ['۳۱۰۳۲۷', '2027-03-31'], ['31032027', '2027-03-31'], ['20270331', '2027-03-31'], ['2027-03-31', '2027-03-31'],
  ['31/3/27', '2027-03-31'], ['31.03.2027', '2027-03-31'], [' 1-2-28 ', '2028-02-01'], ['0228', '2028-02-29'], ['02/2027', '2027-02-28'], ['2027-02', '2027-02-28'],
  ['000227', '2027-02-28'], ['290228', '2028-02-29'], ['20122027', '2027-12-20'], ['٢٠٢٧/٠٣/٣١', '2027-03-31'],
])('%s is %s', (typed, day) => expect(dayOf(typed)).toBe(day))

it.each(['', '3', '31', '310', '31032', '3103270', '310203270', '290227', '321227', '311327', '310027', '31-', '-31', 'a', '31031927', '19991231', '31/03/1927', '1/2/3/4', '99/99/99'])('%s is no day', (typed) =>
  expect(dayOf(typed)).toBeUndefined())

it('suggests by the day in Kuwait', () => {
  const at = Date.parse('2026-11-25T21:30:00Z') // half past midnight there
  expect(today(at)).toBe('2026-11-26')
  expect(suggested('2026-11-25', at)).toBe('expired')
  expect(suggested('2026-11-26', at)).toBe('near-expiry')
  expect(nearExpiry).toBe(30)
  expect(suggested('2026-12-26', at)).toBe('near-expiry')
  expect([suggested('2026-12-27', at), suggested(undefined, at)]).toEqual([undefined, undefined])
})
