// Counting has ended in this session: it is closing, sealed or cancelled. What is still open here can be closed, and what is
// recorded and not sent goes its way; each is said with its next step.
import { nameOf, text } from '../i18n/text'
import type { Session } from '../model/types'
import { InHand } from './inhand'
import { Refused, Statement } from './notices'
import { PlaceName, placeInWords } from './place'
import { Plate } from './plate'
import { totalsInWords } from './tasks'
import { useUi } from './ui'

export function SessionOver({ session }: { session: Session }) {
  return session.state === 'closing' ? <Closing session={session} /> : <Ended session={session} />
}

function Closing({ session }: { session: Session }) {
  const { model, sheet, closed } = useUi()
  const pass = model.pass.value, { unsent } = model.link.value
  if (pass) {
    return (
      <Plate icon="check" tone="check" title={text('session.closing')} action={<>
        <button class="button main" onClick={() => { sheet.value = 'finish' }} aria-haspopup="dialog">{text('finish.closing.do')}</button>
        <Leave />
      </>}>
        <p>{text('session.closing.open', { place: placeInWords(pass.place) })}</p>
        <p class="strong">{totalsInWords(pass.totals)}</p>
        <InHand />
        <Refused />
      </Plate>
    )
  }
  return (
    <Plate icon={session.drained ? 'good' : 'up'} tone={session.drained ? 'good' : 'check'} title={text('session.closing')} action={<>
      {!session.drained && <button class="button main" onClick={() => { sheet.value = 'sync' }}>{text('sync.title')}</button>}
      <Leave main={session.drained} />
    </>}>
      {closed.value && <Statement tone="good" title={text('closed.title')}><PlaceName of={closed.value.place} /> · {totalsInWords(closed.value.totals)}</Statement>}
      <InHand />
      <p>{session.drained ? text('session.drained') : unsent ? text('session.draining', { n: unsent }) : text('session.telling')}</p>
      <Refused />
    </Plate>
  )
}

function Ended({ session }: { session: Session }) {
  const { model } = useUi()
  const pass = model.pass.value, { unsent } = model.link.value
  const sealed = session.state === 'sealed'
  return (
    <Plate icon={sealed ? 'good' : 'wrong'} tone={sealed ? 'good' : 'wrong'} title={sealed ? text('session.sealed') : text('session.cancelled')} action={<Leave main />}>
      {model.moves.value.filter((m) => m.state === 'in-hand').map((m) => (
        <Statement key={m.move} tone="check">{text('session.over.hand', { place: placeInWords(m.from), goods: m.goods.map((g) => nameOf(g.item?.name) || g.code).join(' · ') })}</Statement>
      ))}
      {pass && <p>{text('session.over.open', { place: placeInWords(pass.place) })}</p>}
      {unsent > 0 ? <p>{text('session.over.unsent', { n: unsent })}</p> : <p>{sealed ? text('session.sealed.sent') : text('session.cancelled.sent')}</p>}
      <p>{unsent > 0 ? text('session.over.wait') : text('session.over.do')}</p>
      <Refused />
    </Plate>
  )
}

function Leave({ main }: { main?: boolean }) {
  const { model, run } = useUi()
  return <button class={main ? 'button main' : 'button'} onClick={() => void run(model.leaveSession())}>{text('session.others')}</button>
}
