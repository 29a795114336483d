// A counter who does anything, in any order.
import type { Model } from '../src/model/types'

/** One action, and sometimes an answer to what it asked. */
export async function act(m: Model, chance: () => number, codes: readonly string[], items: readonly string[]): Promise<void> {
  const pick = <T,>(list: readonly T[]) => list[Math.floor(chance() * list.length)]!
  const what = chance()
  if (m.moving.value && chance() < 0.8) return move(m, chance, codes)
  if (what < 0.36) await m.scan(pick(codes))
  else if (what < 0.38) await m.beginMove()
  else if (what < 0.4) {
    const oldest = m.pass.value?.entries.at(-1)
    if (chance() < 0.5) await m.takeBackMove(m.moves.value.find((x) => x.state === 'placed')?.move ?? '')
    else if (oldest) await m.countAnew(oldest)
  }
  else if (what < 0.67) await m.key(pick(['1', '2', '3', '.', '0', 'back'] as const))
  else if (what < 0.77) await m.confirm()
  else if (what < 0.82) await m.undo()
  else if (what < 0.86) await m.zero(pick([undefined, ...items]))
  else if (what < 0.89) await m.setMode(pick(['each', 'quantity'] as const))
  else if (what < 0.91) await m.closePass()
  else if (what < 0.94) await m.describe(pick([{ condition: 'damaged' }, { condition: 'saleable' }, { lot: 'L1', expiry: '310327' }, { note: 'torn' }] as const))
  else if (what < 0.97) await m.switchPack()
  else await m.choose(pick(items))
  const q = m.question.value
  if (q && chance() < 0.7) await m.answer(pick(q.answers))
}

/** One thing that one does with a move on the screen. */
async function move(m: Model, chance: () => number, codes: readonly string[]): Promise<void> {
  const pick = <T,>(list: readonly T[]) => list[Math.floor(chance() * list.length)]!
  const what = chance()
  if (what < 0.15) await m.scan(pick(codes))
  else if (what < 0.6) await m.key(pick(['1', '2', '.', '5', 'back'] as const))
  else if (what < 0.75) await m.moveAt(pick(m.places.value).location)
  else if (what < 0.9) await m.placeMove()
  else if (what < 0.94) await m.switchPack()
  else if (what < 0.97) await m.undo()
  else await m.leaveMove()
}

/** Puts everything in order: answers, discards, closes. */
export async function tidy(m: Model): Promise<void> {
  await m.leaveMove()
  while (m.question.value) await m.answer(m.question.value.answers.at(-1)!)
  while (m.pass.value?.pending) await m.undo()
  if (m.pass.value) await m.closePass()
}
