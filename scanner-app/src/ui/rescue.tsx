// Carrying the records by hand: a file, and where they are few, QR codes that another device reads off this screen. It works in
// every state of the app as long as what lies here can be read.
import { encode } from 'uqr'
import { useEffect, useState } from 'preact/hooks'
import { text } from '../i18n/text'
import type { Refusal, Rescue } from '../model/types'
import { Statement } from './notices'
import { download } from './save'
import { Sheet } from './sheet'
import { inWords, useUi } from './ui'
import { Count } from './value'

export function RescueSheet({ close }: { close: () => void }) {
  const { model } = useUi()
  const [rescue, setRescue] = useState<Rescue>()
  const [fault, setFault] = useState<Refusal>()
  const [saved, setSaved] = useState(false)
  const [shown, setShown] = useState<number>()
  useEffect(() => { model.rescue().then(setRescue, setFault) }, [])
  const save = async () => { if (rescue) setSaved(await handOver(rescue)) }
  return (
    <Sheet title={text('rescue.title')} close={close} whole={shown !== undefined} foot={rescue && shown !== undefined ? <div class="two">
      <button class="button" disabled={shown === 0} onClick={() => setShown(shown - 1)}>{text('rescue.before')}</button>
      <button class="button main" disabled={shown + 1 >= rescue.codes.length} onClick={() => setShown(shown + 1)}>{text('rescue.next')}</button>
    </div> : rescue && <>
      <button class="button main" onClick={() => void save()}>{text('rescue.save')}</button>
      {rescue.codes.length > 0 && <button class="button" onClick={() => setShown(0)}>{text('rescue.codes')}</button>}
    </>}>
      <div class="stack">
        {fault && <Statement tone="check" title={fault.key === 'nothing-held' ? text('rescue.none') : text('rescue.failed')}>{inWords(fault)}</Statement>}
        {!fault && !rescue && <p class="empty">{text('rescue.reading')}</p>}
        {rescue && shown === undefined && <>
          <p>{text('rescue.do')}</p>
          <dl class="facts">
            <dt>{text('rescue.events')}</dt><dd><Count n={rescue.events} /></dd>
            <dt>{text('sync.unsent')}</dt><dd><Count n={rescue.unsent} /></dd>
            {rescue.photos > 0 && <><dt>{text('rescue.photos')}</dt><dd><Count n={rescue.photos} /></dd></>}
            {rescue.left > 0 && <><dt>{text('rescue.left')}</dt><dd><Count n={rescue.left} /></dd></>}
          </dl>
          <p class="soft small">{text('rescue.stays')}</p>
        </>}
        {saved && <Statement tone="good" title={text('rescue.saved')}>{text('rescue.saved.do')}</Statement>}
        {rescue && shown !== undefined && <>
          <Code of={rescue.codes[shown]!} label={text('rescue.code', { n: shown + 1, of: rescue.codes.length })} />
          <p class="strong" role="status">{text('rescue.code', { n: shown + 1, of: rescue.codes.length })}</p>
          <p class="soft small">{text('rescue.codes.do')}</p>
        </>}
      </div>
    </Sheet>
  )
}

// Code is black on white in every theme: imagers want it so.
function Code({ of, label }: { of: string; label: string }) {
  const { size, data } = encode(of, { ecc: 'L', border: 4 })
  const path = data.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')).join('')).join('')
  return (
    <svg class="code-shown" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect width={size} height={size} fill="#fff" /><path d={path} fill="#000" />
    </svg>
  )
}

// handOver shares the file where the device can, else it is downloaded. False: the person thought better of it.
async function handOver({ file, name }: Rescue): Promise<boolean> {
  const shared = new File([file], name.replace(/jsonl$/, 'txt'), { type: 'text/plain' }) // shared files are of few types
  if (navigator.canShare?.({ files: [shared] })) {
    try {
      await navigator.share({ files: [shared] })
      return true
    } catch (e) {
      if ((e as Error).name === 'AbortError') return false
    }
  }
  download(file, name)
  return true
}
