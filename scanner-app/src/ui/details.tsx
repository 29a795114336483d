// What else is to be said of the item in hand: its condition, its lot and its expiry. None of it is asked for in the usual case.
import { useState } from 'preact/hooks'
import { readDigits } from '../i18n/number'
import { text } from '../i18n/text'
import type { Condition, Pending } from '../model/types'
import { Choice, Field } from './field'
import { Sheet } from './sheet'
import { useUi } from './ui'

export function DetailsSheet({ pending, close }: { pending: Pending; close: () => void }) {
  const { model, run } = useUi()
  const [condition, setCondition] = useState<Condition | 'good'>(pending.condition ?? 'good')
  const [lot, setLot] = useState(pending.lot ?? '')
  const [expiry, setExpiry] = useState(pending.expiry ?? '')
  const [fault, setFault] = useState(false)
  const keep = async () => {
    const day = readDigits(expiry.trim())
    if (day && !isDay(day)) return setFault(true)
    if (condition !== (pending.condition ?? 'good') && !(await run(model.setCondition(condition === 'good' ? undefined : condition)))) return
    if ((lot !== (pending.lot ?? '') || day !== (pending.expiry ?? '')) && !(await run(model.setLot(lot.trim(), day)))) return
    close()
  }
  return (
    <Sheet title={text('details.title')} close={close} foot={<button class="button main" onClick={() => void keep()}>{text('do.done')}</button>}>
      <div class="stack">
        <Choice<Condition | 'good'> label={text('condition')} value={condition} change={setCondition}
          options={[['good', text('condition.good')], ['damaged', text('condition.damaged')], ['expired', text('condition.expired')], ['near-expiry', text('condition.near')]]} />
        <Field label={text('details.lot')} value={lot} change={setLot} />
        <Field label={text('details.expiry')} value={expiry} change={(v) => { setExpiry(v); setFault(false) }} fault={fault ? text('details.expiry.fault') : undefined} />
      </div>
    </Sheet>
  )
}

function isDay(day: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && new Date(day + 'T00:00:00Z').toISOString().slice(0, 10) === day
}
