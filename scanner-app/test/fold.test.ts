import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { fold } from '../src/store/fold'

const cases: { text: string; folded: string }[] = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../internal/stocktake/testdata/folds.json'), 'utf8'))

it('folds as the server does', () => {
  expect(cases.length).toBeGreaterThan(20)
  for (const { text, folded } of cases) {
    expect(fold(text), text).toBe(folded)
    expect(fold(folded), text).toBe(folded)
  }
})
