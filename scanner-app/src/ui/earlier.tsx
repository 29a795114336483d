// What this person moved, where it can be seen and taken back.
import { formatTime } from '../i18n/number'
import { digits, language, nameOf, text } from '../i18n/text'
import { Icon } from './icon'
import { PlaceName } from './place'
import { useUi } from './ui'
import { amountOf } from './unit'

// Earlier lists what this person moved before, the newest first; each can be taken back.
export function Earlier() {
  const { model, run } = useUi()
  const moves = model.moves.value.filter((m) => m.state !== 'in-hand')
  if (!moves.length) return null
  return (
    <>
      <h2>{text('move.earlier')}</h2>
      <ul class="rows">{moves.slice(0, 30).map((m) => (
        <li key={m.move} class={m.state === 'taken-back' ? 'row entry reversed' : 'row entry'}>
          <span>
            <span class="title">{m.goods.map((g) => nameOf(g.item?.name) || g.code).join(' · ')}</span>
            <span class="note">{m.from && <PlaceName of={m.from} />} {language.value === 'ar' ? '←' : '→'} {m.to && <PlaceName of={m.to} />}{m.placedAt !== undefined && <> · <bdi dir="ltr">{formatTime(m.placedAt, language.value, digits.value)}</bdi></>}</span>
            <span class="tags">
              {m.state === 'taken-back' && <span class="tag plain">{text('entries.reversed')}</span>}
              {!m.sent && <span class="tag plain">{text('entries.unsent')}</span>}
            </span>
          </span>
          <span class="amount">{m.goods.length === 1 && amountOf(m.goods[0]!.item, m.goods[0]!.quantity ?? 0)}</span>
          {m.state === 'placed' ? <button class="icon-button" onClick={() => void run(model.takeBackMove(m.move))} aria-label={text('undo.of', { name: m.goods.map((g) => nameOf(g.item?.name) || g.code).join(' · ') })}><Icon name="undo" /></button> : <span class="icon-button" />}
        </li>
      ))}</ul>
    </>
  )
}
