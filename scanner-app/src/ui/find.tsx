// An item whose code cannot be read: found by a fragment of its name, or counted under the code that is typed. With `zero`
// it is the other question: which item is not here?
import { useMemo, useState } from 'preact/hooks'
import { readDigits } from '../i18n/number'
import { text } from '../i18n/text'
import type { Item, Outcome, Pass } from '../model/types'
import { Icon } from './icon'
import { Sheet } from './sheet'
import { useUi } from './ui'
import { unitOf } from './unit'
import { Code, Name } from './value'

export function FindSheet({ pass, zero, close }: { pass: Pass | undefined; zero?: boolean; close: () => void }) {
  const { model, run } = useUi()
  const [query, setQuery] = useState('')
  const found = useMemo(() => (query.trim() ? model.findItems(query) : zero ? pass?.totals.missed ?? [] : (pass?.items ?? [])), [query, zero, pass])
  const done = (action: Promise<Outcome>) => { close(); void run(action) }
  const pick = (item: Item) => done(zero ? model.zero(item.id) : model.choose(item.id))
  const code = readDigits(query.trim())
  return (
    <Sheet title={zero ? text('zero.title') : text('find.title')} close={close} whole>
      {zero && <p class="soft small">{text('zero.do')}</p>}
      <div class="finder"><Icon name="search" />
        <input type="search" data-first="" aria-label={text('find.query')} placeholder={text('find.query')} value={query} autocomplete="off" dir="auto" onInput={(e) => setQuery(e.currentTarget.value)} />
      </div>
      <ul class="rows">
        {found.map((item) => (
          <li key={item.id}>
            <button class="row" onClick={() => pick(item)}>
              <span><span class="title"><Name of={item.name} /></span><span class="note"><Code>{item.code ?? item.id}</Code></span></span>
              <span class="small soft">{zero ? text('zero') : unitOf(item)}</span>
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="empty">{query.trim() ? text('find.none') : text('find.hint')}</p>}
      {!zero && /^(?=.*[0-9])[\x21-\x7e]{3,}$/.test(code) && <button class="button" onClick={() => done(model.scan(code, 'keyed'))}>{text('find.keyed')} <Code>{code}</Code></button>}
    </Sheet>
  )
}
