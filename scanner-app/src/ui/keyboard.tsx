// A scan came through an Arabic keyboard: said where the counter looks, until they have read what to do.
import { text } from '../i18n/text'
import { Statement } from './notices'
import { useUi } from './ui'

export function KeyboardWarning() {
  const { keyboardRead } = useUi()
  return (
    <div class="keyboard-warning" role="alert">
      <Statement tone="check" title={text('notice.keyboard')}>{text('notice.keyboard.do')}</Statement>
      <button class="button slim" onClick={() => { keyboardRead.value = true }}>{text('do.understood')}</button>
    </div>
  )
}
