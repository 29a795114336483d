// What is to be said of goods besides how many: lot and expiry, and a note, which for a code that nobody knows is what makes it
// findable. Where an item needs its lot this is the question, with the answer that none can be read.
import { useState } from 'preact/hooks'
import { formatDay, formatDayOfYear, formatNumber, readDigits, writeDigits } from '../i18n/number'
import { digits, language, text } from '../i18n/text'
import { maxNote, type Entry, type Pending, type Question } from '../model/types'
import { Field } from './field'
import { Icon } from './icon'
import { Keypad, PadKey } from './keypad'
import { Refused, Statement } from './notices'
import { PhotoField } from './photo'
import { Sheet } from './sheet'
import { useUi } from './ui'
import { Code, Name } from './value'

const far = 5 * 366 * 86_400_000 // ms; few goods are good for so long

// keyedDay is what is kept of what stands in the field: digits, and separators where a person types them.
const keyedDay = (typed: string) => readDigits(typed).replace(/ \/ /g, '').replace(/ /g, '').slice(0, 10)

// grouped shows digits as the parts that they will be read as: 31 / 03 / 27.
function grouped(day: string): string {
  const parts = /^[0-9]+$/.test(day) ? [day.slice(0, 2), day.slice(2, 4), day.slice(4)].filter(Boolean) : [day]
  return writeDigits(parts.join(digits.value === 'arab' ? '\u200e / \u200e' : ' / '), digits.value) // Arabic-Indic ones would run from the right
}

// inPart reads out what is there before it is a whole day.
function inPart(day: string): string {
  const d = /^[0-9]{2,5}$/.test(day) ? Number(day.slice(0, 2)) : 0, m = Number(day.slice(2, 4))
  if (!d || d > 31) return ''
  return day.length >= 4 && m >= 1 && m <= 12 ? formatDayOfYear(`2028-${day.slice(2, 4)}-${day.slice(0, 2)}`, language.value, digits.value) : formatNumber(d, digits.value)
}

const samples = () => ({ day: writeDigits('310327', digits.value), month: writeDigits('0327', digits.value), date: formatDay('2027-03-31', language.value, digits.value) })

interface Of { of: Pending | Entry }

export function DetailsSheet({ of, close }: Of & { close: () => void }) {
  const { model, run, refusal } = useUi()
  const [note, setNote] = useState(of.note ?? '')
  const form = useLot(of)
  const [pad, setPad] = useState(of.item !== undefined) // the system's keyboard needs the room where one writes words
  const keep = async () => {
    if (form.good() && await run(model.describe({ lot: form.lot, expiry: form.day, note }, of))) close()
  }
  const words = <Field label={of.item ? text('details.note') : text('details.note.unknown')} value={note} change={(v) => setNote([...v].slice(0, maxNote).join(''))} first={!of.item} />
  return (
    <Sheet title={text(of.item ? 'details.title' : 'details.title.unknown')} close={close} foot={pad ? <Pad form={form} keep={() => void keep()} /> : <button class="button main" onClick={() => void keep()}>{text('do.done')}</button>}>
      <div class="stack tight" onFocusIn={(e) => setPad(!(e.target as HTMLElement).closest('.words'))}>
        <Goods of={of} />
        {!refusal.value?.key.startsWith('photo-') && <Refused />}
        {!of.item && <div class="words">{words}</div>}
        <Lot form={form} first={of.item !== undefined} />
        {of.item && <div class="words">{words}</div>}
        <PhotoField of={of} />
      </div>
    </Sheet>
  )
}

export function LotQuestion({ of, question }: Of & { question: Question & { kind: 'lot' } }) {
  const { model, run } = useUi()
  const form = useLot(of)
  const keep = () => { if (form.good(true)) void run(model.describe({ lot: form.lot, expiry: form.day }, of)) }
  const { last } = question
  return (
    <Sheet title={text('ask.lot')} foot={<Pad form={form} keep={keep} actions={[
      question.answers.includes('same') ? <PadKey press={() => void run(model.answer('same'))}><span>{text('ask.lot.same')}<span class="hint"><Code>{shortOf(last)}</Code></span></span></PadKey> : null,
      <PadKey press={() => void run(model.answer('none'))}>{text('ask.lot.none')}</PadKey>,
      <PadKey press={() => void run(model.answer('change'))}><Icon name="back" /><span>{text('do.back')}</span></PadKey>,
    ]} />}>
      <div class="stack tight">
        <Goods of={of} />
        {question.again && <Statement tone="check" title={text('repeat')} />}
        <Refused />
        <Lot form={form} asked first />
      </div>
    </Sheet>
  )
}

// shortOf is the day as it is keyed, or the lot where none was said.
const shortOf = (last: { lot?: string; expiry?: string } | undefined) => writeDigits(last?.expiry ? `${last.expiry.slice(8)}/${last.expiry.slice(5, 7)}/${last.expiry.slice(2, 4)}` : last?.lot ?? '', digits.value)

function Goods({ of }: Of) {
  return <p class="strong">{of.item ? <Name of={of.item.name} /> : <Code>{of.code}</Code>}</p>
}

interface Form { lot: string; day: string; label: string | undefined; fault: string; setLot(v: string): void; setDay(v: string): void; good(needed?: boolean): boolean }

function useLot(of: Pending | Entry): Form {
  const { model } = useUi()
  const label = 'wantsLot' in of && of.wantsLot ? of.bestBefore : undefined // one press says that it is the day
  const [lot, setLot] = useState(of.lot ?? '')
  const [day, setDay] = useState(of.expiry ?? label ?? '')
  const [fault, setFault] = useState('')
  const [asked, setAsked] = useState('')
  return {
    lot, day, label, fault, setLot,
    setDay: (v) => { setDay(v); setFault('') },
    good(needed) {
      const read = model.dayOf(day)
      if (day.trim() ? !read : needed && !lot.trim()) {
        setFault(text('details.expiry.fault', samples()))
        return false
      }
      if (!read || day === of.expiry || day === label || asked === day || Math.abs(Date.parse(read) - Date.now()) < far) return true
      setAsked(day) // year, month and day as they stand on many packs read as another day
      setFault(text('details.expiry.far', { day: formatDay(read, language.value, digits.value) }))
      return false
    },
  }
}

function Lot({ form, asked, first }: { form: Form; asked?: boolean; first: boolean }) {
  const { model } = useUi()
  const [composing, setComposing] = useState<string>() // stays as it comes: it may be a reader's, which is to be found whole
  const read = model.dayOf(form.day)
  const typed = (text: string) => { setComposing(undefined); form.setDay(keyedDay(text)) }
  return (
    <>
      <div class="field day">
        <label for="day" class={asked ? 'hidden' : ''}>{text('details.expiry')}</label>
        <input id="day" class="code" {...(first ? { 'data-first': '' } : {})} inputMode="none" dir="ltr" autocomplete="off" value={composing ?? grouped(form.day)} placeholder={text('details.expiry.form')} aria-describedby="day-read"
          aria-invalid={form.fault ? 'true' : 'false'} onInput={(e) => { const { value } = e.currentTarget; (e as InputEvent).isComposing ? setComposing(value) : typed(value) }}
          onCompositionEnd={(e) => typed(e.currentTarget.value)} />
        <p id="day-read" class={form.fault ? 'fault' : read ? 'strong' : 'soft small'} role="status">
          {form.fault || (read && form.day === form.label ? text('details.best-before', { day: formatDay(read, language.value, digits.value) }) : read ? <bdi>{formatDay(read, language.value, digits.value)}</bdi> : inPart(form.day) || text('details.expiry.do', samples()))}
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
