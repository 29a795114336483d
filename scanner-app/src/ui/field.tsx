// Fields of a form. What is wrong with one is said beside it and read with it.
import { useId } from 'preact/hooks'
import { Icon } from './icon'

export interface FieldProps {
  label: string
  value: string
  change: (value: string) => void
  fault?: string | undefined
  code?: boolean // read left to right, shown large, no correction by the keyboard
  first?: boolean // takes the focus when the screen opens
}

export function Field({ label, value, change, fault, code, first }: FieldProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} type="text" value={value} {...(code ? { dir: 'ltr', class: 'code', autocapitalize: 'characters' } : { dir: 'auto' })} {...(first ? { 'data-first': '' } : {})}
        autocomplete="off" autocorrect="off" spellcheck={false} aria-invalid={fault ? 'true' : 'false'} aria-describedby={fault ? id + '-fault' : undefined}
        onInput={(e) => change(e.currentTarget.value)} />
      {fault && <Fault id={id + '-fault'}>{fault}</Fault>}
    </div>
  )
}

export function Fault({ id, children }: { id?: string; children: string }) {
  return <p class="fault" role="alert" id={id}><Icon name="wrong" /><span>{children}</span></p>
}

// Choice is one of a few, all of them in sight. Titled: what it lies on bears its label.
export function Choice<T extends string>({ label, titled, value, options, change }: { label: string; titled?: boolean | undefined; value: T; options: readonly (readonly [T, string])[]; change: (value: T) => void }) {
  const id = useId()
  return (
    <div class="field" role="radiogroup" aria-labelledby={id}>
      <span class={titled ? 'hidden' : 'label'} id={id}>{label}</span>
      <div class="choice">
        {options.map(([option, word]) => (
          <label key={option} class={option === value ? 'chosen' : ''}>
            <input type="radio" name={id} checked={option === value} onChange={() => change(option)} />
            {word}
          </label>
        ))}
      </div>
    </div>
  )
}
