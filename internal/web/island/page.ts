// Every page loads this island. What is typed into a form is sent once the server has been heard: a browser that finds
// nobody leaves the page for its own error, and what was typed with it. A form that takes a while says so, once it has taken
// 300 ms, and is sent only once.
const heard = new WeakSet<HTMLFormElement>()
const asked = new WeakSet<HTMLFormElement>()
const sent = new WeakSet<HTMLFormElement>()

// reachable asks the server for a small file; any answer is one. Five seconds is more than a shop's network ever takes.
async function reachable(): Promise<boolean> {
  try {
    await fetch('/app/icon.svg', { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(5000) })
    return true
  } catch {
    return false
  }
}

async function ask(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  asked.add(form)
  const slow = setTimeout(() => button?.setAttribute('aria-busy', 'true'), 300)
  const there = await reachable()
  clearTimeout(slow)
  button?.removeAttribute('aria-busy')
  asked.delete(form)
  const gone = document.getElementById('unreachable')
  if (gone) gone.hidden = there
  if (!there) return gone?.scrollIntoView({ block: 'nearest' })
  heard.add(form)
  form.requestSubmit(button)
  heard.delete(form) // nothing is submitted of a form that has become invalid meanwhile
}

addEventListener('submit', (event) => {
  const form = event.target
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented) return
  if (sent.has(form) || asked.has(form)) return event.preventDefault()
  if (form.method === 'post' && !heard.has(form)) {
    event.preventDefault()
    void ask(form, event.submitter)
    return
  }
  if (form.dataset.busy === undefined) return
  sent.add(form)
  const button = event.submitter
  setTimeout(() => {
    if (!button) return
    button.textContent = form.dataset.busy ?? ''
    button.setAttribute('aria-busy', 'true')
    if (form.dataset.progress) setInterval(() => void follow(button, form.dataset.progress ?? ''), 1000)
  }, 300)
})

// follow shows how far the server has come, until its answer takes the page's place.
async function follow(button: HTMLElement, address: string): Promise<void> {
  try {
    const answer = await fetch(address, { cache: 'no-store' })
    if (answer.status === 200) button.textContent = (await answer.json() as { said: string }).said
  } catch { /* the form's own answer says what is the matter */ }
}
// Escape closes a menu before it means anything else to the page.
addEventListener('keydown', (event) => {
  const menu = event.key === 'Escape' ? document.querySelector<HTMLDetailsElement>('details.menu[open]') : null
  if (!menu) return
  menu.open = false
  event.stopPropagation()
}, true)

// Back in the history a page may come as it was left: it can be sent again.
addEventListener('pageshow', (event) => { if (event.persisted) location.reload() })
export {}
