// Stock that the counter carries from one location to another: where from, what and how much, where to. It is in no till and
// no feed, so it is told here. Between taking and placing one counts on: it stays in hand, and in sight.
import { formatQuantity } from '../i18n/number'
import { digits, nameOf, text } from '../i18n/text'
import type { Goods, Key, Move } from '../model/types'
import { Earlier } from './earlier'
import { Icon } from './icon'
import { Keypad, PadKey } from './keypad'
import { Refused } from './notices'
import { PlaceName, placeInWords } from './place'
import { useUi } from './ui'
import { amountOf, packOf } from './unit'
import { Code, Keyed, Name } from './value'

export function MoveScreen({ move }: { move: Move }) {
  const { model, run, told, sheet } = useUi()
  const goods = [...move.goods].reverse() // the one that is keyed stands first
  const current = goods[0]
  const key = (k: Key) => void run(model.key(k))
  const places = () => { sheet.value = 'places' }
  const place = async () => {
    if (!(await run(model.placeMove()))) return
    told.value = { icon: 'move', words: text('move.done', { place: placeInWords(move.to), goods: move.goods.map((g) => nameOf(g.item?.name) || g.code).join(' · ') }) }
  }
  return (
    <main class="counting moving">
      <div class="bar headed"><h1>{text('move.title')}</h1><button class="icon-button" onClick={() => void run(model.leaveMove())} aria-label={move.goods.length ? text('move.later') : text('do.close')}><Icon name="wrong" /></button></div>
      <div class="ends">
        <End word={text('move.from')} place={move.from} ask={text('move.from.do')} choose={move.goods.length ? undefined : places} />
        <End word={text('move.to')} place={move.to} ask={move.goods.length ? text('move.to.do') : ''} choose={move.goods.length ? places : undefined} />
      </div>
      <div class="body" tabIndex={0}>
        <div class="stack tight">
          {told.value && <p class="soft small" role="status"><Icon name={told.value.icon} /> {told.value.words}</p>}
          <Refused />
          {goods.length ? <ul class="rows">{goods.map((g, n) => <Row key={n} goods={g} now={n === 0} />)}</ul> : move.from && <p class="soft">{text('move.scan')}</p>}
          {goods.length === 0 && <Earlier />}
        </div>
      </div>
      <div class="tools two">
        <button onClick={() => { sheet.value = 'find' }} disabled={!move.from} aria-haspopup="dialog"><Icon name="search" /> {text('do.search')}</button>
        <button class="strong" onClick={() => void run(model.leaveMove())}>{move.goods.length ? text('move.later') : text('do.close')}</button>
      </div>
      <Keypad digit={key} erase={() => key('back')} point={current?.decimals ? () => key('.') : undefined} actions={[
        <PadKey press={() => void run(model.undo())} disabled={!current}><Icon name="undo" /><span>{text('do.undo')}</span></PadKey>,
        <PadKey press={places}><Icon name="place" /><span>{move.goods.length ? text('move.to') : text('move.from')}</span></PadKey>,
        <PadKey press={() => void run(model.switchPack())} disabled={!current || current.packs.length < 2}>{text('unit.both')}</PadKey>,
        <PadKey kind="done" press={() => void place()} disabled={!move.to || goods.some((g) => !g.quantity)}><span>{text('move.placed')}</span><Icon name="good" /></PadKey>,
      ]} />
    </main>
  )
}

function End({ word, place, ask, choose }: { word: string; place: Move['from']; ask: string; choose: (() => void) | undefined }) {
  const inside = <><span class="soft small">{choose && <Icon name="place" />} {word}</span><span class={place ? 'title' : 'soft'}>{place ? <PlaceName of={place} /> : ask}</span></>
  return choose ? <button class="end" onClick={choose} aria-haspopup="dialog">{inside}</button> : <div class="end">{inside}</div>
}

function Row({ goods: g, now }: { goods: Goods; now: boolean }) {
  return (
    <li class={now ? 'row now' : 'row'}>
      <span><span class="title">{g.item ? <Name of={g.item.name} /> : text('unknown')}</span><span class="note"><Code>{g.code || g.item?.code || ''}</Code> · {packOf(g.item, g.pack)}</span></span>
      <span class="amount">
        {g.keyed ? <Keyed>{g.keyed}</Keyed> : <span class={now ? 'soft' : 'check'} aria-label={text('ask.how-many')}>–</span>}
        {g.pack !== 1000 && g.quantity !== undefined && <span class="note">× {formatQuantity(g.pack, digits.value)} = <bdi>{amountOf(g.item, g.quantity)}</bdi></span>}
      </span>
    </li>
  )
}
