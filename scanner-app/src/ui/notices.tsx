// What the app noticed and the counter may look at when they choose to: it waits in the top line and never covers the count.
import type { ComponentChildren } from 'preact'
import { text } from '../i18n/text'
import { Icon, type IconName } from './icon'
import { inWords, useUi, type Ui } from './ui'

export type Tone = 'good' | 'check' | 'wrong' | 'unknown'
export interface Notice { key: string; tone: Tone; title: string; body: string }

const late = 30 * 60_000 // ms unsent before it is worth a word
const low = 0.15 // of the battery

export function useNotices(): Notice[] {
  return noticesOf(useUi())
}

function noticesOf({ model, update, battery, arabicKeyboard }: Ui): Notice[] {
  const link = model.link.value, storage = model.storage.value, session = model.session.value, pass = model.pass.value
  const out: Notice[] = []
  const add = (key: string, tone: Tone, title: string, body: string) => out.push({ key, tone, title, body })
  if (storage.full) add('full', 'wrong', text('storage.full'), text('storage.full.do'))
  if (storage.low && !storage.full) add('low', 'check', text('storage.low'), text('storage.low.do'))
  if (link.state === 'unenrolled') add('unenrolled', 'wrong', text('notice.unenrolled'), text('notice.unenrolled.do'))
  const recounts = model.tasks.value.filter((t) => t.recount && t.state === 'none' && t.place.location !== pass?.place.location)
  // Another one is another notice: it asks to be looked at although the ones before were.
  if (pass && recounts.length) add('recount ' + recounts.map((t) => `${t.assignment}/${t.round}`).sort().join(' '), 'check', text('notice.recount', { n: recounts.length }), text('notice.recount.do'))
  if (battery.value !== undefined && battery.value < low) add('battery', 'check', text('notice.battery', { n: Math.round(battery.value * 100) }), text('notice.battery.do'))
  if (link.state === 'replaced') add('replaced', 'check', text('notice.replaced'), text('notice.replaced.do'))
  if (link.state === 'outdated') add('outdated', 'check', text('notice.outdated'), text('notice.outdated.do'))
  if (link.notice && link.state !== 'unenrolled') add('server', 'check', text('notice.server'), inWords(link.notice))
  if (session?.state === 'unknown') add('unknown', 'check', text('session.unknown'), text('session.unknown.do'))
  if (link.unsent && link.oldestUnsent !== undefined && Date.now() - link.oldestUnsent > late) add('late', 'check', text('notice.late', { n: link.unsent }), text('notice.late.do'))
  if (storage.persisted === false) add('persist', 'check', text('storage.loose'), text('storage.loose.do'))
  if (arabicKeyboard.value) add('keyboard', 'check', text('notice.keyboard'), text('notice.keyboard.do'))
  if (update.waiting.value) add('update', 'good', text('update.waiting'), pass ? text('update.later') : text('update.now'))
  return out
}

const icons: Record<Tone, IconName> = { good: 'good', check: 'check', wrong: 'wrong', unknown: 'unknown' }

// Statement says something; with alert it interrupts who hears the screen.
export function Statement({ tone, icon, title, alert, children }: { tone?: Tone; icon?: IconName; title?: string; alert?: boolean; children?: ComponentChildren }) {
  return (
    <div class={'statement ' + (tone ?? '')} role={alert ? 'alert' : undefined}>
      <span class={tone}><Icon name={icon ?? (tone ? icons[tone] : 'notice')} /></span>
      <div>{title && <p class="strong">{title}</p>}{children && <p>{children}</p>}</div>
    </div>
  )
}

// Refused says why the last thing was not done.
export function Refused() {
  const { refusal } = useUi()
  return refusal.value ? <Statement tone="check" alert>{inWords(refusal.value)}</Statement> : null
}
