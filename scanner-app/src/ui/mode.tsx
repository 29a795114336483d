// The two ways to count, chosen for a pass and always in sight.
import { text } from '../i18n/text'
import type { Mode } from '../model/types'
import { Choice } from './field'
import { Refused, Statement } from './notices'
import { Sheet } from './sheet'
import { useUi } from './ui'

export const modeWord = (mode: Mode): string => (mode === 'each' ? text('mode.each') : text('mode.quantity'))

export function ModeChoice({ titled }: { titled?: boolean }) {
  const { model, run } = useUi()
  const mode = model.pass.value?.mode ?? model.mode.value
  return (
    <div class="stack tight">
      <Choice<Mode> label={text('mode.title')} titled={titled} value={mode} options={[['quantity', text('mode.quantity')], ['each', text('mode.each')]]} change={(m) => void run(model.setMode(m))} />
      <p class="soft small">{mode === 'each' ? text('mode.each.do') : text('mode.quantity.do')}</p>
    </div>
  )
}

export function ModeSheet({ close }: { close: () => void }) {
  const pass = useUi().model.pass.value
  if (pass && (pass.entries.length || pass.pending)) { // said before one has chosen
    return (
      <Sheet title={text('mode.title')} close={close} foot={<button class="button main" onClick={close}>{text('do.understood')}</button>}>
        <Statement tone="check" title={modeWord(pass.mode)}>{text('mode.next')}</Statement>
      </Sheet>
    )
  }
  return (
    <Sheet title={text('mode.title')} close={close} foot={<button class="button main" onClick={close}>{text('do.done')}</button>}>
      <div class="stack"><ModeChoice titled /><Refused /></div>
    </Sheet>
  )
}
