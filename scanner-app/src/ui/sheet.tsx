// A sheet over the screen, from the foot. It takes the focus, gives it back, and closes by its button, by Escape and by a tap
// beside it; a question that must be answered has no such way out (no `close`).
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { text } from '../i18n/text'
import { Icon } from './icon'

/** So long after it opened a sheet takes no tap, ms: a second tap on what opened it, or a key under way, was not meant for it. */
const settles = 600

export function Sheet({ title, close, foot, whole, children }: { title: string; close?: (() => void) | undefined; foot?: ComponentChildren; whole?: boolean; children?: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null)
  const head = useRef<HTMLHeadingElement>(null)
  const [fresh, setFresh] = useState(true)
  useEffect(() => {
    const timer = setTimeout(() => setFresh(false), settles)
    return () => clearTimeout(timer)
  }, [])
  useEffect(() => {
    const before = document.activeElement
    const first = box.current?.querySelector<HTMLElement>('[data-first]')
    ;(first ?? head.current)?.focus({ preventScroll: true })
    return () => { if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true }) }
  }, [])
  useEffect(() => { // wherever the focus is: the scan listener takes it from what needs none
    const escape = (e: KeyboardEvent) => { if (e.key === 'Escape') close?.() }
    addEventListener('keydown', escape)
    return () => removeEventListener('keydown', escape)
  }, [close])
  const keys = (e: KeyboardEvent) => {
    if (e.key === 'Tab' && box.current) keepInside(e, box.current)
  }
  return (
    <div class={fresh ? 'veil fresh' : 'veil'} onClick={(e) => { if (!fresh && e.target === e.currentTarget) close?.() }}>
      <div class={whole ? 'sheet whole' : 'sheet'} role="dialog" aria-modal="true" aria-label={title} ref={box} onKeyDown={keys}>
        <div class="bar">
          <h1 tabIndex={-1} ref={head}>{title}</h1>
          {close && <button class="icon-button" onClick={close} aria-label={text('do.close')}><Icon name="wrong" /></button>}
        </div>
        <div class="body" tabIndex={0}>{children}</div>
        {foot && <div class="foot">{foot}</div>}
      </div>
    </div>
  )
}

function keepInside(e: KeyboardEvent, box: HTMLElement): void {
  const stops = [...box.querySelectorAll<HTMLElement>('button:not(:disabled), input, select, .body')].filter((e) => e.tabIndex >= 0 && !e.hidden)
  const first = stops[0], last = stops[stops.length - 1]
  if (!first || !last) return
  if (e.shiftKey && document.activeElement === first) { e.preventDefault(); last.focus() }
  else if (!e.shiftKey && document.activeElement === last) { e.preventDefault(); first.focus() }
}
