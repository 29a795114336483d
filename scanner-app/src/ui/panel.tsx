// The item in hand: what was scanned last, what will be recorded of it, and what stands of it at this location. It says
// nothing about whether a number is right: nobody here knows, and that is the point of a blind count.
import type { Entry, Item, Pass, Pending } from '../model/types'
import { formatDay, formatQuantity, writeDigits } from '../i18n/number'
import { digits, language, nameOf, text } from '../i18n/text'
import { Icon, type IconName } from './icon'
import type { Tone } from './notices'
import { inWords, useUi } from './ui'
import { amountOf, countedOf, packOf } from './unit'
import { Amount, Code, figureOf, Keyed, Name } from './value'

export function Panel({ pass }: { pass: Pass }) {
  const { model, refusal } = useUi()
  const newest = pass.entries.find((e) => !e.reversed)
  const fault = refusal.value, question = model.question.value
  return (
    <section class={'panel said-' + tone(pass, fault !== undefined, question?.kind === 'how-many')} aria-label={text('panel')}>
      {pass.multiplier ? <Multiplier keyed={pass.multiplier} pass={pass} newest={newest} /> : pass.pending ? <PendingPanel pending={pass.pending} /> : newest ? <EntryPanel entry={newest} pass={pass} /> : <Ready pass={pass} />}
      <p class="hidden" role="status">{spoken(pass, newest)}</p>
    </section>
  )
}

/** What was refused or taken back, over the last entries: name, number and total of what is in hand stay in sight. */
export function Said() {
  const { model, refusal, told, sheet } = useUi()
  const question = model.question.value, fault = refusal.value
  const covered = sheet.value !== undefined || (question !== undefined && question.kind !== 'how-many') // what lies over it says it
  return (
    <>
      {told.value && <p class="said plain" role="status"><Icon name={told.value.icon} /> {told.value.words}</p>}
      {fault && <p class="said" role={covered ? undefined : 'alert'}><Icon name="check" /> {inWords(fault)}</p>}
    </>
  )
}

// spoken is what of it is read out when it changes: in one place that stays, since nobody hears what was drawn anew.
function spoken(pass: Pass, newest: Entry | undefined): string {
  const seen = pass.pending ?? newest
  if (pass.multiplier) return '× ' + writeDigits(pass.multiplier, digits.value)
  if (!seen) return ''
  const name = nameOf(seen.item?.name) || text('unknown')
  if (pass.pending) return [name, packOf(seen.item, seen.pack), pass.pending.keyed ? writeDigits(pass.pending.keyed, digits.value) : text('ask.how-many')].join(' · ')
  return [name, countedOf(newest!), `${text('panel.here')} ${amountOf(newest!.item, standingOf(newest!, pass))}`].join(' · ')
}

// standingOf is all that is recorded of it at this location, in the passes that this one adds to as well.
const standingOf = (entry: Entry, pass: Pass) =>
  [...pass.earlier, ...pass.entries].filter((e) => !e.reversed && (entry.item ? e.item?.id === entry.item.id : e.code === entry.code)).reduce((sum, e) => sum + e.quantity, 0)

// tone is the colour at the panel's edge, the third of the answers beside sound and word.
function tone(pass: Pass, fault: boolean, asked: boolean): Tone | '' {
  if (fault || asked) return 'check'
  if (pass.multiplier) return ''
  const seen = pass.pending ?? pass.entries.find((e) => !e.reversed)
  if (seen && !seen.item) return 'unknown'
  return seen && !pass.pending ? 'good' : ''
}

function Title({ item, code }: { item: Item | undefined; code: string }) {
  return item ? <h1 class="item"><Name of={item.name} /></h1> : <h1 class="item unknown">{text('unknown')}<span class="hidden"> <Code>{code}</Code></span></h1>
}

const money = (fils: number) => writeDigits((fils / 1000).toFixed(3), digits.value)

// detailsOf sums up lot, expiry and note where any is said; of a code that nobody knows it asks what it is.
function detailsOf(seen: Entry | Pending): string {
  const expiry = seen.expiry && formatDay(seen.expiry, language.value, digits.value)
  return [seen.photo && text('photo.one'), seen.price && text('panel.price', { price: money(seen.price.price), unit: money(seen.price.unit) }), expiry, seen.lot, seen.note].filter(Boolean).map((part) => `\u2068${part}\u2069`).join(' · ') || (seen.item ? text('details.short') : text('details.unknown'))
}

// Details leads to what else is to be said.
function Details({ of, wanted }: { of: Entry | Pending; wanted?: boolean }) {
  const { sheet } = useUi()
  return <button class={wanted ? 'chip quiet check' : 'chip quiet'} onClick={() => { sheet.value = 'details' }} aria-haspopup="dialog">{wanted ? text('details.wanted') : detailsOf(of)}</button>
}

// isLong tells a number that leaves no room beside it.
const isLong = (length: number, pack: number) => length > (pack === 1000 ? 6 : 3)

// Times is how packs become base units.
function Times({ amount, pack, item }: { amount: number | undefined; pack: number; item: Item | undefined }) {
  if (pack === 1000) return null
  return <span class="times">× {formatQuantity(pack, digits.value)}{amount !== undefined && <> = <bdi>{amountOf(item, amount)}</bdi></>}</span>
}

function Status({ tone, icon, word }: { tone: Tone; icon: IconName; word: string }) {
  return <span class={'status ' + tone}><Icon name={icon} /> {word}</span>
}

function PendingPanel({ pending }: { pending: Pending }) {
  const { model } = useUi()
  const asked = model.question.value?.kind === 'how-many'
  const code = pending.code || pending.packs.find((p) => p.pack === pending.pack)?.code || pending.item?.code // one that was searched for has its own
  return (
    <>
      <Title item={pending.item} code={pending.code} />
      <div class="ident">
        {code ? <Code>{code}</Code> : <span />}
        <span class="unit">{packOf(pending.item, pending.pack)}</span>
      </div>
      <div class={'figure' + (asked ? ' asked' : '') + (isLong(pending.keyed.length, pending.pack) ? ' long' : '')}>
        <span class="big">{pending.keyed ? <Keyed>{pending.keyed}</Keyed> : <span class="caret" aria-label={text('ask.how-many')}>–</span>}</span>
        <Times amount={pending.quantity} pack={pending.pack} item={pending.item} />
      </div>
      <div class="under">
        {asked ? <Status tone="check" icon="unknown" word={text('ask.how-many')} /> : pending.keyed ? <Status tone="check" icon="check" word={text(pending.keyed.length > 3 || pending.pack !== 1000 ? 'panel.confirm.short' : 'panel.confirm')} />
          : pending.corrects ? <Status tone="check" icon="undo" word={text('panel.anew')} /> : <Status tone="check" icon="check" word={text('panel.waiting')} />}
        <Details of={pending} wanted={pending.wantsLot} />
      </div>
      <Standing amount={pending.already} item={pending.item} seen={pending} />
    </>
  )
}

function EntryPanel({ entry, pass }: { entry: Entry; pass: Pass }) {
  const each = pass.mode === 'each' // where what one checks is how many there are by now
  const standing = standingOf(entry, pass), figure = each ? standing : entry.amount
  const unit = entry.pack === 1000 ? entry.item : undefined // packs are whole
  return (
    <>
      <Title item={entry.item} code={entry.code} />
      <div class="ident">{entry.code || entry.item?.code ? <Code>{entry.code || entry.item!.code!}</Code> : <span />}<span class="unit">{packOf(entry.item, entry.pack)}</span></div>
      <div class={isLong(figureOf(each ? entry.item : unit, figure).length, entry.pack) ? 'figure recorded long' : 'figure recorded'}><span class="big" key={entry.id}><Amount of={figure} item={each ? entry.item : unit} /></span>
        {each ? <span class="times added" dir="ltr">+<Amount of={entry.amount} item={unit} /> <Times amount={undefined} pack={entry.pack} item={entry.item} /></span> : <Times amount={entry.quantity} pack={entry.pack} item={entry.item} />}</div>
      <div class="under">
        {entry.amount === 0 ? <Status tone="good" icon="good" word={text('zero.counted')} /> : entry.item ? <Status tone="good" icon="good" word={text('panel.recorded')} /> : <Status tone="unknown" icon="unknown" word={text('panel.unknown')} />}
        <Details of={entry} />
      </div>
      <Standing amount={standing} item={entry.item} seen={entry} />
    </>
  )
}

function Standing({ amount, item, seen }: { amount: number; item: Item | undefined; seen: Entry | Pending }) {
  return (
    <div class="standing">
      <span>{text('panel.here')} <strong>{amountOf(item, amount)}</strong></span>
      <span class="tags">{seen.undirected && <span class="tag check">{text('undirected')}</span>}</span>
    </div>
  )
}

// A number keyed before its scan. In mode each it may also be how many the last scan was.
function Multiplier({ keyed, pass, newest }: { keyed: string; pass: Pass; newest: Entry | undefined }) {
  const each = pass.mode === 'each'
  return (
    <>
      <h1 class="item">{each ? text('each.next') : text('early.next')}</h1>
      <div class="ident"><span /></div>
      <div class="figure"><span class="big"><bdi dir="ltr"><span class="soft">×</span><Keyed>{keyed}</Keyed></bdi></span></div>
      <div class="under"><span class="soft">{text('each.scan')}</span></div>
      {each && newest && <div class="standing"><span>{text('each.last', { name: nameOf(newest.item?.name) || newest.code })}</span></div>}
    </>
  )
}

function Ready({ pass }: { pass: Pass }) {
  return (
    <div class="ready">
      <Icon name="scan" />
      <h1 class="item">{text('panel.ready')}</h1>
      {pass.recount && <span class="tag check">{text('recount')}</span>}
      <p class="soft small">{pass.items ? text('panel.list', { n: pass.items.length }) : pass.place.undirected ? text('undirected.place') : text(pass.mode === 'each' ? 'mode.each.do' : 'panel.ready.do')}</p>
    </div>
  )
}
