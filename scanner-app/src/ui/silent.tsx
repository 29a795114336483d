// In place of the app where nothing can be said by its texts: one line in both languages, and the way to try again.
import { silent } from '../i18n/silent'

export function Silent({ why }: { why: 'lost' | 'broken' }) {
  return (
    <main class="body plate">
      <h1><span lang="ar" dir="rtl">{silent.name.ar}</span> · <span lang="en" dir="ltr">{silent.name.en}</span></h1>
      <div class="stack" role="alert">
        <p lang="ar" dir="rtl">{silent[why].ar}</p>
        <p lang="en" dir="ltr">{silent[why].en}</p>
      </div>
      <button class="button main" onClick={() => location.reload()}>
        <span lang="ar" dir="rtl">{silent.reload.ar}</span>
        <span lang="en" dir="ltr">{silent.reload.en}</span>
      </button>
    </main>
  )
}
