// A sheet's lines: all or none at once.
const every = document.getElementById('every') as HTMLInputElement | null
const boxes = [...document.querySelectorAll<HTMLInputElement>('#sheet input[name=line]')]

function draw(): void {
  if (!every) return
  const n = boxes.filter((b) => b.checked).length
  every.checked = n > 0 && n === boxes.length
  every.indeterminate = n > 0 && n < boxes.length
}

if (every) {
  every.hidden = false
  every.addEventListener('change', () => { for (const b of boxes) b.checked = every.checked })
  for (const b of boxes) b.addEventListener('change', draw)
  draw()
}
export {}
