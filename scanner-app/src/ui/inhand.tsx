// What is carried and not placed yet stays in sight until it is, in words, and leads back to it.
import { nameOf, text } from '../i18n/text'
import { Icon } from './icon'
import { useUi } from './ui'

// InHand is a row, and among the tools, where a screen has no room for a row, a button.
export function InHand({ small }: { small?: boolean }) {
  const { model, run } = useUi()
  const inHand = model.moves.value.filter((m) => m.state === 'in-hand')
  const first = inHand[0]
  if (!first) return null
  const goods = first.goods[0]!
  if (small) return <button class="hand check" onClick={() => void run(model.beginMove(first.move))} aria-label={`${text('move.in-hand')}. ${text('move.place')}`}><Icon name="move" /></button>
  return (
    <button class="carried" onClick={() => void run(model.beginMove(first.move))}>
      <Icon name="move" />
      <span>{text('move.in-hand')}: {nameOf(goods.item?.name) || goods.code}{first.goods.length > 1 && ` +${first.goods.length - 1}`}</span>
      <strong>{text('move.place')}</strong>
    </button>
  )
}
