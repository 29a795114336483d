// Who and where I am, and the ways out of here.
import { useState } from 'preact/hooks'
import { text } from '../i18n/text'
import { Icon } from './icon'
import { Refused, Statement } from './notices'
import { PlaceName } from './place'
import { Sheet } from './sheet'
import { useUi } from './ui'
import { Name } from './value'

export function MenuSheet({ close }: { close: () => void }) {
  const { model, run, sheet, drill, practise } = useUi()
  const pass = model.pass.value, session = model.session.value
  const { unsent } = model.link.value
  const [leaving, setLeaving] = useState(false)
  const leave = async (action: ReturnType<typeof model.signOut>) => { if (await run(action)) close() }
  if (leaving) {
    return (
      <Sheet key="leaving" title={text('signout')} close={close} foot={<>
        <button class="button main" onClick={close}>{text('signout.stay')}</button>
        <button class="button" onClick={() => void leave(model.signOut())}>{text('signout')}</button>
      </>}>
        <Statement icon="kept" title={text('signout.unsent', { n: unsent })}>{text('signout.unsent.do')}</Statement>
        {pass && <p>{text('signout.pass')}</p>}
        <Refused />
      </Sheet>
    )
  }
  return (
    <Sheet title={text('menu.title')} close={close}>
      <dl class="facts">
        <dt>{text('menu.person')}</dt><dd><Name of={model.person.value?.name} /></dd>
        {session && <><dt>{text('menu.session')}</dt><dd><Name of={session.name} /></dd><dt>{text('menu.site')}</dt><dd><Name of={session.siteName} /></dd></>}
        {pass && <><dt>{text('menu.place')}</dt><dd><PlaceName of={pass.place} /></dd><dt>{text('menu.section')}</dt><dd><Name of={pass.place.sectionName} /></dd></>}
        {session && session.round > 1 && <><dt>{text('menu.round')}</dt><dd>{text('round', { n: pass?.round ?? session.round })}</dd></>}
        <dt>{text('sync.device')}</dt><dd><bdi>{model.deviceName.value}</bdi></dd>
      </dl>
      <Refused />
      <ul class="rows">
        {!drill && <li><button class="row" onClick={() => { sheet.value = 'sync' }}><span class="title">{text('sync.title')}</span><Icon name="on" /></button></li>}
        <li><button class="row" onClick={() => { sheet.value = 'settings' }}><span class="title">{text('do.settings')}</span><Icon name="on" /></button></li>
        {!drill && !pass && <li><button class="row" onClick={() => { close(); practise() }}><span class="title">{text('training.try')}</span><Icon name="on" /></button></li>}
        {!drill && session && <li><button class="row" onClick={() => { close(); void run(model.beginMove()) }}><span><span class="title">{text('move.title')}</span><span class="note">{text('move.title.do')}</span></span><Icon name="move" /></button></li>}
        {!drill && session && !pass && <li><button class="row" onClick={() => void leave(model.leaveSession())}><span class="title">{text('session.others')}</span><Icon name="on" /></button></li>}
        {pass && <li><button class="row" onClick={() => { sheet.value = 'finish' }}><span class="title">{text('finish.title')}</span><Icon name="on" /></button></li>}
        {drill ? <li><button class="row" onClick={() => { drill.over.value = true; sheet.value = 'training' }}><span class="title">{text('training.end')}</span><Icon name="on" /></button></li>
        : <li><button class="row" onClick={() => { if (unsent) setLeaving(true); else void leave(model.signOut()) }}><span><span class="title">{text('signout')}</span>{pass && <span class="note">{text('signout.pass')}</span>}</span><Icon name="on" /></button></li>}
      </ul>
    </Sheet>
  )
}
