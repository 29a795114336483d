// In place of the app where no language could be loaded: one line in both, and the way to try again.
import { silent } from '../i18n/silent'

export function Silent() {
  return (
    <main class="body plate">
      <div class="stack" role="alert">
        <p lang="ar" dir="rtl">{silent.ar}</p>
        <p lang="en" dir="ltr">{silent.en}</p>
      </div>
      <button class="button main" onClick={() => location.reload()}>
        <span lang="ar" dir="rtl">{silent.reload.ar}</span>
        <span lang="en" dir="ltr">{silent.reload.en}</span>
      </button>
    </main>
  )
}
