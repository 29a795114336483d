// Everything counted in this pass, newest first; each can be taken back, and what was taken back stays in sight.
import { useState } from 'preact/hooks'
import { formatDay, formatTime } from '../i18n/number'
import { digits, language, nameOf, text } from '../i18n/text'
import type { Entry, Pass } from '../model/types'
import { Earlier } from './earlier'
import { Icon } from './icon'
import { conditionWord } from './condition'
import { Refused } from './notices'
import { Sheet } from './sheet'
import { totalsInWords } from './tasks'
import { useUi } from './ui'
import { countedOf, packOf } from './unit'
import { Code, Name } from './value'

const page = 60

export function EntriesSheet({ pass, close }: { pass: Pass; close: () => void }) {
  const [shown, setShown] = useState(page)
  const [chosen, setChosen] = useState('')
  return (
    <Sheet title={text('entries.title')} close={close} whole>
      <p class="soft small">{totalsInWords(pass.totals)}</p>
      <Refused />
      <ul class="rows">{pass.entries.slice(0, shown).map((e) => <Row key={e.id} entry={e} open={chosen === e.id} choose={() => setChosen(chosen === e.id ? '' : e.id)} close={close} />)}</ul>
      {pass.entries.length > shown && <button class="button" onClick={() => setShown(shown + page)}>{text('list.more', { n: pass.entries.length - shown })}</button>}
      {pass.entries.length === 0 && <p class="empty">{text('entries.none')}</p>}
      <Earlier />
    </Sheet>
  )
}

function Row({ entry, open, choose, close }: { entry: Entry; open: boolean; choose: () => void; close: () => void }) {
  const { model, run, undo } = useUi()
  const said = (
    <>
      <span>
        <span class="title">{entry.item ? <Name of={entry.item.name} /> : text('unknown')}</span>
        <span class="note"><Code>{entry.code || entry.item?.code || ''}</Code> · <bdi dir="ltr">{formatTime(entry.at, language.value, digits.value)}</bdi></span>
        {(entry.lot || entry.expiry) && <span class="note">{entry.expiry && <bdi>{formatDay(entry.expiry, language.value, digits.value)}</bdi>}{entry.expiry && entry.lot && ' · '}{entry.lot && <Code>{entry.lot}</Code>}</span>}
        {entry.note && <span class="note"><bdi>{entry.note}</bdi></span>}
        <span class="tags">
          {entry.reversed && <span class="tag plain">{text(entry.replaced ? 'entries.replaced' : 'entries.reversed')}</span>}
          {!entry.item && <span class="tag unknown">{text('unknown')}</span>}
          {entry.undirected && <span class="tag check">{text('undirected')}</span>}
          {entry.condition && <span class="tag check">{conditionWord(entry.condition)}</span>}
          {entry.photo && <span class="tag plain"><Icon name="camera" /> {text('photo.one')}</span>}
          {entry.pack !== 1000 && <span class="tag plain">{packOf(entry.item, entry.pack)}</span>}
          {!entry.sent && <span class="tag plain">{text('entries.unsent')}</span>}
        </span>
      </span>
      <span class={entry.pack === 1000 ? 'amount' : 'amount cases'}>{countedOf(entry)}</span>
    </>
  )
  if (entry.reversed) return <li class="row entry reversed">{said}</li>
  const name = entry.item ? nameOf(entry.item.name) : entry.code
  return (
    <li>
      <button class="row entry" onClick={choose} aria-expanded={open}>{said}<Icon name="on" /></button>
      {open && <div class="pair">
        <button class="button" onClick={() => { close(); void run(model.countAnew(entry)) }} aria-label={text('anew.of', { name })}>{text('do.anew')}</button>
        <button class="button" onClick={() => void undo(entry)} aria-label={text('undo.of', { name })}><Icon name="undo" />{text('do.undo')}</button>
      </div>}
    </li>
  )
}
