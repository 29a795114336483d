// Every page loads this island. A form that takes a while says so, once it has taken 300 ms, and is sent only once.
for (const form of document.querySelectorAll<HTMLFormElement>('form[data-busy]')) {
  let sent = false
  form.addEventListener('submit', (event) => {
    if (sent) return event.preventDefault()
    sent = true
    const button = event.submitter
    setTimeout(() => {
      if (!button) return
      button.textContent = form.dataset.busy ?? ''
      button.setAttribute('aria-busy', 'true')
    }, 300)
  })
}
// Back in the history a page may come as it was left: it can be sent again.
addEventListener('pageshow', (event) => { if (event.persisted) location.reload() })
export {}
