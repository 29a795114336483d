// What is to be said of goods besides how many: lot and expiry, and a note, which for a code that nobody knows is what makes it
// findable. Where an item needs its lot this is the question, with the answer that none can be read.
import { useState } from 'preact/hooks'
import { formatDay, readDigits } from '../i18n/number'
import { digits, language, text } from '../i18n/text'
import type { Entry, Pending, Question } from '../model/types'
import { Field } from './field'
import { Icon } from './icon'
import { Keypad, PadKey } from './keypad'
import { Refused, Statement } from './notices'
import { PhotoField } from './photo'
import { Sheet } from './sheet'
import { useUi } from './ui'
import { Code, Name } from './value'

const most = 200 // characters of a note

interface Of { of: Pending | Entry }

export function DetailsSheet({ of, close }: Of & { close: () => void }) {
  const { model, run, refusal } = useUi()
  const [note, setNote] = useState(of.note ?? '')
  const form = useLot(of)
  const [pad, setPad] = useState(true) // the system's keyboard needs the room where one writes words
  const keep = async () => {
    if (form.good() && await run(model.describe({ lot: form.lot, expiry: form.day, note }, 'id' in of ? of.id : undefined))) close()
  }
  const words = <Field label={of.item ? text('details.note') : text('details.note.unknown')} value={note} change={(v) => setNote([...v].slice(0, most).join(''))} />
  return (
    <Sheet title={text('details.title')} close={close} foot={pad ? <Pad form={form} keep={() => void keep()} /> : <button class="button main" onClick={() => void keep()}>{text('do.done')}</button>}>
      <div class="stack tight" onFocusIn={(e) => setPad(!(e.target as HTMLElement).closest('.words'))}>
        <Goods of={of} />
        {!refusal.value?.key.startsWith('photo-') && <Refused />}
        {!of.item && <div class="words">{words}</div>}
        <Lot form={form} />
        {of.item && <div class="words">{words}</div>}
        <PhotoField of={of} />
      </div>
    </Sheet>
  )
}

export function LotQuestion({ of, question }: Of & { question: Question & { kind: 'lot' } }) {
  const { model, run } = useUi()
  const form = useLot(of)
  const keep = () => { if (form.good(true)) void run(model.describe({ lot: form.lot, expiry: form.day })) }
  const { last } = question
  return (
    <Sheet title={text('ask.lot')} foot={<Pad form={form} keep={keep} actions={[
      question.answers.includes('same') ? <PadKey press={() => void run(model.answer('same'))}>{text('ask.lot.same')}</PadKey> : null,
      <PadKey press={() => void run(model.answer('none'))}>{text('ask.lot.none')}</PadKey>,
      <PadKey press={() => void run(model.answer('change'))}><Icon name="back" /><span>{text('do.back')}</span></PadKey>,
    ]} />}>
      <div class="stack tight">
        <Goods of={of} />
        {question.again && <Statement tone="check" title={text('repeat')} />}
        <Refused />
        <Lot form={form} asked />
        {last && <p class="soft small">{text('ask.lot.same')}: {last.expiry && <bdi>{formatDay(last.expiry, language.value, digits.value)}</bdi>} {last.lot && <Code>{last.lot}</Code>}</p>}
      </div>
    </Sheet>
  )
}

function Goods({ of }: Of) {
  return <p class="strong">{of.item ? <Name of={of.item.name} /> : <Code>{of.code}</Code>}</p>
}

interface Form { lot: string; day: string; fault: string; setLot(v: string): void; setDay(v: string): void; good(needed?: boolean): boolean }

function useLot(of: Pending | Entry): Form {
  const { model } = useUi()
  const [lot, setLot] = useState(of.lot ?? '')
  const [day, setDay] = useState(of.expiry ?? '')
  const [fault, setFault] = useState('')
  return {
    lot, day, fault, setLot,
    setDay: (v) => { setDay(v); setFault('') },
    good(needed) {
      const wrong = day.trim() ? !model.dayOf(day) : Boolean(needed) && !lot.trim()
      if (wrong) setFault(text('details.expiry.fault'))
      return !wrong
    },
  }
}

function Lot({ form, asked }: { form: Form; asked?: boolean }) {
  const { model } = useUi()
  const read = model.dayOf(form.day)
  return (
    <>
      <div class="field day">
        <label for="day" class={asked ? 'hidden' : ''}>{text('details.expiry')}</label>
        <input id="day" class="code" data-first="" inputMode="none" dir="ltr" autocomplete="off" value={form.day} placeholder={text('details.expiry.form')} aria-describedby="day-read"
          aria-invalid={form.fault ? 'true' : 'false'} onInput={(e) => form.setDay(readDigits(e.currentTarget.value).slice(0, 10))} />
        <p id="day-read" class={form.fault ? 'fault' : read ? 'strong' : 'soft small'} role="status">
          {form.fault || (read ? <bdi>{formatDay(read, language.value, digits.value)}</bdi> : text('details.expiry.do'))}
        </p>
      </div>
      <div class="words"><Field label={text('details.lot')} value={form.lot} change={form.setLot} /></div>
    </>
  )
}

function Pad({ form, keep, actions = [] }: { form: Form; keep: () => void; actions?: preact.ComponentChildren[] }) {
  const none = <span class="key" aria-hidden="true" />
  return <Keypad digit={(d) => form.setDay((form.day.includes('-') ? '' : form.day) + d)} erase={() => form.setDay(form.day.includes('-') ? '' : form.day.slice(0, -1))} actions={[
    actions[0] ?? none, actions[1] ?? none, actions[2] ?? none, <PadKey kind="done" press={keep}><span>{text('do.done')}</span><Icon name="good" /></PadKey>,
  ]} />
}
