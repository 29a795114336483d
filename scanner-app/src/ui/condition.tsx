// What state the goods are in: one tap for what is in hand, or for what was recorded last. What their expiry suggests is
// marked and never chosen.
import { text } from '../i18n/text'
import type { Condition, Entry, Pending } from '../model/types'
import { useUi } from './ui'

const all: readonly (Condition | 'saleable')[] = ['saleable', 'damaged', 'near-expiry', 'expired']

export function conditionWord(condition: Condition | 'saleable'): string {
  switch (condition) {
    case 'damaged': return text('condition.damaged')
    case 'expired': return text('condition.expired')
    case 'near-expiry': return text('condition.near')
    default: return text('condition.good')
  }
}

export function Conditions({ of }: { of: Pending | Entry | undefined }) {
  const { model, run } = useUi()
  const now = of && (of.condition ?? 'saleable')
  return (
    <div class="conditions" role="group" aria-label={text('condition')}>
      {all.map((c) => {
        const suggested = of?.suggests === c
        return (
          <button key={c} class={(c === now ? 'chosen ' + c : '') + (suggested ? ' suggested' : '')} aria-pressed={c === now} disabled={!of} onMouseDown={(e) => e.preventDefault()}
            onClick={() => void run(model.describe({ condition: c }, of))}>
            {conditionWord(c)}{suggested && <span class="hint">{text('condition.suggested')}</span>}
          </button>
        )
      })}
    </div>
  )
}
