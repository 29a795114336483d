// The app on one scene of scenes.ts, in a document, with its model at hand.
import { signal } from '@preact/signals'
import { render, type VNode } from 'preact'
import { act } from 'preact/test-utils'
import { afterEach, beforeAll, vi } from 'vitest'
import { language } from '../../src/i18n/text'
import type { Answer } from '../../src/sound/sound'
import { App } from '../../src/ui/app'
import { fetchParts } from '../../src/ui/part'
import { makeUi, UiContext, type Ui } from '../../src/ui/ui'
import type { FakeModel } from './fake'
import { setScene } from './scenes'

beforeAll(fetchParts)
export let root: HTMLElement | undefined
afterEach(() => {
  vi.useRealTimers()
  if (root) render(null, root)
  root?.remove()
  language.value = 'ar'
})

/** Draws a part of the app by itself. */
export async function draw(node: VNode): Promise<HTMLElement> {
  const here = (root = document.body.appendChild(document.createElement('div')))
  await act(() => render(node, here))
  return here
}

export async function show(name: string): Promise<{ model: FakeModel; ui: Ui; heard: Answer[]; press: (label: string) => Promise<void>; words: () => string }> {
  const { model, scene } = setScene(name)
  const heard: Answer[] = []
  const settings = signal({ language: language.value, digits: 'latn', theme: 'light', hand: 'right', size: 'usual', sound: true, vibration: true, toured: true } as const)
  const ui = makeUi(model, { unlock() {}, unlocked: () => true, play: (a) => heard.push(a) }, settings as unknown as Ui['settings'], { waiting: signal(Boolean(scene.waiting)), taking: signal(undefined), apply() {} }, signal(undefined), '0.1.0')
  ui.sheet.value = scene.sheet
  ui.aside.value = scene.aside
  scene.meet?.(ui)
  const here = await draw(scene.instead ? <UiContext.Provider value={ui}>{scene.instead()}</UiContext.Provider> : <App ui={ui} />)
  const words = () => (here.textContent ?? '').replace(/[\u2066-\u2069]/g, '').replace(/\u00a0/g, ' ')
  const press = async (label: string) => {
    const button = [...here.querySelectorAll('button')].reverse().find((b) => b.textContent?.replace(/[\u2066-\u2069]/g, '').trim() === label || b.getAttribute('aria-label')?.replace(/[\u2066-\u2069]/g, '') === label)
    if (!button) throw new Error(`no button ${label} in: ${words()}`)
    await act(async () => { button.click(); await Promise.resolve() })
  }
  return { model, ui, heard, press, words }
}
