// How the work stands between this device and the server, and what can be done about it.
import { useState } from 'preact/hooks'
import { formatDate, formatNumber } from '../i18n/number'
import { digits, language, text } from '../i18n/text'
import { Statement } from './notices'
import { Sheet } from './sheet'
import { linkTone, linkWord } from './topline'
import { inWords, useUi } from './ui'
import { Count } from './value'

export function SyncSheet({ close }: { close: () => void }) {
  const { model, sheet, update, version, pairAgain } = useUi()
  const [busy, setBusy] = useState(false)
  const link = model.link.value, storage = model.storage.value, pass = model.pass.value
  const when = (at: number) => formatDate(at, language.value, digits.value)
  const sync = async () => {
    setBusy(true)
    await model.syncNow()
    setBusy(false)
  }
  return (
    <Sheet title={text('sync.title')} close={close} foot={<>
      <button class="button main" disabled={busy} onClick={() => void sync()}>{busy ? text('sync.busy') : text('sync.now')}</button>
      <button class="button" onClick={() => { sheet.value = 'rescue' }}>{text('rescue.open')}</button>
    </>}>
      <div class="stack">
        {link.state === 'unenrolled' && (
          <Statement tone="wrong" title={text('notice.unenrolled')}>
            {text('notice.unenrolled.do')} <button class="button slim" onClick={() => { pairAgain.value = true; close() }}>{text('revoked.again')}</button>
          </Statement>
        )}
        {link.notice && link.state !== 'unenrolled' && <Statement tone="check" title={text('notice.server')}>{inWords(link.notice)}</Statement>}
        {storage.full && <Statement tone="wrong" title={text('storage.full')}>{text('storage.full.do')}</Statement>}
        {storage.low && !storage.full && <Statement tone="check" title={text('storage.low')}>{text('storage.low.do')}</Statement>}
        {storage.photos && storage.photos.refused > 0 && (
          <Statement tone="check" title={text('sync.photos.refused', { n: storage.photos.refused })}>{text('sync.photos.refused.do')}</Statement>
        )}
        {link.unsent > 0 && link.state === 'offline' && <Statement title={text('sync.safe')}>{text('sync.safe.do')}</Statement>}
        <dl class="facts">
          <dt>{text('sync.link')}</dt><dd><span class={'link ' + linkTone(link.state)}><span class="dot" />{linkWord(link.state)}</span></dd>
          <dt>{text('sync.unsent')}</dt><dd><Count n={link.unsent} /></dd>
          {link.oldestUnsent !== undefined && <><dt>{text('sync.oldest')}</dt><dd>{ago(link.oldestUnsent)}</dd></>}
          <dt>{text('sync.last')}</dt><dd>{link.lastContact === undefined ? text('sync.never') : when(link.lastContact)}</dd>
          <dt>{text('sync.storage')}</dt><dd>{storage.persisted === undefined ? text('storage.unasked') : storage.persisted ? text('storage.kept') : text('storage.unkept')}</dd>
          {storage.used !== undefined && <><dt>{text('sync.space')}</dt><dd>{roomInWords(storage.used, storage.quota)}</dd></>}
          {storage.events !== undefined && <><dt>{text('sync.held')}</dt><dd><Count n={storage.events} /></dd></>}
          {storage.items !== undefined && <><dt>{text('sync.catalogue')}</dt><dd><Count n={storage.items} /></dd></>}
          {storage.photos && storage.photos.held > 0 && <>
            <dt>{text('sync.photos')}</dt>
            <dd>{text('sync.photos.held', { n: storage.photos.held, size: megabytes(storage.photos.bytes) })}{storage.photos.unsent > 0 && ` · ${text('sync.photos.unsent', { n: storage.photos.unsent })}`}</dd>
          </>}
          <dt>{text('sync.device')}</dt><dd><bdi>{model.deviceName.value}</bdi></dd>
          <dt>{text('sync.version')}</dt><dd><bdi dir="ltr">{version}</bdi></dd>
        </dl>
        {storage.persisted === false && <Statement tone="check" title={text('storage.loose')}>{text('storage.loose.do')}</Statement>}
        {update.waiting.value && (
          <Statement tone="good" title={text('update.waiting')}>
            {update.taking.value === 'failed' && <span role="alert">{text('update.failed')} </span>}
            {update.taking.value === 'fetching' ? <span role="status">{text('update.fetching')}</span>
              : pass ? text('update.later') : <button class="button slim" onClick={() => update.apply()}>{text('update.apply')}</button>}
          </Statement>
        )}
      </div>
    </Sheet>
  )
}

export const roomInWords = (used: number, quota = 0) => text('sync.space.of', { used: megabytes(used), quota: megabytes(quota) })

const megabytes = (bytes: number) => `${formatNumber(Math.round(bytes / 1_000_000), digits.value)}`

function ago(at: number): string {
  const minutes = Math.max(0, Math.floor((Date.now() - at) / 60_000))
  if (minutes < 1) return text('ago.now')
  return minutes < 60 ? text('ago.minutes', { n: minutes }) : text('ago.hours', { n: Math.floor(minutes / 60) })
}
