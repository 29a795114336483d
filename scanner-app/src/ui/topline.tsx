// The line that never leaves: where I am, the link, what is not yet sent, and whether something waits to be read.
import { nameOf, text } from '../i18n/text'
import type { LinkState, Storage } from '../model/types'
import { Icon } from './icon'
import { useNotices } from './notices'
import { PlaceName } from './place'
import { useUi } from './ui'
import { Count, Name } from './value'

export function linkWord(state: LinkState): string {
  switch (state) {
    case 'online': return text('link.online')
    case 'connecting': return text('link.connecting')
    case 'revoked': return text('link.revoked')
    case 'unenrolled': return text('link.unenrolled')
    case 'replaced': return text('link.replaced')
    case 'outdated': return text('link.outdated')
    default: return text('link.offline')
  }
}

export function linkTone(state: LinkState): string {
  if (state === 'online') return 'online'
  return state === 'offline' || state === 'connecting' ? 'offline' : 'refused'
}

// storageState is whether what is recorded here stays here: promised, not promised, or no room for more.
export function storageState(storage: Storage): 'good' | 'check' | 'wrong' {
  return storage.full ? 'wrong' : storage.persisted ? 'good' : 'check'
}

function storageWord(state: 'good' | 'check' | 'wrong'): string {
  return `${text('sync.storage')}: ${state === 'wrong' ? text('storage.full') : state === 'good' ? text('storage.kept') : text('storage.unkept')}`
}

export function TopLine() {
  const { model, sheet, drill, looked } = useUi()
  const storage = storageState(model.storage.value)
  const pass = model.pass.value, session = model.session.value, link = model.link.value
  const where = session?.name ?? model.society.value
  const notices = useNotices()
  const fresh = notices.filter((n) => !looked.value.has(n.key)).length
  const paired = model.phase.value === 'ready' || model.phase.value === 'signed-out'
  const unpaired = model.phase.value === 'unpaired'
  return (
    <header class="topline">
      {model.phase.value === 'ready'
        ? <button class="where opens" onClick={() => { sheet.value = 'menu' }} aria-haspopup="dialog">
          <Icon name="menu" /><span class="hidden">{text('menu.open')}</span>
          {pass ? <span class="name at"><PlaceName of={pass.place} section /></span> : <span class={nameOf(where).length > 24 ? 'name long' : 'name'}><Name of={where} /></span>}
        </button>
        : paired || unpaired ? <button class="where opens" onClick={() => { sheet.value = 'settings' }} aria-haspopup="dialog">
          <Icon name="settings" /><span class="hidden">{text('do.settings')}</span>
          <span class="name"><Name of={model.society.value} /></span>
        </button>
        : <div class="where"><span class="name">{text('app.name')}</span></div>}
      {drill ? <TrainingMark />
        : paired ? <div class="state">
          {notices.length > 0 &&
            <button class={fresh ? 'notice-button' : 'notice-button none'} onClick={() => { sheet.value = 'notices' }} aria-haspopup="dialog">
              <Icon name="notice" />{fresh > 0 && <Count n={fresh} />}<span class="hidden">{text('notices.title')}</span>
            </button>}
          <button class="state" onClick={() => { sheet.value = 'sync' }} aria-haspopup="dialog">
            <span class={'link ' + linkTone(link.state)}><span class="dot" />{linkWord(link.state)}</span>
            <span class={'kept ' + storage}><Icon name={storage === 'good' ? 'kept' : 'loose'} /><span class="hidden">{storageWord(storage)}</span></span>
            <span class={link.unsent ? 'unsent' : 'unsent none'}><Icon name="up" />{link.unsent ? <Count n={link.unsent} /> : <><Icon name="good" /><span class="hidden"><Count n={0} /></span></>}<span class="hidden">{text('sync.unsent')}</span></span>
          </button>
        </div>
        : !unpaired && <div class="state"><button onClick={() => { sheet.value = 'settings' }} aria-haspopup="dialog" aria-label={text('do.settings')}><Icon name="settings" /></button></div>}
    </header>
  )
}

// In the place of the link, which training has none of: the word for it, and how far one is.
function TrainingMark() {
  const { sheet, drill } = useUi()
  const done = drill!.training.practised.value.size
  return (
    <button class="training-mark" onClick={() => { sheet.value = 'training' }} aria-haspopup="dialog">
      <span class="word">{text('training')}</span><span class="hidden">{text('training.progress')}</span><bdi dir="ltr" class="number"><Count n={done} />/<Count n={drill!.steps} /></bdi>
    </button>
  )
}
