import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { associations } from '../../src/gs1/association'
import { weightOf } from '../../src/gs1/weigh'
import { arabicKeyboard, codeOf, decode, fromArabicLayout, maxScan, parseScheme, type Options } from '../../src/gs1/decode'
import { weigh } from './weigh'

interface Golden {
  name: string
  raw: string
  schemes?: string[]
  fnc1?: string
  now?: string
  /** Fils a kilogram: the answer is weighed by it. */
  unit_price?: number
  want: object
}

const goldens: Golden[] = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../internal/gs1/testdata/scans.json'), 'utf8'))

function options(g: Golden): Options {
  const o: Options = { year: Number((g.now ?? '2026-11-24').slice(0, 4)), schemes: (g.schemes ?? []).map(parseScheme), associations }
  return g.fnc1 === undefined ? o : { ...o, fnc1: g.fnc1 }
}

test('the golden cases are all there', () => expect(goldens.length).toBeGreaterThanOrEqual(250))

test.each(goldens.map((g) => [g.name, g] as const))('%s', (_, g) => {
  // Compared as the JSON that Go writes, so that a field too many fails like one too few.
  const scan = decode(g.raw, options(g))
  if (g.unit_price !== undefined) weigh(scan, g.unit_price)
  expect(JSON.parse(JSON.stringify(scan))).toEqual(g.want)
})

test('terminators and the script of digits change nothing', () => {
  for (const g of goldens.filter((g) => g.raw.length + 3 <= maxScan)) {
    expect(decode(g.raw + ' \r\n', options(g)), g.name).toEqual(decode(g.raw, options(g)))
    if (/^[0-9]+$/.test(g.raw) && g.raw.length < 1000) {
      const arabic = g.raw.replace(/./g, (d) => String.fromCharCode(0x660 + Number(d)))
      expect(decode(arabic, options(g)), g.name).toEqual(decode(g.raw, options(g)))
    }
  }
})

// The cases of internal/gs1/normalize_test.go.
test.each([
  ['6271100010013', '6271100010013'], [']E06271100010013\r', '6271100010013'], [']C0 A-17 \t\r\n', ' A-17'], ['٦٢٧۱۱0', '627110'],
  [']E٠٦٢٧', '627'], [']C1]C1AB', 'AB'], ['ab\x1dcd', 'ab\x1dcd'], [']', ']'], [']zz1', ']zz1'], ['حليب ٥', 'حليب 5'], ['', ''],
])('codeOf(%j)', (raw, want) => {
  expect(codeOf(raw)).toBe(want)
  expect(codeOf(want)).toBe(want)
})

test.each([
  ['د\u064f٠٦٢٧', ']E0627'], ['د}١١٠\ufefb\r\n', ']C110b'], ['ش\x1dس', 'a\x1ds'], ['د\u064f0123', ']E0123'],
  ['', undefined], ['627', undefined], [']E0627', undefined], ['شa', undefined], ['گ', undefined], ['شé', undefined],
])('fromArabicLayout(%j)', (raw, want) => expect(fromArabicLayout(raw)).toBe(want))

// A lone half of a surrogate pair cannot come from Go's cases, but a keyboard can send it.
test('any text gets an answer', () => {
  expect(decode('\ud800').kind).toBe('unknown')
  expect(decode(']C1\udc00').error).toBe('unknown-ai at 4')
  expect(decode('__proto__').kind).toBe('unknown')
  expect(decode('https://a.example/constructor/06271100010013').kind).toBe('unknown')
  expect(decode('د' + '\u064f'.repeat(3000)).error).toBe('too-long')
  expect(arabicKeyboard).toBe('arabic-keyboard')
})

test('a weight is worked out exactly, or not at all', () => {
  for (const [price, unit, grams] of [[1750, 1250, 1400], [1, 2000, 1], [1, 2001, 0], [99_999, 1, 99_999_000], [Number.MAX_SAFE_INTEGER, 1e9, 9_007_199_255]] as const) {
    expect(weightOf(price, unit), `${price} at ${unit}`).toBe(grams)
  }
  for (const [price, unit] of [[0, 1250], [1750, 0], [-1, 5], [5, -1], [1750, 1e9 + 1], [Number.MAX_SAFE_INTEGER, 1], [NaN, 5]] as const) {
    expect(weightOf(price, unit), `${price} at ${unit}`).toBe(undefined)
  }
})
