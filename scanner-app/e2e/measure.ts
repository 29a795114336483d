// What can be measured of a screen without taste. The function runs in the page, so it knows nothing but the page.

export interface Measured {
  faults: string[]
  /** Where the keypad of the counting screen stands, if it is there. */
  keypad?: string
}

/** What is too small to press, cut off, covered by something else to press, out of the screen, or wider than it. */
export function faults(): Measured {
  const out: string[] = []
  const wide = document.documentElement.clientWidth, high = document.documentElement.clientHeight
  const sheet = document.querySelector('.sheet'), scope = sheet ?? document.querySelector('#app')!
  const named = (e: Element) => `${e.tagName.toLowerCase()}.${e.className.toString().replace(/ /g, '.')} «${(e.textContent || e.getAttribute('aria-label') || '').trim().slice(0, 30)}»`
  const shown = (e: Element) => {
    const r = e.getBoundingClientRect(), s = getComputedStyle(e)
    return r.width > 1 && r.height > 1 && s.visibility !== 'hidden' && !e.closest('.hidden')
  }
  if (document.scrollingElement!.scrollWidth > wide) out.push(`scrolls sideways: ${document.scrollingElement!.scrollWidth} > ${wide}`)
  if (document.scrollingElement!.scrollHeight > high + 1) out.push(`the page itself scrolls: ${document.scrollingElement!.scrollHeight} > ${high}`)
  for (const body of scope.querySelectorAll('.body')) if (body.scrollWidth > body.clientWidth + 1) out.push(`${named(body)} scrolls sideways`)

  // Within what scrolls, what is out of sight can be brought into it.
  const scrolled = (e: Element) => e.closest('.body')
  const clipped = (e: Element) => { // by the part that scrolls, or by a list that shows whole rows only
    const box = e.closest('.body, .recent')?.getBoundingClientRect()
    const r = e.getBoundingClientRect()
    return box ? r.top >= box.bottom - 1 || r.bottom <= box.top + 1 || r.left >= box.right - 1 || r.right <= box.left + 1 : false
  }
  const presses = [...scope.querySelectorAll<HTMLElement>('button, input:not([type=radio]), select, a[href], .choice label')].filter(shown).filter((e) => !clipped(e))
  for (const e of presses) {
    const r = e.getBoundingClientRect()
    if (r.left < -0.5 || r.right > wide + 0.5) out.push(`${named(e)} leaves the screen, ${r.left}…${r.right} of ${wide}`)
    if (!scrolled(e) && (r.top < -0.5 || r.bottom > high + 0.5)) out.push(`${named(e)} leaves the screen, ${r.top}…${r.bottom} of ${high}`)
    // On the counting screen and in the top line everything is a thumb high. Below 600 px, where the work would have no room: the tools and
    // conditions 48, and 44 what lies beside the number and the last entries: the chip, the photo's key, the row about the keyboard.
    const work = e.closest('.counting, .topline') !== null, low = high < 600
    const least = work && low && e.matches('.tools button, .conditions button') ? 48
      : work && low && e.matches('.chip, .photo-key, .keyboard-row') ? 44
      : work || e.matches('.button.main, .key, .row, .choice label, input, .button:not(.slim)') ? 56 : 44
    if (r.height < least - 0.5 || r.width < Math.min(least, 44) - 0.5) out.push(`${named(e)} is small for a finger: ${Math.round(r.width)}×${Math.round(r.height)}`)
  }
  for (const [i, a] of presses.entries()) {
    for (const b of presses.slice(i + 1)) {
      if (a.contains(b) || b.contains(a)) continue
      const p = a.getBoundingClientRect(), q = b.getBoundingClientRect()
      const x = Math.min(p.right, q.right) - Math.max(p.left, q.left), y = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top)
      if (x > 1 && y > 1 && scrolled(a) === scrolled(b)) out.push(`${named(a)} and ${named(b)} lie over each other by ${Math.round(x)}×${Math.round(y)}`)
    }
  }

  // Words that a box cuts. Names may end in an ellipsis where a list stays in line; words of the app may not.
  const ends = '.recent .title, .panel .item, .where .name, .at > *, .panel .ident .code, .chip, .panel .standing .tags, .bar h1, .carried > span, .panel .standing > :only-child'
  for (const e of scope.querySelectorAll<HTMLElement>('*')) {
    if (e.matches('.hidden, .hidden *, svg, svg *, .recent, input, .body, progress') || !shown(e) || clipped(e)) continue
    const s = getComputedStyle(e)
    const cut = (s.overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1) || (s.overflowY !== 'visible' && s.overflowY !== 'auto' && e.scrollHeight > e.clientHeight + 2)
    if (cut && !e.matches(ends)) out.push(`${named(e)} is cut: ${e.scrollWidth}×${e.scrollHeight} in ${e.clientWidth}×${e.clientHeight}`)
    if (!e.matches(ends) && e.matches('button, .tag, .status, .unit, .standing > span, .key span') && e.scrollWidth > e.clientWidth + 1 && s.display !== 'inline') out.push(`${named(e)} runs over its box: ${e.scrollWidth} > ${e.clientWidth}`)
  }
  // Text that reaches beyond what holds it, into its neighbour.
  for (const e of scope.querySelectorAll<HTMLElement>('.panel > *, .panel .under > *, .panel .ident > *, .topline > *, .tools > *, .row > *, .facts > *, .recent li > *')) {
    const r = e.getBoundingClientRect(), p = e.parentElement!.getBoundingClientRect()
    if (shown(e) && !clipped(e) && (r.left < p.left - 1 || r.right > p.right + 1)) out.push(`${named(e)} reaches out of ${named(e.parentElement!)}`)
  }

  const keypad = document.querySelector('.counting .keypad')?.getBoundingClientRect()
  return { faults: out, ...(keypad ? { keypad: [keypad.top, keypad.bottom, keypad.left, keypad.right].map(Math.round).join(' ') } : {}) }
}
