// Signing in: who, then the PIN on the app's own keypad. Names come from the packs held here; before the first one, or for
// somebody new, the name to sign in with is typed.
import { useEffect, useState } from 'preact/hooks'
import { digits, nameOf, text } from '../i18n/text'
import { readDigits } from '../i18n/number'
import type { Person } from '../model/types'
import { Fault, Field } from './field'
import { Icon } from './icon'
import { PadKey, type Digit } from './keypad'
import { writeDigits } from '../i18n/number'
import { inWords, useUi } from './ui'
import { Count, Name } from './value'

const shortest = 4, longest = 8 // digits of a PIN

export function SignIn() {
  const { model, refusal } = useUi()
  const people = model.people.value
  const offline = model.link.value.state === 'offline' // whoever is greyed may still try: the network may be back by then
  const [who, setWho] = useState<Person>()
  const [typing, setTyping] = useState(false)
  if (who) return <Pin who={who} back={() => { refusal.value = undefined; setWho(undefined) }} />
  if (typing || people.length === 0) return <Typed next={setWho} back={people.length ? () => setTyping(false) : undefined} />
  return (
    <>
      <main class="body">
        <div class="stack">
          <h1>{text('signin.who')}</h1>
          <ul class="rows">
            {people.map((p) => (
              <li key={p.id}><button class="row" onClick={() => setWho(p)}>
                <span class={offline && !p.proven ? 'soft' : ''}><span class="title"><Name of={p.name} /></span>{offline && !p.proven && <span class="note">{text('signin.first')}</span>}</span><Icon name="on" />
              </button></li>
            ))}
          </ul>
        </div>
      </main>
      <div class="foot"><button class="button" onClick={() => setTyping(true)}>{text('signin.another')}</button></div>
    </>
  )
}

function Typed({ next, back }: { next: (p: Person) => void; back?: (() => void) | undefined }) {
  const { model } = useUi()
  const [id, setId] = useState('')
  const [missing, setMissing] = useState(false)
  const go = (e: Event) => {
    e.preventDefault()
    const typed = readDigits(id.trim())
    if (!typed) return setMissing(true)
    next(model.people.value.find((p) => p.id === typed || nameOf(p.name) === typed) ?? { id: typed, name: { ar: typed, en: typed } })
  }
  return (
    <form class="fill" onSubmit={go}>
      <main class="body">
        <div class="stack">
          <h1>{text('signin.title')}</h1>
          <Field label={text('signin.name')} value={id} change={(v) => { setId(v); setMissing(false) }} fault={missing ? text('signin.missing') : undefined} first />
          <p class="soft small">{text('signin.network')}</p>
        </div>
      </main>
      <div class="foot">
        <button class="button main" type="submit">{text('do.continue')}</button>
        {back && <button class="button" type="button" onClick={back}>{text('do.back')}</button>}
      </div>
    </form>
  )
}

function Pin({ who, back }: { who: Person; back: () => void }) {
  const { model, run, refusal, pin: typed } = useUi()
  const [pin, setPin] = useState('')
  const [busy, setBusy] = useState(false)
  const [entered, setEntered] = useState(false)
  const press = (d: Digit) => { refusal.value = undefined; setPin((p) => (p.length < longest ? p + d : p)) }
  const signIn = async () => {
    if (busy || pin.length < shortest) return
    setBusy(true)
    if (!(await run(model.signIn(who.id, pin)))) setPin('')
    setBusy(false)
  }
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      const d = readDigits(e.key)
      if (/^[0-9]$/.test(d)) press(d as Digit)
      else if (e.key === 'Backspace') setPin((p) => p.slice(0, -1))
      else if (e.key === 'Enter' && !(e.target instanceof HTMLButtonElement)) setEntered(true)
    }
    typed.take = (keyed, ended) => {
      for (const d of keyed) press(d as Digit)
      if (ended) setEntered(true)
    }
    addEventListener('keydown', key)
    return () => {
      removeEventListener('keydown', key)
      typed.take = undefined
    }
  }, [])
  useEffect(() => { // once the digits before it are in
    if (!entered) return
    setEntered(false)
    void signIn()
  }, [entered])
  const keys: Digit[] = ['7', '8', '9', '4', '5', '6', '1', '2', '3'] // as on every keypad here
  return (
    <main class="fill headed">
      <div class="bar">
        <button class="icon-button" onClick={back} aria-label={text('do.back')}><Icon name="back" /></button>
        <h1><Name of={who.name} /></h1>
      </div>
      <div class="body pin">
        <p class="soft" id="pin-label">{text('signin.pin')}</p>
        <div class="dots" role="status" aria-label={text('signin.pin.keyed', { n: pin.length })}>
          {Array.from({ length: Math.min(longest, pin.length + 1) }, (_, i) => <span key={i} class={i < pin.length ? 'full' : ''} />)}
        </div>
        {refusal.value && <Fault>{inWords(refusal.value)}</Fault>}
        {!refusal.value && busy && <p class="soft">{text('signin.busy')}</p>}
      </div>
      <div class="keypad plain" role="group" aria-labelledby="pin-label">
        {keys.map((d) => <PadKey key={d} press={() => press(d)}>{writeDigits(d, digits.value)}</PadKey>)}
        <PadKey press={() => setPin(pin.slice(0, -1))} label={text('keypad.erase')}><Icon name="erase" /></PadKey>
        <PadKey press={() => press('0')}><Count n={0} /></PadKey>
        <PadKey kind="done" press={() => void signIn()} disabled={busy || pin.length < shortest}>{text('signin.do')}</PadKey>
      </div>
    </main>
  )
}
