// For looking at a screen while it is drawn: `npx vite`, then /app/test/ui/gallery.html?scene=count-pending. No part of the build.
// What walks through the scenes (e2e/looks.test.ts) calls show.
import { signal } from '@preact/signals'
import { options, render } from 'preact'
import { text } from '../../src/i18n/text'
import { makeSound } from '../../src/sound/sound'
import { App, floor } from '../../src/ui/app'
import { fetchParts } from '../../src/ui/part'
import { applySettings, readSettings, type Settings } from '../../src/ui/settings'
import { makeUi, UiContext } from '../../src/ui/ui'
import { setScene, scenes } from './scenes'

const settings = readSettings()
settings.value = { ...settings.value, toured: true }
const spoken = applySettings(settings)
const root = document.getElementById('app')!
// Effects run without waiting for a frame, which a browser that shows several pages is in no hurry to paint.
options.requestAnimationFrame = (f) => setTimeout(f)
// Until what was asked for is drawn and its effects have run.
const idle = () => new Promise((done) => setTimeout(() => setTimeout(done, 5), 5))

async function show(name: string, chosen: Partial<Settings> = {}): Promise<void> {
  await Promise.all([spoken, fetchParts()])
  settings.value = { ...settings.value, ...chosen }
  render(null, root)
  await idle() // the language of the document has changed
  const { model, scene } = setScene(name)
  window.asked = model.asked
  const ui = makeUi(model, makeSound(() => settings.value), settings, { waiting: signal(Boolean(scene.waiting)), taking: signal(undefined), apply() {} }, signal(scene.battery), '0.1.0')
  ui.sheet.value = scene.sheet
  ui.started.value = !scene.fresh
  ui.aside.value = scene.aside
  scene.meet?.(ui)
  render(scene.instead ? <UiContext.Provider value={ui}>{scene.instead()}</UiContext.Provider> : <App ui={ui} />, root)
  await idle()
  const button = (key: Parameters<typeof text>[0]) => {
    const word = text(key)
    return [...root.querySelectorAll('button')].reverse().find((b) => b.textContent === word || b.getAttribute('aria-label') === word || b.textContent!.trim() === word)!
  }
  await scene.act?.({
    root, ui,
    press: async (key) => { button(key).click(); await idle() },
    write: async (value, field = 0) => {
      const input = root.querySelectorAll<HTMLInputElement>('input[type=text], input[type=search]')[field]!
      input.value = value
      input.dispatchEvent(new Event('input', { bubbles: true }))
      await idle()
    },
  })
  await idle()
}

/** Changes what is liked, under the scene that is shown. */
async function dress(chosen: Partial<Settings>): Promise<void> {
  settings.value = { ...settings.value, ...chosen }
  await idle()
}

declare global {
  interface Window { show: typeof show; asked: string[]; dress: typeof dress; scenes: string[]; ready: Promise<unknown> }
}
window.show = show
window.dress = dress
window.scenes = Object.keys(scenes)

const query = new URLSearchParams(location.search)
window.ready = Promise.all([spoken, fetchParts(), floor.fetch()])
const scene = query.get('scene')
if (scene) void show(scene, Object.fromEntries([...query].filter(([k]) => k !== 'scene')) as Partial<Settings>)
