// The list in DESIGN.md of what hurts elsewhere names tests: each must be there under its name.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const app = join(import.meta.dirname, '..')
const list = readFileSync(join(app, 'DESIGN.md'), 'utf8').split('\n## ').find((part) => part.startsWith('Where others hurt'))!

it('names tests that are there', () => {
  const named = list.split('\n').filter((row) => row.startsWith('|')).flatMap((row) => {
    let file = ''
    return [...row.matchAll(/`([^`]+)`|\*([^*]+)\*/g)].flatMap(([, path, name]) => {
      if (path) file = path
      return name ? [{ file, name }] : []
    })
  })
  expect(named.length).toBeGreaterThan(50)
  const missing = named.filter(({ file, name }) => {
    const path = [join(app, file), join(app, '..', file)].find(existsSync)
    return !path || !readFileSync(path, 'utf8').includes(name)
  })
  expect(missing).toEqual([])
})
