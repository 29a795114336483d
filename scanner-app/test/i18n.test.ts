// The two catalogues say the same things, completely, and the screens say nothing that is not in them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { ar as arParts } from '../src/i18n/ar'
import { arFirst } from '../src/i18n/ar-first'
import { en as enParts } from '../src/i18n/en'
import { enFirst } from '../src/i18n/en-first'
import { formatDate, formatNumber, formatQuantity, formatTime, readDigits } from '../src/i18n/number'
import type { Text } from '../src/i18n/plural'
import { digits, language, nameOf, text } from '../src/i18n/text'

const ar = { ...arFirst, ...arParts }, en = { ...enFirst, ...enParts }
const src = join(import.meta.dirname, '../src')
const sources = (readdirSync(src, { recursive: true }) as string[]).filter((f) => /\.tsx?$/.test(f) && !f.startsWith('i18n')).map((f) => ({ file: f, source: readFileSync(join(src, f), 'utf8') }))
const forms = (t: Text): string[] => (typeof t === 'string' ? [t] : Object.values(t))
const values = (t: Text) => [...new Set(forms(t).flatMap((f) => f.match(/\{\w+\}/g) ?? []))].sort()
const both = Object.keys(ar).map((key) => [key, (ar as Record<string, Text>)[key]!, (en as Record<string, Text>)[key]!] as const)

describe('catalogues', () => {
  it('have the same keys', () => expect(Object.keys(en).sort()).toEqual(Object.keys(ar).sort()))
  it('take the same values', () => {
    for (const [key, a, e] of both) expect(values(e), key).toEqual(values(a))
  })
  it('are translated: no Latin word in Arabic, no Arabic letter in English, nothing empty', () => {
    for (const [key, a, e] of both) {
      for (const f of forms(a)) expect(f.replace(/\{\w+\}/g, ''), key).not.toMatch(/[A-Za-z]/)
      for (const f of forms(e)) expect(f, key).not.toMatch(/[\u0600-\u06ff]/)
      for (const f of [...forms(a), ...forms(e)]) expect(f.trim(), key).not.toBe('')
    }
  })
  it('use the six Arabic forms wherever a number is counted in words', () => {
    for (const [key, a] of both) if (typeof a !== 'string') expect(Object.keys(a), key).toEqual(expect.arrayContaining(['one', 'two', 'few', 'many', 'other']))
  })
  it('call a notice by its own word', () => {
    for (const [key, a] of both) for (const f of forms(a)) expect(f, key).not.toContain('تنبيه')
  })
  it('have with the first load what is said by what comes with it, and nothing else', () => {
    const first = new Set<string>()
    const walk = (file: string) => {
      const found = [file, file + '.ts', file + '.tsx'].find((f) => /\.tsx?$/.test(f) && existsSync(f))
      if (!found || first.has(found)) return
      first.add(found)
      for (const [, path] of readFileSync(found, 'utf8').matchAll(/^(?:import|export) (?!type )(?:[^'\n]*|\{[^}]*\} )from '(\.[^']+)'/gm)) walk(join(found, '..', path!))
    }
    walk(join(src, 'main.tsx'))
    expect(first.size).toBeGreaterThan(30)
    const said = [...first].filter((f) => !f.includes('i18n')).map((f) => readFileSync(f, 'utf8')).join('\n')
    expect(Object.keys(arFirst).filter((key) => !said.includes(`'${key}'`))).toEqual([])
    expect(Object.keys(arParts).filter((key) => said.includes(`'${key}'`))).toEqual([])
    expect(Object.keys(arParts).filter((key) => key in arFirst)).toEqual([])
  })
  it('hold no key that no screen uses', () => {
    const used = sources.map((s) => s.source).join('\n')
    for (const [key] of both) expect(used.includes(`'${key}'`), key).toBe(true)
  })
})

describe('screens', () => {
  it.each(sources.filter((s) => s.file.startsWith('ui')))('$file says nothing of its own', ({ source }) => {
    const words = [...source.matchAll(/>([^<>{}=;]*[A-Za-z\u0600-\u06ff]{2,}[^<>{}=;()]*)<\//g)].map((m) => m[1])
    expect(words).toEqual([])
    const arabic = source.split('\n').filter((line) => /[\u0621-\u064a]/.test(line) && !line.trim().startsWith('//') && !line.includes('العربية'))
    expect(arabic).toEqual([]) // but for the name of the language itself
    expect(source).not.toMatch(/\bstyle=/) // the content security policy forbids it
  })
})

describe('text', () => {
  afterEach(() => { language.value = 'ar'; digits.value = 'latn' })
  it('chooses the plural', () => {
    expect([0, 1, 2, 3, 11, 100].map((n) => text('totals.items', { n }).replace(/[\u2066-\u2069]/g, ''))).toEqual(['بلا أصناف', 'صنف واحد', 'صنفان', '3 أصناف', '11 صنفًا', '100 صنف'])
    language.value = 'en'
    expect([1, 2].map((n) => text('totals.items', { n }).replace(/[\u2066-\u2069]/g, ''))).toEqual(['1 item', '2 items'])
  })
  it('isolates numbers left to right and names by their own direction', () => {
    expect(text('tasks.left', { n: 11 })).toContain('\u206611\u2069')
    expect(text('undo.of', { name: 'Ceylon tea' })).toBe('تراجع عن \u2068Ceylon tea\u2069')
  })
  it('falls back to the name there is', () => {
    expect(nameOf({ en: 'Rice' })).toBe('Rice')
    language.value = 'en'
    expect(nameOf({ ar: 'أرز' })).toBe('أرز')
    expect(nameOf(undefined)).toBe('')
  })
})

describe('numbers', () => {
  it('are Latin by default, Arabic-Indic by choice', () => {
    expect(formatNumber(12345, 'latn')).toBe('12,345')
    expect(formatNumber(12345, 'arab')).toBe('١٢٬٣٤٥')
    expect(formatNumber(-3, 'latn')).toBe('−3')
  })
  it('write quantities exactly', () => {
    expect([12000, 12375, 500, 0, -2050, 999999999].map((q) => formatQuantity(q, 'latn'))).toEqual(['12', '12.375', '0.5', '0', '−2.05', '999,999.999'])
    expect(formatQuantity(12375, 'arab')).toBe('١٢٫٣٧٥')
    expect([2350, 2000, 1, -500].map((q) => formatQuantity(q, 'latn', 3))).toEqual(['2.350', '2.000', '0.001', '−0.500'])
  })
  it('show instants in Kuwait', () => {
    const at = Date.UTC(2026, 10, 25, 21, 5)
    expect(formatTime(at, 'ar', 'latn')).toBe('00:05')
    expect(formatDate(at, 'en', 'latn')).toContain('26 November')
  })
  it('read every digit that a keyboard may write', () => expect(readDigits('١٢٫٥ ۳4')).toBe('12.5 34'))
})
