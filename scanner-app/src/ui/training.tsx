// Training: the app's own screens over a model that is made up, marked on every one of them. What comes next lies on a card,
// which comes by itself between two steps; the last one says what was practised.
import { effect, signal } from '@preact/signals'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { formatNumber } from '../i18n/number'
import { digits, text, type Key } from '../i18n/text'
import { labels, steps, Training, type Step } from '../model/training'
import { Work } from './app'
import { Icon } from './icon'
import { Refused, Statement } from './notices'
import { Sheet } from './sheet'
import { makeUi, UiContext, useUi, type Ui } from './ui'
import { Code } from './value'

/** How long what was just done stays in sight before the next card comes, ms. */
const pause = 1200

const words: Record<Step, readonly [title: Key, what: Key]> = {
  open: ['training.open', 'training.open.do'],
  count: ['training.count', 'training.count.do'],
  weigh: ['training.weigh', 'training.weigh.do'],
  unknown: ['training.unknown', 'training.unknown.do'],
  undo: ['training.undo', 'training.undo.do'],
  close: ['training.close', 'training.close.do'],
}

function begin({ model, sound, settings, update, battery, version, aside }: Ui, again: () => void): Ui {
  const training = new Training({
    now: Date.now, random: (bytes) => void crypto.getRandomValues(bytes), person: model.person.peek(), deviceName: model.deviceName.peek(),
  })
  const ui = makeUi(training, sound, settings, update, battery, version)
  ui.drill = { training, steps: steps.length, over: signal(false), again, leave: () => { aside.value = undefined } }
  ui.started.value = true
  ui.sheet.value = 'training'
  return ui
}

/** The cards come when a step is done, unless something is under way. */
function deal({ sheet, drill, model }: Ui): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = effect(() => {
    if (!drill!.training.practised.value.size) return
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (!sheet.peek() && !model.question.peek() && !model.pass.peek()?.pending) sheet.value = 'training'
    }, pause)
  })
  return () => {
    clearTimeout(timer)
    stop()
  }
}

export function TrainingGround() {
  const work = useUi()
  const [round, setRound] = useState(0)
  const ui = useMemo(() => begin(work, () => setRound(round + 1)), [round])
  useEffect(() => {
    work.practice.value = ui
    const stop = deal(ui)
    return () => {
      stop()
      work.practice.value = undefined
    }
  }, [ui])
  return <UiContext.Provider value={ui}><Work key={round} /></UiContext.Provider>
}

export function TrainingSheet({ close }: { close: () => void }) {
  const { model, run, drill } = useUi()
  const { training, over, leave } = drill!
  const practised = training.practised.value
  const next = steps.find((s) => !practised.has(s))
  if (over.value || !next) return <WellDone close={close} />
  const step = model.pass.value ? next : 'open' // nothing is practised without a location
  const label = labels[step]
  const [title, what] = words[step]
  const pull = async () => { if (await run(model.scan(label!))) close() }
  const end = () => { if (practised.size) over.value = true; else leave() }
  return (
    <Sheet title={text('training.step', { n: steps.indexOf(next) + 1, of: written(steps.length) })} close={close} foot={<>
      {label ? <button class="button main" onClick={() => void pull()}><Icon name="scan" />{text('training.pull')}</button>
        : <button class="button main" onClick={close}>{text('training.go')}</button>}
      <button class="button" onClick={end}>{text('training.end')}</button>
    </>}>
      <div class="stack">
        {practised.size === 0 && <Statement icon="scan" title={text('training.safe')}>{text('training.safe.do')}</Statement>}
        <div><h2 class="step">{text(title)}</h2><p>{text(what)}</p></div>
        {label && <p class="shelf-label"><Icon name="scan" /><Code>{label}</Code></p>}
        <Refused />
      </div>
    </Sheet>
  )
}

function WellDone({ close }: { close: () => void }) {
  const { drill } = useUi()
  const { training, over, again, leave } = drill!
  const practised = training.practised.value
  const back = () => {
    over.value = false
    close()
  }
  return (
    <Sheet title={text('training.done')} close={practised.size < steps.length ? back : undefined} foot={<>
      <button class="button main" onClick={leave}>{text('training.leave')}</button>
      <button class="button" onClick={again}>{text('training.again')}</button>
    </>}>
      <div class="stack">
        <p>{text('training.done.do')}</p>
        <ul class="rows">{steps.map((s) => (
          <li key={s} class="row practised">
            <span class={practised.has(s) ? 'title' : 'soft'}>{text(words[s][0])}</span>
            {practised.has(s) ? <span class="good small"><Icon name="good" /> {text('training.practised')}</span> : <span class="soft small">{text('training.not')}</span>}
          </li>
        ))}</ul>
        <p class="soft small">{text('training.kept')}</p>
      </div>
    </Sheet>
  )
}

const written = (n: number) => formatNumber(n, digits.value)
