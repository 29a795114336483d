// A state in words that takes the whole screen: what is, why, and the next step.
import type { ComponentChildren } from 'preact'
import { text } from '../i18n/text'
import { Icon, type IconName } from './icon'
import { inWords, useUi } from './ui'

export function Plate({ icon, tone, title, children, action }: { icon?: IconName; tone?: string; title: string; children?: ComponentChildren; action?: ComponentChildren }) {
  return (
    <>
      <main class="body">
        <div class="plate">
          {icon && <div class={'mark ' + (tone ?? '')}><Icon name={icon} /></div>}
          <h1>{title}</h1>
          {children && <div class="stack tight soft">{children}</div>}
        </div>
      </main>
      {action && <div class="foot">{action}</div>}
    </>
  )
}

export function Starting() {
  return <main class="body"><div class="plate patient"><h1>{text('starting')}</h1></div></main>
}

export function OtherTab() {
  return (
    <Plate icon="check" tone="check" title={text('other')} action={<button class="button main" onClick={() => location.reload()}>{text('other.retry')}</button>}>
      <p>{text('other.do')}</p>
    </Plate>
  )
}

export function Failed() {
  const failure = useUi().model.failure.value
  return (
    <Plate icon="wrong" tone="wrong" title={text('failed')} action={<button class="button main" onClick={() => location.reload()}>{text('do.retry')}</button>}>
      <p>{failure ? inWords(failure) : text('failed.do')}</p>
    </Plate>
  )
}

export function Revoked({ again }: { again: () => void }) {
  const { model, sheet } = useUi()
  const { unsent } = model.link.value
  return (
    <Plate icon="wrong" tone="wrong" title={text('revoked')} action={<>
      <button class="button main" onClick={() => { sheet.value = 'sync' }}>{text('sync.title')}</button>
      <button class="button" onClick={again}>{text('revoked.again')}</button>
    </>}>
      <p>{unsent ? text('revoked.unsent', { n: unsent }) : text('revoked.sent')}</p>
      <p>{text('revoked.do')}</p>
    </Plate>
  )
}

export function StorageFull() {
  const { model, sheet, run } = useUi()
  return (
    <Plate icon="wrong" tone="wrong" title={text('storage.full')} action={<>
      <button class="button main" onClick={() => void run(model.syncNow().then(() => ({})))}>{text('sync.now')}</button>
      <button class="button" onClick={() => { sheet.value = 'sync' }}>{text('sync.title')}</button>
    </>}>
      <p>{text('storage.full.do')}</p>
    </Plate>
  )
}

// SessionOver says that counting has ended here: the session is closing, sealed or cancelled.
export function SessionOver() {
  const { model, sheet, run } = useUi()
  const session = model.session.value, { unsent } = model.link.value
  if (!session) return null
  const closing = session.state === 'closing'
  const leave = <button class={closing && !session.drained ? 'button' : 'button main'} onClick={() => void run(model.leaveSession())}>{text('session.others')}</button>
  const sync = <button class="button main" onClick={() => { sheet.value = 'sync' }}>{text('sync.title')}</button>
  if (closing) {
    return (
      <Plate icon={session.drained ? 'good' : 'up'} tone={session.drained ? 'good' : 'check'} title={text('session.closing')} action={<>{!session.drained && sync}{leave}</>}>
        <p>{session.drained ? text('session.drained') : unsent ? text('session.draining', { n: unsent }) : text('session.telling')}</p>
      </Plate>
    )
  }
  return (
    <Plate icon={session.state === 'sealed' ? 'good' : 'wrong'} tone={session.state === 'sealed' ? 'good' : 'wrong'} title={session.state === 'sealed' ? text('session.sealed') : text('session.cancelled')} action={<>{leave}</>}>
      <p>{session.state === 'sealed' ? text('session.sealed.do') : text('session.cancelled.do')}</p>
      {unsent > 0 && <p>{text('session.over.unsent', { n: unsent })}</p>}
    </Plate>
  )
}
