// What must be answered before the count goes on. The safe answer comes first; none is guessed.
import { formatQuantity } from '../i18n/number'
import { digits, text, type Key } from '../i18n/text'
import type { Question, Reply } from '../model/types'
import { LotQuestion } from './details'
import { Refused } from './notices'
import { placeInWords } from './place'
import { Sheet } from './sheet'
import { totalsInWords } from './tasks'
import { useUi } from './ui'
import { unitOf } from './unit'
import { Code, Name } from './value'

const words: Record<Exclude<Question['kind'], 'how-many' | 'lot'>, Record<string, Key>> = {
  again: { replace: 'ask.again.replace', add: 'ask.again.add', discard: 'ask.again.discard' },
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
    <Sheet key={question.kind} title={title(question)} foot={answers.map((a, i) => (
      <button key={a} class={i === 0 ? 'button main' : 'button'} onClick={() => reply(a)}>{text(words[question.kind][a]!)}</button>
    ))}>
      <Body question={question} />
      <Refused />
    </Sheet>
  )
}

function title(question: Question): string {
  switch (question.kind) {
    case 'again': return text('ask.again')
    case 'large': return text('ask.large', { quantity: formatQuantity(question.quantity, digits.value) })
    case 'invalid': return text('ask.invalid')
    case 'leave': return text('ask.leave', { place: placeInWords(question.to) })
    case 'second-pass': return text('ask.second')
    default: return text('ask.how-many')
  }
}

function Body({ question }: { question: Question }) {
  const { model } = useUi()
  const pending = model.pass.value?.pending
  const written = (q: number) => formatQuantity(q, digits.value)
  switch (question.kind) {
    case 'again':
      return (
        <div class="stack tight">
          {pending?.item && <p class="strong"><Name of={pending.item.name} /></p>}
          <p>{text('ask.again.do', { quantity: written(question.already), unit: unitOf(pending?.item, question.already) })}</p>
        </div>
      )
    case 'large':
      return (
        <div class="stack tight">
          {pending?.item && <p class="strong"><Name of={pending.item.name} /></p>}
          <p>{text('ask.large.do')}</p>
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
