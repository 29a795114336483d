// The sessions that this device may count, and the download of one's pack. What is held already opens without a network.
import { useEffect, useState } from 'preact/hooks'
import { text } from '../i18n/text'
import type { SessionOffer } from '../model/types'
import { Icon } from './icon'
import { Refused, Statement } from './notices'
import { Plate } from './plate'
import { useUi } from './ui'
import { Count, Name } from './value'

export function Sessions() {
  const { model, run, practise } = useUi()
  const full = model.storage.value.full
  const [asking, setAsking] = useState(false)
  const [joining, setJoining] = useState(false)
  const offers = model.offers.value, link = model.link.value
  const ask = async () => {
    setAsking(true)
    await run(model.refreshOffers())
    setAsking(false)
  }
  useEffect(() => { void ask() }, [])
  const join = async (session: string) => {
    setJoining(true)
    await run(model.join(session))
    setJoining(false)
  }
  if (joining || model.download.value) return <Downloading />
  return (
    <>
      <main class="body">
        <div class="stack">
          <h1>{text('sessions.title')}</h1>
          {full ? <Statement tone="wrong" title={text('storage.full')}>{text('storage.full.do')}</Statement> : <Refused />}
          {offers.length > 0 && <ul class="rows">{offers.map((o) => <li key={o.session}><Offer offer={o} join={() => void join(o.session)} /></li>)}</ul>}
          {offers.length === 0 && !asking && <p class="empty">{link.state === 'offline' ? text('sessions.offline') : text('sessions.none')}</p>}
          {offers.length === 0 && asking && <p class="empty">{text('sessions.asking')}</p>}
        </div>
      </main>
      <div class="foot">
        <button class="button" disabled={asking} onClick={() => void ask()}>{asking ? text('sessions.asking') : text('sessions.refresh')}</button>
        <button class="button" onClick={practise}>{text('training.try')}</button>
      </div>
    </>
  )
}

function Offer({ offer, join }: { offer: SessionOffer; join: () => void }) {
  const over = offer.state === 'sealed' || offer.state === 'cancelled'
  return (
    <button class="row" onClick={join} disabled={over}>
      <span>
        <span class="title"><Name of={offer.name} /></span>
        <span class="tags">
          {offer.joined && !over && <span class="tag good">{text('sessions.held')}</span>}
          {offer.state === 'closing' && <span class="tag check">{text('sessions.closing')}</span>}
          {offer.state === 'sealed' && <span class="tag plain">{text('sessions.sealed')}</span>}
          {offer.state === 'cancelled' && <span class="tag plain">{text('sessions.cancelled')}</span>}
          {offer.state === 'unknown' && <span class="tag check">{text('sessions.unknown')}</span>}
          {offer.round > 1 && <span class="tag plain">{text('round', { n: offer.round })}</span>}
          <span class="tag plain">{offer.blind ? text('sessions.blind') : text('sessions.open')}</span>
        </span>
      </span>
      {!over && <Icon name="on" />}
    </button>
  )
}

function Downloading() {
  const d = useUi().model.download.value
  return (
    <Plate title={text('download.title')}>
      <progress max={d?.total || 1} value={d?.total ? d.done : undefined} aria-label={text('download.title')} />
      <p>{d && d.total > 0 ? <><Count n={d.items} /> {text('download.items', { n: d.items })}</> : '\u00a0'}</p>
      <p>{text('download.do')}</p>
    </Plate>
  )
}
