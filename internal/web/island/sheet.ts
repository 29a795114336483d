// The approval sheet: all or none of its lines at once; and a decision about very many, sent in parts of which each is an entry of the log.
import { Say, type Tongue } from './board/say'

const every = document.getElementById('every') as HTMLInputElement | null
const boxes = [...document.querySelectorAll<HTMLInputElement>('#sheet input[name=line]')]

function draw(): void {
  if (!every) return
  const n = boxes.filter((b) => b.checked).length
  every.checked = n > 0 && n === boxes.length
  every.indeterminate = n > 0 && n < boxes.length
}

if (every) {
  every.hidden = false
  every.addEventListener('change', () => { for (const b of boxes) b.checked = every.checked })
  for (const b of boxes) b.addEventListener('change', draw)
  draw()
}

const decision = document.getElementById('decision') as HTMLFormElement | null
const parts = decision ? [...decision.querySelectorAll<HTMLInputElement>('input[name=lines]')] : []
const linesOf = (part: HTMLInputElement) => part.value.split('\n').filter(Boolean)

// What all parts came to, also those that went through before a fault: it outlives the press of the button.
const all = parts.reduce((n, p) => n + linesOf(p).length, 0)
const left: string[] = []
let decided = 0

if (decision && parts.length > 1) decision.addEventListener('submit', (e) => {
  e.preventDefault()
  void sendParts(decision, e.submitter as HTMLButtonElement, parts)
})

/** sends part after part; what was not sent stays in the form, which can be sent again */
async function sendParts(form: HTMLFormElement, button: HTMLButtonElement, waiting: HTMLInputElement[]): Promise<void> {
  const say = new Say(JSON.parse(document.getElementById('sheet')!.textContent!) as Tongue)
  const state = document.getElementById('parts')!
  const bar = state.querySelector('progress')!
  const words = state.querySelector('span')!
  state.hidden = false
  state.classList.remove('wrong')
  button.disabled = true
  bar.max = all
  const stop = (fault: string) => {
    state.classList.add('wrong')
    words.textContent = say.t('sheet.stopped', decided, all) + ' ' + fault
    button.disabled = false
  }
  while (waiting.length) {
    const part = waiting[0]!
    bar.value = decided + left.length
    words.textContent = say.t('sheet.progress', decided + left.length, all)
    const body = new URLSearchParams({ do: button.value, lines: part.value })
    for (const name of ['code', 'reason']) {
      const field = form.elements.namedItem(name)
      if (field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement) body.set(name, field.value)
    }
    let answer: { decided?: number; left?: string[]; fault?: string }
    try {
      const r = await fetch(form.action, { method: 'POST', body, headers: { accept: 'application/json' }, redirect: 'error' })
      answer = await r.json() as typeof answer
      if (!r.ok) return stop(answer.fault ?? say.t('sheet.no-answer'))
    } catch {
      return stop(say.t('sheet.no-answer'))
    }
    decided += answer.decided ?? 0
    left.push(...answer.left ?? [])
    waiting.shift()
    part.remove()
  }
  if (!left.length) return void location.assign(form.action.replace(/sheet$/, form.querySelector<HTMLInputElement>('[name=back]')!.value) + '?done=' + button.dataset['done'])
  // The page that tells which were left out, and why.
  const add = (name: string, value: string) => {
    const x = form.appendChild(document.createElement('input'))
    x.type = 'hidden'
    x.name = name
    x.value = value
  }
  add('lines', left.join('\n'))
  add('decided', String(decided))
  add('do', button.value.replace('sign-', ''))
  form.submit()
}
