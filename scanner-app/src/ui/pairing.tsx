// Pairing: the code is typed, or its picture is read with the imager, which comes in as any scan does.
import { useState } from 'preact/hooks'
import { text } from '../i18n/text'
import { CameraButton } from './camera-button'
import { Field } from './field'
import { Icon } from './icon'
import { Statement } from './notices'
import { inWords, useUi } from './ui'

export function Pairing({ back }: { back?: () => void }) {
  const { model, pair, pairing, refusal } = useUi()
  const [code, setCode] = useState('')
  const [name, setName] = useState(model.deviceName.value)
  const busy = pairing.value
  const [missing, setMissing] = useState(false)
  const send = async (e: Event) => {
    e.preventDefault()
    if (!code.trim()) return setMissing(true)
    if (await pair(code.trim(), name.trim())) back?.()
  }
  return (
    <form class="fill" onSubmit={(e) => void send(e)}>
      <main class="body">
        <div class="stack">
          <div>
            <h1 class="brand">{text('app.name')}</h1>
            <p class="soft">{text('app.line')}</p>
          </div>
          <div class="beside"><Statement icon="scan" title={text('pair.scan')}>{text('pair.scan.do')}</Statement><CameraButton /></div>
          <Field label={text('pair.code')} value={code} code change={(v) => { setCode(v); setMissing(false); refusal.value = undefined }}
            fault={missing ? text('pair.missing') : refusal.value ? inWords(refusal.value) : undefined} />
          <Field label={text('pair.name')} value={name} change={setName} />
        </div>
      </main>
      <div class="foot">
        <button class="button main" type="submit" disabled={busy}><Icon name="scan" />{busy ? text('pair.busy') : text('pair.do')}</button>
        {back && <button class="button" type="button" onClick={back}>{text('do.back')}</button>}
      </div>
    </form>
  )
}
