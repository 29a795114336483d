// A state in words that takes the whole screen: what is, why, and the next step.
import type { ComponentChildren } from 'preact'
import { text } from '../i18n/text'
import { Icon, type IconName } from './icon'
import { inWords, useUi } from './ui'

export function Plate({ icon, tone, title, children, action }: { icon?: IconName; tone?: string; title: string; children?: ComponentChildren; action?: ComponentChildren }) {
  return (
    <>
      <main class="body" tabIndex={0}>
        <div class="plate">
          {icon && <div class={'mark ' + (tone ?? '')}><Icon name={icon} /></div>}
          <h1>{title}</h1>
          {children && <div class="stack tight">{children}</div>}
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
    <Plate icon="check" tone="check" title={text('other')} action={<><button class="button main" onClick={() => location.reload()}>{text('other.retry')}</button><ToRescue /></>}>
      <p>{text('other.do')}</p>
    </Plate>
  )
}

export function Failed() {
  const failure = useUi().model.failure.value
  return (
    <Plate icon="wrong" tone="wrong" title={text('failed')} action={<><button class="button main" onClick={() => location.reload()}>{text('do.retry')}</button><ToRescue /></>}>
      <p>{failure ? inWords(failure) : text('failed.do')}</p>
    </Plate>
  )
}

export function Revoked() {
  const { model, sheet, pairAgain } = useUi()
  const { unsent } = model.link.value
  return (
    <Plate icon="wrong" tone="wrong" title={text('revoked')} action={<>
      <button class="button main" onClick={() => { sheet.value = 'sync' }}>{text('sync.title')}</button>
      <button class="button" onClick={() => { pairAgain.value = true }}>{text('revoked.again')}</button>
      <ToRescue />
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
      <ToRescue />
    </>}>
      <p>{text('storage.full.do')}</p>
    </Plate>
  )
}

// ToRescue leads to what can be carried by hand, where the app itself does not get it to the server.
export function ToRescue() {
  const { sheet } = useUi()
  return <button class="button" onClick={() => { sheet.value = 'rescue' }} aria-haspopup="dialog">{text('rescue.open')}</button>
}
