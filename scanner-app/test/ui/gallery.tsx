// For looking at a screen while it is drawn: `npx vite`, then /app/test/ui/gallery.html?scene=count-pending. No part of the build.
import { signal } from '@preact/signals'
import { render } from 'preact'
import { makeSound } from '../../src/sound/sound'
import { App } from '../../src/ui/app'
import { applySettings, readSettings, type Settings } from '../../src/ui/settings'
import { makeUi } from '../../src/ui/ui'
import { setScene } from './scenes'

const query = new URLSearchParams(location.search)
const settings = readSettings()
settings.value = { ...settings.value, ...(Object.fromEntries([...query].filter(([k]) => k !== 'scene')) as Partial<Settings>) }
await applySettings(settings)
const { model, scene } = setScene(query.get('scene') ?? 'count-pending')
const ui = makeUi(model, makeSound(() => settings.value), settings, { waiting: signal(Boolean(scene.waiting)), apply() {} }, signal(undefined), '0.1.0')
ui.sheet.value = scene.sheet
ui.started.value = !scene.fresh
render(<App ui={ui} />, document.getElementById('app')!)
