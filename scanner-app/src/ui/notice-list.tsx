// The notices, one under the other.
import { useEffect } from 'preact/hooks'
import { text } from '../i18n/text'
import { Statement, useNotices } from './notices'
import { Sheet } from './sheet'
import { useUi } from './ui'

export function NoticesSheet({ close }: { close: () => void }) {
  const { sheet, looked } = useUi()
  const notices = useNotices()
  useEffect(() => { looked.value = new Set([...looked.peek(), ...notices.map((n) => n.key)]) }, [notices.map((n) => n.key).join()])
  return (
    <Sheet title={text('notices.title')} close={close} foot={<button class="button" onClick={() => { sheet.value = 'sync' }}>{text('sync.title')}</button>}>
      <div class="stack tight">
        {notices.map((n) => <Statement key={n.key} tone={n.tone} title={n.title}>{n.body}</Statement>)}
        {notices.length === 0 && <p class="empty">{text('notices.none')}</p>}
      </div>
    </Sheet>
  )
}
