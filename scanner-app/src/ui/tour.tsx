// The tour, three screens for who holds the app for the first time: how a count goes, what is always in sight and that nothing
// is lost, how to correct and to finish. It is drawn of the app's own pieces, shown once on a device and again on demand.
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { formatNumber } from '../i18n/number'
import { digits, text } from '../i18n/text'
import { Icon } from './icon'
import { useUi } from './ui'
import { Count } from './value'

const screens = [Trigger, InSight, Correct]

export function Tour() {
  const { aside, settings, model, practise } = useUi()
  const [at, setAt] = useState(0)
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => head.current?.focus(), [at])
  const end = () => {
    settings.value = { ...settings.value, toured: true }
    aside.value = undefined
  }
  useEffect(() => { // Android's back button turns back a screen
    const back = () => setAt((n) => Math.max(0, n - 1))
    addEventListener('popstate', back)
    return () => removeEventListener('popstate', back)
  }, [])
  const Screen = screens[at]!, last = at === screens.length - 1
  return (
    <div class="frame">
      <header class="bar tour-bar">
        {at > 0 ? <button class="icon-button" onClick={() => setAt(at - 1)} aria-label={text('do.back')}><Icon name="back" /></button> : <span />}
        <p class="soft" role="status">{text('tour.at', { n: at + 1, of: formatNumber(screens.length, digits.value) })}</p>
        {!last && <button class="button slim" onClick={end}>{text('tour.skip')}</button>}
      </header>
      <main class="body tour"><Screen head={head} /></main>
      <div class="foot">
        {last
          ? <>
            <button class="button main" onClick={end}>{model.session.value ? text('tour.end') : text('tour.work')}</button>
            <button class="button" onClick={() => { end(); practise() }}>{text('training.try')}</button>
          </>
          : <button class="button main" onClick={() => setAt(at + 1)}>{text('tour.next')}</button>}
      </div>
    </div>
  )
}

interface ScreenProps { head: { current: HTMLHeadingElement | null } }

function Said({ head, title, figure, children }: ScreenProps & { title: string; figure: ComponentChildren; children: ComponentChildren }) {
  return (
    <div class="stack">
      <div class="tour-figure" aria-hidden="true">{figure}</div>
      <h1 tabIndex={-1} ref={head}>{title}</h1>
      <ol class="points">{children}</ol>
    </div>
  )
}

function Point({ piece, children }: { piece: ComponentChildren; children: string }) {
  return <li><span class="piece" aria-hidden="true">{piece}</span><p>{children}</p></li>
}

function Trigger({ head }: ScreenProps) {
  return (
    <Said head={head} title={text('tour.trigger')} figure={<Reader />}>
      <Point piece={<Icon name="place" />}>{text('tour.trigger.place')}</Point>
      <Point piece={<Icon name="scan" />}>{text('tour.trigger.item')}</Point>
      <Point piece={<strong><Count n={12} /></strong>}>{text('tour.trigger.number')}</Point>
    </Said>
  )
}

// A reader, its beam, and the label on the edge of a shelf.
function Reader() {
  return (
    <svg class="drawing turning" viewBox="0 0 320 120" focusable="false">
      <path d="M180 34h124M180 98h124M196 34v-16h30v16M232 34v-22h26v22M264 34v-14h26v14" />
      <path d="M196 98v-34h92v34" />
      <path class="bars" d="M208 72v18M213 72v18M219 72v18M223 72v18M230 72v18M236 72v18M241 72v18M248 72v18M252 72v18M259 72v18M265 72v18M271 72v18M276 72v18" />
      <path d="M30 22l50-8 12 66-50 9zM38 30l38-6 5 28-38 7zM47 70l6-1M60 68l6-1M73 66l6-1M49 79l6-1M62 77l6-1M75 75l6-1" />
      <path d="M92 50l7 10-5 8" />
      <path class="beam" d="M90 40L194 68M90 46L194 94" />
    </svg>
  )
}

function InSight({ head }: ScreenProps) {
  return (
    <Said head={head} title={text('tour.sight')} figure={
      <div class="topline sample">
        <span class="where"><span class="name">{text('tour.sight.sample')}</span></span>
        <span class="state"><span class="link offline"><span class="dot" />{text('link.offline')}</span><span class="unsent"><Icon name="up" /><Count n={3} /></span></span>
      </div>}>
      <Point piece={<Icon name="place" />}>{text('tour.sight.place')}</Point>
      <Point piece={<span class="link offline"><span class="dot" /></span>}>{text('tour.sight.link')}</Point>
      <Point piece={<Icon name="up" />}>{text('tour.sight.unsent')}</Point>
    </Said>
  )
}

function Correct({ head }: ScreenProps) {
  return (
    <Said head={head} title={text('tour.correct')} figure={
      <div class="tour-keys">
        <span class="key action"><Icon name="undo" /><span>{text('do.undo')}</span></span>
        <span class="key action"><Icon name="list" /><Count n={14} /></span>
        <span class="key action"><Icon name="flag" /><span>{text('finish.short')}</span></span>
      </div>}>
      <Point piece={<Icon name="undo" />}>{text('tour.correct.undo')}</Point>
      <Point piece={<Icon name="list" />}>{text('tour.correct.list')}</Point>
      <Point piece={<Icon name="flag" />}>{text('tour.correct.finish')}</Point>
    </Said>
  )
}
