// What must be answered before the count goes on. The safe answer comes first; none is guessed.
import { formatDay, writeDigits } from '../i18n/number'
import { digits, language, text, type Key } from '../i18n/text'
import type { Item, Pending, Question, Reply } from '../model/types'
import { conditionWord } from './condition'
import { LotQuestion } from './details'
import { Refused } from './notices'
import { placeInWords } from './place'
import { Sheet } from './sheet'
import { totalsInWords } from './tasks'
import { useUi } from './ui'
import { amountOf } from './unit'
import { Code, Name } from './value'

const words: Record<Exclude<Question['kind'], 'how-many' | 'lot'>, Record<string, Key>> = {
  again: { replace: 'ask.again.replace', add: 'ask.again.add', discard: 'ask.again.discard' },
  earlier: { discard: 'ask.again.discard', add: 'ask.earlier.add' },
  large: { change: 'ask.large.change', accept: 'ask.large.accept' },
  invalid: { again: 'ask.invalid.again', count: 'ask.invalid.count' },
  leave: { stay: 'ask.leave.stay', leave: 'ask.leave.leave' },
  'second-pass': { cancel: 'do.cancel', continue: 'ask.second.continue', replace: 'ask.second.replace' },
}

export function Questions() {
  const { model, run } = useUi()
  const question = model.question.value
  if (!question || question.kind === 'how-many') return null // asked in the panel, over the open keypad
  const pending = model.pass.value?.pending
  if (question.kind === 'lot') return pending ? <LotQuestion key="lot" of={pending} question={question} /> : null
  const reply = (r: Reply) => void run(model.answer(r))
  const answers = question.answers as readonly Reply[]
  return (
    <Sheet key={about(question)} title={title(question, pending?.item)} foot={laid(question).map((a) => (
      <button key={a} class={a === answers[0] ? 'button main' : 'button'} onClick={() => reply(a)}>{word(question, a, pending)}</button>
    ))}>
      <Body question={question} />
      <Refused />
    </Sheet>
  )
}

// about tells one question from the next of its kind, which is another sheet: nobody has looked at that one yet.
function about(question: Question): string {
  switch (question.kind) {
    case 'invalid': return question.kind + question.code
    case 'leave': return question.kind + question.to.location
    default: return question.kind
  }
}

function word(question: Exclude<Question, { kind: 'how-many' | 'lot' }>, a: Reply, pending: Pending | undefined): string {
  if ((question.kind === 'again' || question.kind === 'earlier') && pending?.keyed === '0' && a !== 'add') return text(a === 'replace' ? 'ask.again.zero' : 'ask.again.unzero')
  if (question.kind === 'again' && a === 'replace' && kindOf(pending, question.already)) return text('ask.again.replace.kind', { kind: conditionWord(pending?.condition ?? 'saleable') })
  return text(words[question.kind][a]!)
}

// kindOf names which of the item's kinds is asked about, by condition, expiry and lot, where there is more than the one.
function kindOf(p: Pending | undefined, already: number): string {
  if (!p || (p.already === already && !p.condition && !p.lot && !p.expiry)) return ''
  const others = [p.expiry && formatDay(p.expiry, language.value, digits.value), p.lot].filter(Boolean).map((part) => ` · \u2068${part}\u2069`)
  return conditionWord(p.condition ?? 'saleable') + others.join('')
}

// laid orders the answers from the top: the safe one first, but where "done" asked, it lies under the finger that pressed it.
const laid = (question: Question): Reply[] => (question.kind === 'large' ? [...question.answers].reverse() : [...question.answers])

function title(question: Question, item: Item | undefined): string {
  switch (question.kind) {
    case 'again': case 'earlier': return text('ask.again')
    case 'large': return text('ask.large', { quantity: amountOf(item, question.quantity) })
    case 'invalid': return text('ask.invalid')
    case 'leave': return text('ask.leave', { place: placeInWords(question.to) })
    case 'second-pass': return text('ask.second')
    default: return text('ask.how-many')
  }
}

function Body({ question }: { question: Question }) {
  const { model } = useUi()
  const pending = model.pass.value?.pending
  switch (question.kind) {
    case 'again': {
      const kind = kindOf(pending, question.already), of = { quantity: amountOf(pending?.item, question.already) }
      return (
        <div class="stack tight">
          {pending?.item && <p class="strong"><Name of={pending.item.name} /></p>}
          <p>{pending?.keyed === '0' ? text('ask.again.do.zero', of) : kind ? text('ask.again.do.kind', { ...of, kind }) : text('ask.again.do', of)}{pending && pending.already !== question.already && ` ${text('ask.again.all', { quantity: amountOf(pending.item, pending.already) })}`}</p>
        </div>
      )
    }
    case 'earlier':
      return (
        <div class="stack tight">
          {pending?.item && <p class="strong"><Name of={pending.item.name} /></p>}
          <p>{text(pending?.keyed === '0' ? 'ask.earlier.zero' : 'ask.earlier.do', { quantity: amountOf(pending?.item, question.already) })}</p>
        </div>
      )
    case 'large':
      return (
        <div class="stack tight">
          {pending?.item && <p class="strong"><Name of={pending.item.name} /></p>}
          <p>{decimal(pending?.item) && question.quantity % 1000 === 0 ? text('ask.large.point', { quantity: amountOf(pending?.item, question.quantity), less: less(question.quantity) }) : text('ask.large.do')}</p>
        </div>
      )
    case 'invalid':
      return <div class="stack tight"><p>{text('ask.invalid.do')}</p><p class="wrap-code"><Code>{question.code}</Code></p></div>
    case 'leave':
      return <div class="stack tight"><p>{text('ask.leave.do', { place: placeInWords(model.pass.value?.place) })}</p><p class="strong">{totalsInWords(question.totals)}</p><p class="small">{text('ask.leave.scan')}</p></div>
    case 'second-pass':
      return <div class="stack tight"><p>{text('ask.second.do', { place: placeInWords(question.place) })}</p><p class="strong">{totalsInWords(question.totals)}</p></div>
    default:
      return null
  }
}

const decimal = (item: Item | undefined) => item !== undefined && item.unit !== 'piece'

// less is the same digits with the point that may have been forgotten: grams, told as kilos.
const less = (quantity: number) => writeDigits((quantity / 1_000_000).toFixed(3).replace('.', digits.value === 'arab' ? '٫' : '.'), digits.value)
