// Ending a location: its totals in one look, what of a list was not met, and the one question that matters.
import { text } from '../i18n/text'
import type { Pass } from '../model/types'
import { Refused, Statement } from './notices'
import { PlaceName } from './place'
import { Sheet } from './sheet'
import { useUi } from './ui'
import { unitsOf } from './unit'
import { Count, Name } from './value'

export function FinishSheet({ pass, close }: { pass: Pass; close: () => void }) {
  const { model, run, closed } = useUi()
  const { totals, place } = pass
  const closing = model.session.value?.state === 'closing'
  const finish = async () => {
    if (await run(model.closePass())) {
      close()
      closed.value = { place, totals }
    }
  }
  return (
    <Sheet title={text('finish.title')} close={close} foot={<>
      <button class="button main" onClick={() => void finish()} disabled={Boolean(pass.pending)}>{closing ? text('finish.closing.do') : text('finish.do')}</button>
      <button class="button" onClick={close}>{closing ? text('do.back') : text('finish.stay')}</button>
    </>}>
      <div class="stack">
        <p class="strong"><PlaceName of={place} section /></p>
        <dl class="facts totals">
          <dt>{text('finish.items')}</dt><dd><Count n={totals.items} /></dd>
          <dt>{text('finish.quantity')}</dt><dd>{unitsOf(totals).map((u) => <p key={u}>{u}</p>)}</dd>
          <dt>{text('finish.unknown')}</dt><dd class={totals.unknown ? 'unknown' : ''}><Count n={totals.unknown} /></dd>
        </dl>
        {pass.earlier.length > 0 && <p>{text('finish.earlier')}</p>}
        {pass.pending ? <Statement tone="check" title={text('finish.pending')}>{pass.pending.item ? <Name of={pass.pending.item.name} /> : text('unknown')}</Statement>
          : <p>{closing ? text('finish.closing') : totals.observations ? text('finish.ask') : text('finish.empty')}</p>}
        <Refused />
        {totals.missed.length > 0 && (
          <div>
            <h2>{text('finish.missed', { n: totals.missed.length })}</h2>
            <p class="soft small">{text('finish.missed.do')}</p>
            <ul class="rows">{totals.missed.slice(0, 30).map((i) => <li key={i.id} class="row"><span><Name of={i.name} /></span><span class="soft small">{text('zero')}</span></li>)}</ul>
          </div>
        )}
      </div>
    </Sheet>
  )
}
