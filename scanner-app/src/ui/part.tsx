// Parts of the app that do not come with its first load: a group of screens, or a sheet. Each is fetched once, after the
// first screen or when it is shown before that. From the first visit on the service worker keeps them all, of one version
// with the rest; on that visit the network may go before they are here, and then they say so.
import { signal, type ReadonlySignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { language, learnAll, text } from '../i18n/text'
import { Plate } from './plate'
import { Sheet } from './sheet'

export interface Part<M> {
  // Once it is here.
  readonly module: ReadonlySignal<M | undefined>
  readonly failed: ReadonlySignal<boolean>
  // fetch asks for it unless it is here or on its way. It never rejects: failed says it.
  fetch(): Promise<void>
}

const parts: Part<unknown>[] = []

export function part<M>(load: () => Promise<M>): Part<M> {
  const module = signal<M | undefined>(undefined), failed = signal(false)
  let coming: Promise<void> | undefined
  const self: Part<M> = {
    module, failed,
    fetch() {
      failed.value = false
      return coming ??= Promise.all([load(), learnAll(language.peek())]).then(([m]) => { module.value = m }, () => {
        coming = undefined
        failed.value = true
      })
    },
  }
  parts.push(self)
  return self
}

// fetchParts gets all of them, one after the other, before anybody waits for one.
export async function fetchParts(): Promise<void> {
  for (const p of parts) await p.fetch()
}

// of gives a screen of a part; with `close` among its props it is a sheet. It is drawn at once where the part is here.
export function of<M, P extends object>(from: Part<M>, pick: (module: M) => ComponentType<P>): ComponentType<P> {
  return function Shown(props: P) {
    const module = from.module.value
    useEffect(() => void from.fetch(), [])
    if (module) {
      const It = pick(module)
      return <It {...props} />
    }
    const { close } = props as { close?: () => void }
    const retry = from.failed.value && <button class="button main" onClick={() => void from.fetch()}>{text('do.retry')}</button>
    const title = retry ? text('part.failed') : text('part.coming')
    if (close) return <Sheet title={title} close={close} foot={retry || undefined}>{retry && <p role="alert">{text('part.failed.do')}</p>}</Sheet>
    if (!retry) return <main class="body"><div class="plate patient"><h1>{title}</h1></div></main>
    return <Plate icon="wrong" tone="wrong" title={title} action={retry}><p role="alert">{text('part.failed.do')}</p></Plate>
  }
}
