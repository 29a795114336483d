// @vitest-environment happy-dom
// A part of the app is fetched once; until it is here the screen and the sheet say so, and what failed can be asked for again.
import { render } from 'preact'
import { act } from 'preact/test-utils'
import { afterEach, expect, it } from 'vitest'
import { of, part } from '../../src/ui/part'

let root: HTMLElement
afterEach(() => {
  render(null, root)
  root.remove()
})

/** A part whose loads are answered by hand. */
function slow() {
  const loads: { come(): void; fail(): void }[] = []
  const it = part(() => new Promise<{ Hello: (p: { name: string; close?: () => void }) => unknown }>((resolve, reject) => {
    loads.push({ come: () => resolve({ Hello: ({ name }) => <h1>Hello {name}</h1> }), fail: () => reject(new TypeError('gone')) })
  }))
  return { it, loads, Hello: of(it, (m) => m.Hello as never) as (p: { name: string; close?: () => void }) => never }
}

async function show(node: never): Promise<() => string> {
  root = document.body.appendChild(document.createElement('div'))
  await act(() => render(node, root))
  return () => root.textContent ?? ''
}

it('is fetched when it is shown, once, and shown when it comes', async () => {
  const { loads, it: p, Hello } = slow()
  const words = await show(<Hello name="Fatima" /> as never)
  expect(words()).toBe('جارٍ التحميل…')
  void p.fetch()
  expect(loads).toHaveLength(1)
  await act(async () => { loads[0]!.come(); await p.fetch() })
  expect(words()).toBe('Hello Fatima')
})

it('says that it could not be had, and asks again', async () => {
  const { loads, it: p, Hello } = slow()
  const words = await show(<Hello name="Fatima" /> as never)
  await act(async () => { loads[0]!.fail(); await Promise.resolve() })
  await act(async () => { await Promise.resolve() })
  expect(root.querySelector('[role=alert]')!.textContent).toContain('تحقّق من الشبكة')
  await act(() => root.querySelector<HTMLButtonElement>('.button.main')!.click())
  expect(words()).toBe('جارٍ التحميل…')
  expect(loads).toHaveLength(2)
  await act(async () => { loads[1]!.come(); await p.fetch() })
  expect(words()).toBe('Hello Fatima')
})

it('as a sheet can be closed meanwhile, and is focused', async () => {
  let closed = false
  const { loads, Hello } = slow()
  await show(<Hello name="Fatima" close={() => { closed = true }} /> as never)
  expect(root.querySelector('[role=dialog]')!.getAttribute('aria-label')).toBe('جارٍ التحميل…')
  expect(document.activeElement).toBe(root.querySelector('h1'))
  root.querySelector<HTMLButtonElement>('.icon-button')!.click()
  expect(closed).toBe(true)
  await act(async () => { loads[0]!.fail(); await Promise.resolve() })
  await act(async () => { await Promise.resolve() })
  expect(root.querySelector('.foot .button')!.textContent).toBe('أعد المحاولة')
})
