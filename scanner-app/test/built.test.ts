// What the build that is served weighs before its first screen: a handheld may fetch it over a bad network.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'

const folder = join(import.meta.dirname, '../../static/scanner')
const read = (file: string) => readFileSync(join(folder, file))

/** The scripts that a script brings along before it runs. */
const importsOf = (file: string) => [...read(file).toString().matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)].map((m) => 'assets/' + m[1]!)

it('the first load’s JavaScript stays under 45 kB, compressed', () => {
  const first = [...read('index.html').toString().matchAll(/"\/app\/(assets\/[^"]+\.js)"/g)].map((m) => m[1]!)
  expect(first.length).toBeGreaterThan(1)
  const all = new Set(first)
  for (const file of all) for (const brought of importsOf(file)) all.add(brought)
  expect(first.some((f) => /ar-first/.test(f))).toBe(true) // with the texts of the first language
  const bytes = [...all].reduce((sum, file) => sum + gzipSync(read(file)).length, 0)
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThan(45_000)
})
