// A scan came through an Arabic keyboard: said where the counter looks, until they have read what to do.
import { text } from '../i18n/text'
import { Icon } from './icon'
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

// KeyboardRow is the same while one counts, where there is room for a row: it leads to the words.
export function KeyboardRow() {
  const { keyboardRead, sheet } = useUi()
  return (
    <div class="between" role="alert">
      <button class="carried keyboard-row" onClick={() => { keyboardRead.value = true; sheet.value = 'notices' }} aria-haspopup="dialog">
        <Icon name="check" /><span>{text('notice.keyboard')}</span><strong>{text('notice.keyboard.what')}</strong>
      </button>
    </div>
  )
}
