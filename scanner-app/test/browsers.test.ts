// The oldest browser that is meant is the one the app is built for. The compiler knows its library (src/tsconfig.json) and its
// syntax (vite.config.ts), and nothing of what it lacks outside the language: that is named here.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const src = resolve(import.meta.dirname, '../src')

/** What came after Chrome 83, and the version that brought it. */
const later: Record<string, RegExp> = {
  'addEventListener with a signal, 88': /addEventListener\([^\n]*signal|\{[^}\n]*capture: true, signal/,
  'randomUUID, 92': /\brandomUUID\b/, 'structuredClone, 98': /\bstructuredClone\b/, 'AbortSignal.timeout and any, 103 and 116': /AbortSignal\.(?:timeout|any)\b/,
  'replaceChildren, 86': /\breplaceChildren\b/, 'inert, 102': /\binert=|\.inert\b/, 'dialog without a polyfill of showPopover, 114': /\bshowPopover\b/,
  'scheduler, 94': /\bscheduler\.(?:postTask|yield)/, 'getDirectory, 86': /\bgetDirectory\(/, 'CompressionStream in deflate-raw, 103': /'deflate-raw'/,
}

it.each(Object.entries(later))('the app does not use %s', (_, pattern) => {
  const found = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((f) => /\.tsx?$/.test(f))
    .filter((f) => pattern.test(readFileSync(join(src, f), 'utf8').replace(/\/\/.*$/gm, '')))
  expect(found).toEqual([])
})

it('is built for what is said here', () => {
  expect(readFileSync(resolve(src, '../vite.config.ts'), 'utf8')).toContain("target: 'chrome83'")
})
