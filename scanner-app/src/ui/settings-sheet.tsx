// What a person likes on this device, what the device is and holds, and the ways to the tour and to training.
import { formatDate } from '../i18n/number'
import { digits, language, text } from '../i18n/text'
import { Choice } from './field'
import { Icon } from './icon'
import { Sheet } from './sheet'
import type { Settings } from './settings'
import { roomInWords } from './sync'
import { useUi } from './ui'
import { Code, Count, Name } from './value'

export function SettingsSheet({ close }: { close: () => void }) {
  const { model, drill, sheet } = useUi()
  return (
    <Sheet title={text('do.settings')} close={close} whole>
      <div class="stack">
        <Choices />
        {!drill && <Device />}
        <button class="row" onClick={() => { sheet.value = 'scandebug' }} aria-haspopup="dialog"><span><span class="title">{text('debug.title')}</span><span class="note">{text('debug.open')}</span></span><Icon name="on" /></button>
        {!drill && !model.pass.value && <Help close={close} />}
      </div>
    </Sheet>
  )
}

function Choices() {
  const { settings, sound } = useUi()
  const s = settings.value
  const set = (part: Partial<Settings>) => { settings.value = { ...s, ...part } }
  const onOff = [['on', text('settings.on')], ['off', text('settings.off')]] as const
  return (
    <>
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
    </>
  )
}

function Device() {
  const { model, version } = useUi()
  const link = model.link.value, storage = model.storage.value, held = model.offers.value.filter((o) => o.joined)
  return (
    <section>
      <h2>{text('settings.device')}</h2>
      <dl class="facts">
        {model.deviceName.value && <><dt>{text('settings.name')}</dt><dd><bdi>{model.deviceName.value}</bdi></dd></>}
        {model.deviceId.value && <><dt>{text('settings.id')}</dt><dd class="wrap-code"><Code>{model.deviceId.value}</Code></dd></>}
        <dt>{text('sync.version')}</dt><dd><bdi dir="ltr">{version}</bdi></dd>
        {link.server && <><dt>{text('settings.server')}</dt><dd><bdi dir="ltr">{link.server}</bdi></dd></>}
        <dt>{text('sync.last')}</dt><dd>{link.lastContact === undefined ? text('sync.never') : formatDate(link.lastContact, language.value, digits.value)}</dd>
        <dt>{text('sync.unsent')}</dt><dd><Count n={link.unsent} /></dd>
        <dt>{text('sync.storage')}</dt><dd>{storage.persisted === undefined ? text('storage.unasked') : storage.persisted ? text('storage.kept') : text('storage.unkept')}</dd>
        {storage.used !== undefined && <><dt>{text('sync.space')}</dt><dd>{roomInWords(storage.used, storage.quota)}</dd></>}
        <dt>{text('settings.held')}</dt><dd>{held.length ? held.map((o) => <div key={o.session}><Name of={o.name} /></div>) : text('settings.held.none')}</dd>
      </dl>
    </section>
  )
}

function Help({ close }: { close: () => void }) {
  const { aside, practise } = useUi()
  const go = (there: () => void) => {
    close()
    there()
  }
  return (
    <section>
      <h2>{text('settings.help')}</h2>
      <ul class="rows">
        <li><button class="row" onClick={() => go(() => { aside.value = 'tour' })}><span class="title">{text('tour.again')}</span><Icon name="on" /></button></li>
        <li><button class="row" onClick={() => go(practise)}><span><span class="title">{text('training.try')}</span><span class="note">{text('training.try.do')}</span></span><Icon name="on" /></button></li>
      </ul>
    </section>
  )
}
