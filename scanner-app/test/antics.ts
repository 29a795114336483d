// A counter who does anything, in any order.
import type { Model } from '../src/model/types'

/** One action, and sometimes an answer to what it asked. */
export async function act(m: Model, chance: () => number, codes: readonly string[], items: readonly string[]): Promise<void> {
  const pick = <T,>(list: readonly T[]) => list[Math.floor(chance() * list.length)]!
  const what = chance()
  if (what < 0.4) await m.scan(pick(codes))
  else if (what < 0.67) await m.key(pick(['1', '2', '3', '.', '0', 'back'] as const))
  else if (what < 0.77) await m.confirm()
  else if (what < 0.82) await m.undo()
  else if (what < 0.86) await m.zero(pick([undefined, ...items]))
  else if (what < 0.89) await m.setMode(pick(['each', 'quantity'] as const))
  else if (what < 0.91) await m.closePass()
  else if (what < 0.94) await m.setCondition(pick([undefined, 'damaged'] as const))
  else if (what < 0.97) await m.switchPack()
  else await m.choose(pick(items))
  const q = m.question.value
  if (q && chance() < 0.7) await m.answer(pick(q.answers))
}

/** Puts everything in order: answers, discards, closes. */
export async function tidy(m: Model): Promise<void> {
  while (m.question.value) await m.answer(m.question.value.answers.at(-1)!)
  while (m.pass.value?.pending) await m.undo()
  if (m.pass.value) await m.closePass()
}
