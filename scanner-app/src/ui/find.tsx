// An item whose code cannot be read: found by a fragment of its name, or counted under the code that is typed. With `zero`
// it is the other question: which item is not here?
import { useEffect, useRef, useState } from 'preact/hooks'
import { readDigits } from '../i18n/number'
import { nameOf, text } from '../i18n/text'
import type { Item, Outcome, Pass } from '../model/types'
import { Icon } from './icon'
import { Refused } from './notices'
import { Sheet } from './sheet'
import { useUi } from './ui'
import { unitOf } from './unit'
import { Code } from './value'

// So many are drawn with each key: the others follow when none was pressed for so many ms.
const few = 4, many = 20, pause = 300

// keysWait tells whether somebody types faster than is answered; undefined where the browser does not say.
const keysWait = () => (navigator as { scheduling?: { isInputPending?(): boolean } }).scheduling?.isInputPending?.()

export function FindSheet({ pass, zero, close }: { pass: Pass | undefined; zero?: boolean; close: () => void }) {
  const { model, run } = useUi()
  const [seen, setSeen] = useState<{ query: string; items: Item[] }>({ query: '', items: [] })
  const typed = useRef(''), waiting = useRef<ReturnType<typeof setTimeout>>(undefined), pausing = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => { for (const timer of [waiting, pausing]) clearTimeout(timer.current) }, [])
  const find = async (query: string, most: number) => {
    const items = query.trim() ? await model.findItems(query, most).catch(() => []) : [] // what cannot be read can still be counted by its code
    if (typed.current === query) setSeen({ query, items })
  }
  const answer = () => {
    waiting.current = undefined
    void find(typed.current, few)
    pausing.current = setTimeout(() => void find(typed.current, many), pause)
  }
  // Searched at once, so that the letter and what it finds are drawn together; where more keys wait, for the last of them.
  const search = (query: string) => {
    typed.current = query
    clearTimeout(pausing.current)
    if (waiting.current) return
    if (keysWait() === false) return answer()
    waiting.current = setTimeout(answer)
  }
  const { query } = seen
  const found = query.trim() ? seen.items : zero ? pass?.totals.missed ?? [] : (pass?.items ?? [])
  const done = (action: Promise<Outcome>) => { close(); void run(action) }
  const pick = (item: Item) => done(zero ? model.zero(item.id) : model.choose(item.id))
  const code = readDigits(query.trim())
  return (
    <Sheet title={zero ? text('zero.title') : text('find.title')} close={close} whole>
      {zero && <><p class="soft small">{text('zero.do')}</p><Refused /></>}
      <div class="finder"><Icon name="search" />
        <input type="search" data-first="" aria-label={text('find.query')} placeholder={text('find.query')} autocomplete="off" dir="auto" onInput={(e) => search(e.currentTarget.value)} />
      </div>
      <ul class="rows" data-of={query}>
        {found.map((item, n) => ( // by their place: the rows of one search become those of the next; of plain elements, since each key waits for them
          <li key={n}>
            <button class="row" onClick={() => pick(item)}>
              <span><span class="title"><bdi>{nameOf(item.name)}</bdi></span><span class="note"><bdi dir="ltr" class="code">{item.code ?? item.id}</bdi></span></span>
              <span class="small soft">{zero ? text('zero.record') : unitOf(item)}</span>
            </button>
          </li>
        ))}
      </ul>
      {found.length >= many && query.trim() && <p class="soft small">{text('find.first', { n: found.length })}</p>}
      {found.length === 0 && <p class="empty">{query.trim() ? text('find.none') : text('find.hint')}</p>}
      {!zero && /^(?=.*[0-9])[\x21-\x7e]{3,}$/.test(code) && <button class="button" onClick={() => done(model.scan(code, 'keyed'))}>{text('find.keyed')} <Code>{code}</Code></button>}
    </Sheet>
  )
}
