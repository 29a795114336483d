// Who and where I am, and the ways out of here; and what a person likes on this device.
import { text } from '../i18n/text'
import { Choice } from './field'
import { Icon } from './icon'
import { Statement } from './notices'
import { Sheet } from './sheet'
import type { Settings } from './settings'
import { inWords, useUi } from './ui'
import { Name } from './value'

export function MenuSheet({ close }: { close: () => void }) {
  const { model, run, sheet, said } = useUi()
  const pass = model.pass.value, session = model.session.value
  const leave = async (action: ReturnType<typeof model.signOut>) => { if (await run(action)) close() }
  return (
    <Sheet title={text('menu.title')} close={close}>
      <dl class="facts">
        <dt>{text('menu.person')}</dt><dd><Name of={model.person.value?.name} /></dd>
        {session && <><dt>{text('menu.session')}</dt><dd><Name of={session.name} /></dd><dt>{text('menu.site')}</dt><dd><Name of={session.siteName} /></dd></>}
        {pass && <><dt>{text('menu.place')}</dt><dd><Name of={pass.place.name} /></dd><dt>{text('menu.section')}</dt><dd><Name of={pass.place.sectionName} /></dd></>}
        {session && session.round > 1 && <><dt>{text('menu.round')}</dt><dd>{text('round', { n: pass?.round ?? session.round })}</dd></>}
        <dt>{text('sync.device')}</dt><dd><bdi>{model.deviceName.value}</bdi></dd>
      </dl>
      {said.value && <Statement tone="check">{inWords(said.value)}</Statement>}
      <ul class="rows">
        <li><button class="row" onClick={() => { sheet.value = 'sync' }}><span class="title">{text('sync.title')}</span><Icon name="on" /></button></li>
        <li><button class="row" onClick={() => { sheet.value = 'settings' }}><span class="title">{text('do.settings')}</span><Icon name="on" /></button></li>
        {session && !pass && <li><button class="row" onClick={() => void leave(model.leaveSession())}><span class="title">{text('session.others')}</span><Icon name="on" /></button></li>}
        {pass && <li><button class="row" onClick={() => { sheet.value = 'finish' }}><span class="title">{text('finish.title')}</span><Icon name="on" /></button></li>}
        <li><button class="row" onClick={() => void leave(model.signOut())}><span><span class="title">{text('signout')}</span>{pass && <span class="note">{text('signout.pass')}</span>}</span><Icon name="on" /></button></li>
      </ul>
    </Sheet>
  )
}

export function SettingsSheet({ close }: { close: () => void }) {
  const { settings, sound } = useUi()
  const s = settings.value
  const set = (part: Partial<Settings>) => { settings.value = { ...s, ...part } }
  const onOff = [['on', text('settings.on')], ['off', text('settings.off')]] as const
  return (
    <Sheet title={text('do.settings')} close={close} whole>
      <div class="stack">
        <Choice label={text('settings.language')} value={s.language} options={[['ar', 'العربية'], ['en', 'English']]} change={(language) => set({ language })} />
        <Choice label={text('settings.digits')} value={s.digits} options={[['latn', '123'], ['arab', '١٢٣']]} change={(digits) => set({ digits })} />
        <Choice label={text('settings.hand')} value={s.hand} options={[['right', text('settings.hand.right')], ['left', text('settings.hand.left')]]} change={(hand) => set({ hand })} />
        <Choice label={text('settings.theme')} value={s.theme} options={[['system', text('settings.theme.system')], ['light', text('settings.theme.light')], ['dark', text('settings.theme.dark')]]} change={(theme) => set({ theme })} />
        <Choice label={text('settings.size')} value={s.size} options={[['usual', text('settings.size.usual')], ['large', text('settings.size.large')]]} change={(size) => set({ size })} />
        <Choice label={text('settings.sound')} value={s.sound ? 'on' : 'off'} options={onOff} change={(v) => set({ sound: v === 'on' })} />
        <Choice label={text('settings.vibration')} value={s.vibration ? 'on' : 'off'} options={onOff} change={(v) => set({ vibration: v === 'on' })} />
        <div>
          <p class="label">{text('settings.hear')}</p>
          <div class="three">
            <button class="button slim" onClick={() => { sound.unlock(); sound.play('ok') }}><span class="good"><Icon name="good" /></span>{text('settings.hear.ok')}</button>
            <button class="button slim" onClick={() => { sound.unlock(); sound.play('check') }}><span class="check"><Icon name="check" /></span>{text('settings.hear.check')}</button>
            <button class="button slim" onClick={() => { sound.unlock(); sound.play('unknown') }}><span class="unknown"><Icon name="unknown" /></span>{text('settings.hear.unknown')}</button>
          </div>
        </div>
      </div>
    </Sheet>
  )
}
