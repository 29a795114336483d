// Where to count: this person's tasks, recounts first, then anybody's, and the way to any other location, by its label or from a list.
import { useEffect, useMemo, useState } from 'preact/hooks'
import { formatDate, formatTime } from '../i18n/number'
import { digits, language, nameOf, text } from '../i18n/text'
import type { Place, Task, Totals } from '../model/types'
import { CameraButton } from './camera-button'
import { Icon } from './icon'
import { InHand } from './inhand'
import { KeyboardWarning } from './keyboard'
import { ModeChoice } from './mode'
import { Refused, Statement } from './notices'
import { PlaceName } from './place'
import { Sheet } from './sheet'
import { useUi } from './ui'
import { unitsOf } from './unit'
import { Code, Count, Name } from './value'

const page = 40 // rows drawn at once
const few = 8 // tasks are seen at once, whatever their sections

export function Tasks() {
  const { model, run, sheet, closed, told, section, sound, started, arabicKeyboard, keyboardRead } = useUi()
  const [shown, setShown] = useState(page)
  const tasks = model.tasks.value, sections = sectionsOf(tasks)
  const only = sections.has(section.value) ? section.value : ''
  const all = only ? tasks.filter((t) => t.place.section === only) : tasks
  const mine = all.filter((t) => !t.anybody), others = all.filter((t) => t.anybody)
  const open = (task: Task) => {
    sound.unlock()
    started.value = true
    closed.value = undefined
    void run(model.openPass(task.place.location, task))
  }
  return (
    <>
      <main class="body">
        <div class="stack">
          {told.value && <Statement tone="good" icon={told.value.icon}>{told.value.words}</Statement>}
          {closed.value && <Statement tone="good" title={text('closed.title')}><PlaceName of={closed.value.place} /> · {totalsInWords(closed.value.totals)}</Statement>}
          <Refused />
          {arabicKeyboard.value && !keyboardRead.value && <KeyboardWarning />}
          <div class="prompt"><Icon name="scan" /><div><h1>{text('tasks.scan')}</h1><p class="soft small">{text('tasks.scan.do')}</p></div></div>
          <ModeChoice />
          <InHand />
          {sections.size > 1 && tasks.length > few && <div class="field"><select aria-label={text('tasks.section')} value={only} onChange={(e) => { section.value = e.currentTarget.value; setShown(page) }}>
            <option value="">{text('tasks.section.all', { n: leftOf(tasks) })}</option>
            {[...sections].map(([id, of]) => <option key={id} value={id}>{text('tasks.section.one', { section: nameOf(of[0]!.place.sectionName) || id, n: leftOf(of) })}</option>)}
          </select></div>}
          <div>
            {(mine.length > 0 || all.length === 0) && <h2>{text('tasks.title')} <Left of={mine} /></h2>}
            {all.length === 0 && <p class="empty">{text('tasks.none')}</p>}
            <ul class="rows">{mine.slice(0, shown).map((t) => <li key={t.key}><TaskRow task={t} open={() => open(t)} /></li>)}</ul>
            {others.length > 0 && mine.length < shown && <>
              <h2>{text('tasks.anybody')} <Left of={others} /></h2>
              <ul class="rows">{others.slice(0, shown - mine.length).map((t) => <li key={t.key}><TaskRow task={t} open={() => open(t)} /></li>)}</ul>
            </>}
            {all.length > shown && <button class="button" onClick={() => setShown(shown + page)}>{text('list.more', { n: all.length - shown })}</button>}
          </div>
        </div>
      </main>
      <div class="foot beside">
        <button class="button" onClick={() => { sheet.value = 'places' }}><Icon name="search" />{text('places.choose')}</button>
        <CameraButton />
      </div>
    </>
  )
}

/** The tasks of each section, in the order in which they come. */
function sectionsOf(tasks: Task[]): Map<string, Task[]> {
  const of = new Map<string, Task[]>()
  for (const t of tasks) of.set(t.place.section, [...of.get(t.place.section) ?? [], t])
  return of
}

const leftOf = (tasks: Task[]) => tasks.filter((t) => t.state !== 'closed').length

function Left({ of }: { of: Task[] }) {
  return of.length ? <span class="soft small">{text('tasks.left', { n: leftOf(of) })}</span> : null
}

export function totalsInWords(totals: Totals): string {
  const parts = [text('totals.items', { n: totals.items }), ...unitsOf(totals)]
  if (totals.unknown) parts.push(text('totals.unknown', { n: totals.unknown }))
  return parts.join(' · ')
}

/** Now, by the minute: what is due becomes overdue while somebody looks. */
function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const beat = setInterval(() => setNow(Date.now()), 60_000)
    return () => clearInterval(beat)
  }, [])
  return now
}

/** By when a task should be done; after that, since when it should have been. */
function Due({ at }: { at: number }) {
  const now = useNow()
  const soon = Math.abs(at - now) < 12 * 3_600_000 // the hour alone says which one is meant
  const when = (soon ? formatTime : formatDate)(at, language.value, digits.value)
  return at > now ? <span class="tag plain">{text('tasks.due', { at: when })}</span> : <span class="tag wrong">{text('tasks.overdue', { at: when })}</span>
}

function TaskRow({ task, open }: { task: Task; open: () => void }) {
  return (
    <button class="row" onClick={open} disabled={task.state === 'closed'}>
      <span>
        <span class="title"><Name of={task.place.name} /></span>
        <span class="note"><Name of={task.place.sectionName} /> · <Code>{task.place.location}</Code></span>
        <span class="tags">
          {task.recount && <span class="tag check">{text('recount')}</span>}
          {task.round > 2 && <span class="tag plain">{text('round', { n: task.round })}</span>}
          {task.items && <span class="tag plain">{text('tasks.items', { n: task.items.length })}</span>}
          {task.due !== undefined && task.state !== 'closed' && <Due at={task.due} />}
          {task.state === 'open' && <span class="tag good">{text('tasks.open')}</span>}
        </span>
      </span>
      {task.state === 'closed' ? <span class="good small"><Icon name="good" /> {text('tasks.closed')}</span> : <Icon name="on" />}
    </button>
  )
}

// PlacesSheet is for a label that is torn: every location of the site, found by a part of its name or code.
export function PlacesSheet({ close }: { close: () => void }) {
  const { model, run, sound, started, closed } = useUi()
  const [query, setQuery] = useState('')
  const [shown, setShown] = useState(page)
  const all = model.places.value
  const found = useMemo(() => (query.trim() ? model.findPlaces(query) : all), [query, all])
  const open = (place: Place) => {
    sound.unlock()
    started.value = true
    closed.value = undefined
    close()
    void run(model.moving.peek() ? model.moveAt(place.location) : model.openPass(place.location))
  }
  return (
    <Sheet title={text('places.title')} close={close} whole>
      <div class="finder"><Icon name="search" />
        <input type="search" data-first="" aria-label={text('places.search')} placeholder={text('places.search')} value={query} autocomplete="off" dir="auto" onInput={(e) => { setQuery(e.currentTarget.value); setShown(page) }} />
      </div>
      <ul class="rows">
        {found.slice(0, shown).map((p) => (
          <li key={p.location}>
            <button class="row" onClick={() => open(p)}>
              <span><span class="title"><Name of={p.name} /></span><span class="note"><Name of={p.sectionName} /></span>
                <span class="tags">
                  {p.undirected && <span class="tag check">{text('undirected')}</span>}
                  {p.shared && <span class="tag plain">{text('places.shared')}</span>}
                  {p.state === 'open' && <span class="tag good">{text('tasks.open')}</span>}
                  {p.state === 'closed' && <span class="tag plain">{text('tasks.closed')}</span>}
                </span>
              </span>
              <span class="small soft"><Code>{p.location}</Code></span>
            </button>
          </li>
        ))}
      </ul>
      {found.length > shown && <button class="button" onClick={() => setShown(shown + page)}>{text('list.more', { n: found.length - shown })}</button>}
      {found.length === 0 && <p class="empty">{text('places.none')}</p>}
      <p class="hidden" role="status"><Count n={found.length} /></p>
    </Sheet>
  )
}
