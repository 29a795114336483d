// What else is to be said of the item in hand: its condition, its lot and its expiry, and a photo. None of it is asked for in the usual case.
import { useState } from 'preact/hooks'
import { text } from '../i18n/text'
import type { Condition, Pending } from '../model/types'
import { Choice, Field } from './field'
import { PhotoField } from './photo'
import { Sheet } from './sheet'
import { useUi } from './ui'

export function DetailsSheet({ pending, close }: { pending: Pending; close: () => void }) {
  const { model, run } = useUi()
  const [condition, setCondition] = useState<Condition | 'good'>(pending.condition ?? 'good')
  const [lot, setLot] = useState(pending.lot ?? '')
  const [expiry, setExpiry] = useState(pending.expiry ?? '')
  const [fault, setFault] = useState(false)
  const keep = async () => {
    if (expiry.trim() && !model.dayOf(expiry)) return setFault(true)
    if (await run(model.describe({ condition: condition === 'good' ? 'saleable' : condition, lot, expiry }))) close()
  }
  return (
    <Sheet title={text('details.title')} close={close} foot={<button class="button main" onClick={() => void keep()}>{text('do.done')}</button>}>
      <div class="stack">
        <Choice<Condition | 'good'> label={text('condition')} value={condition} change={setCondition}
          options={[['good', text('condition.good')], ['damaged', text('condition.damaged')], ['expired', text('condition.expired')], ['near-expiry', text('condition.near')]]} />
        <Field label={text('details.lot')} value={lot} change={setLot} />
        <Field label={text('details.expiry')} value={expiry} change={(v) => { setExpiry(v); setFault(false) }} fault={fault ? text('details.expiry.fault') : undefined} />
        <PhotoField pending={pending} />
      </div>
    </Sheet>
  )
}
