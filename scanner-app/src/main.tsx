// The app is put together here: the model, the scan listener, the sounds and the screens.
import { computed, effect } from '@preact/signals'
import { options, render } from 'preact'
import { version } from '../package.json'
import { text } from './i18n/text'
import { browserModel, loadCounting } from './model/browser'
import { makeSound } from './sound/sound'
import { databaseVersion } from './store/schema'
import { App, floor } from './ui/app'
import { atWork, stayAwake } from './ui/awake'
import { watchBattery } from './ui/battery'
import { Guard } from './ui/guard'
import { listenToKeys } from './ui/keys'
import { fetchParts } from './ui/part'
import { applySettings, readSettings } from './ui/settings'
import { Silent } from './ui/silent'
import { answering, makeUi } from './ui/ui'
import { watchUpdates } from './ui/update'

/** So long a drawing waits for the answer to a scan, ms. */
const answerWithin = 150

// The sound that answers a scan waits for no drawing; what a finger does is drawn at once.
let waiting: (() => void) | undefined, timer: ReturnType<typeof setTimeout> | undefined
const drawNow = () => {
  const draw = waiting
  waiting = undefined
  draw?.()
}
const drawIn = (ms: number) => {
  clearTimeout(timer)
  timer = setTimeout(drawNow, ms)
}
options.debounceRendering = (draw) => {
  if (!answering.peek()) return queueMicrotask(draw)
  waiting = draw
  drawIn(answerWithin)
}
effect(() => { if (!answering.value && waiting) drawIn(0) })

/** So long nothing is shown while the database is read, ms. */
const patience = 1000

const settings = readSettings()
const spoken = applySettings(settings)
const model = browserModel()
const updates = watchUpdates({
  busy: computed(() => model.pass.value !== undefined || model.download.value !== undefined),
  met: computed(() => model.link.value.server),
  database: databaseVersion,
})
const ui = makeUi(model, makeSound(() => settings.value), settings, updates, watchBattery(), version)

// A pairing link ends in #pair=CODE. It leaves the address at once, and is redeemed when the model knows that it is needed.
let link = ''
const readLink = (href: string) => {
  if (!href.includes('#pair=')) return
  link = href
  history.replaceState(null, '', location.pathname + location.search)
  redeem()
}
const redeem = () => {
  if (!link || model.phase.peek() !== 'unpaired') return
  void ui.pair(link, '')
  link = ''
}
readLink(location.href)
addEventListener('hashchange', (e) => readLink(e.newURL)) // the address itself is another by now: see useBackButton
effect(() => { if (model.phase.value !== 'starting') redeem() })

const front = () => ui.practice.value ?? ui
if (new URLSearchParams(location.search).get('scandebug') === '1') ui.sheet.value = 'scandebug'
listenToKeys(front)
for (const tap of ['pointerup', 'keydown'] as const) addEventListener(tap, () => ui.sound.unlock(), { capture: true, passive: true }) // any tap will do
stayAwake(() => atWork(front().model))
const root = document.getElementById('app')!
// One screen is drawn instead of two where what lies here is read soon.
const settled = new Promise<void>((done) => {
  effect(() => { if (model.phase.value !== 'starting') done() })
  setTimeout(done, patience)
})
spoken.then(async () => {
  effect(() => floor.module.value?.captureScans((scan, keyed) => void front().scanned(scan, keyed), text('scan.sink')))
  await settled
  render(<Guard><App ui={ui} /></Guard>, root)
}, () => render(<Silent why="lost" />, root))

// A first visit gets its first screen alone and the rest right after it. From then on everything lies in the worker's cache,
// and what counting takes is read beside the database.
if (navigator.serviceWorker?.controller) {
  void loadCounting().catch(() => {})
  void floor.fetch()
}
effect(() => {
  if (model.phase.value === 'starting') return
  requestAnimationFrame(() => setTimeout(() => { // once the screen is drawn
    void loadCounting().catch(() => {}) // asked for again when a session is opened
    void fetchParts()
  }))
})
