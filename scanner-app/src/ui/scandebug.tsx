// Why is my reader not understood? Everything that it types, event by event, and what was read of it. Nothing is counted as long
// as this lies open. Opened by ?scandebug=1, from the settings too: an installed app has no address line.
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { digits, language, text, type Key } from '../i18n/text'
import type { Explained } from '../model/types'
import { Trace, type RawEvent, type ReadScan, type Told } from '../scan/trace'
import { Icon } from './icon'
import { saveFile } from './save'
import { Sheet } from './sheet'
import { useUi } from './ui'
import { Code, Name } from './value'

const drawn = 60 // of the newest; the file has them all

export function ScanDebugSheet({ close }: { close: () => void }) {
  const { model, version } = useUi()
  const [, changed] = useState(0)
  const trace = useRef<Trace | undefined>(undefined)
  useEffect(() => {
    let waiting = false // a burst is drawn once
    const t = trace.current = new Trace(() => model.schemes(), () => {
      if (waiting) return
      waiting = true
      requestAnimationFrame(() => { waiting = false; changed((n) => n + 1) })
    })
    return () => t.end()
  }, [])
  const list = trace.current?.list ?? []
  const save = () => saveFile(new Blob([JSON.stringify({
    app: version, at: new Date().toISOString(), agent: navigator.userAgent, languages: navigator.languages, language: language.value, digits: digits.value,
    screen: [innerWidth, innerHeight, devicePixelRatio], schemes: model.schemes(), events: [...list].reverse(),
  }, null, 1)], { type: 'application/json' }), 'scans', 'json')
  return (
    <Sheet title={text('debug.title')} close={close} whole foot={<>
      <button class="button main" onClick={save} disabled={list.length === 0}>{text('debug.save')}</button>
      <button class="button" onClick={() => trace.current?.clear()} disabled={list.length === 0}>{text('debug.clear')}</button>
    </>}>
      <p class="soft small">{text('debug.do')}</p>
      <div class="field"><label for="debug-field">{text('debug.field')}</label><input id="debug-field" autocomplete="off" inputMode="numeric" dir="auto" /></div>
      {list.length === 0 ? <p class="empty">{text('debug.none')}</p> : <ol class="trace" aria-label={text('debug.list')}>
        {list.slice(0, drawn).map((t) => <li key={t.n} class={t.scan ? 'read' : undefined}>{t.scan ? <Read scan={t.scan} told={t} explained={model.explain(t.scan.raw)} /> : t.event ? <Event told={t} event={t.event} /> : <Line told={t}>{text('debug.typed')} {pictured(t.typed ?? '')}</Line>}</li>)}
      </ol>}
    </Sheet>
  )
}

function Line({ told, children }: { told: Told; children: ComponentChildren }) {
  return <bdi dir="ltr" class="line"><span class="soft">{told.at} +{told.gap}</span> {children}</bdi>
}

function Event({ told, event: { type, on, ...said } }: { told: Told; event: RawEvent }) {
  return <Line told={told}><b>{type}</b> {on} {Object.entries(said).map(([k, v]) => `${k}=${typeof v === 'string' ? `“${pictured(v)}”` : v}`).join(' ')}</Line>
}

const taken: Record<Explained['what'], Key> = { item: 'debug.item', location: 'debug.location', unknown: 'debug.unknown', invalid: 'debug.invalid' }

function Read({ scan, told, explained }: { scan: ReadScan; told: Told; explained: Explained | undefined }) {
  const { decoded } = scan
  return (
    <>
      <p class="strong"><Icon name="scan" /> {text('debug.scan')} <Code>{pictured(scan.raw)}</Code></p>
      {scan.arabicKeyboard && <p class="check"><Icon name="check" /> {text('notice.keyboard')}. {text('notice.keyboard.do')}</p>}
      {explained && <p>{text(taken[explained.what])} {explained.item ? <Name of={explained.item.name} /> : <Code>{pictured(explained.code)}</Code>}</p>}
      <Line told={told}>{JSON.stringify(decoded)}</Line>
      {!scan.ended && <p class="soft small">{text('debug.bare')}</p>}
      {scan.front > 0 && <p class="soft small">{text('debug.front', { n: scan.front })}</p>}
    </>
  )
}

/** Control characters as their pictures. */
const pictured = (s: string) => s.replace(/[\x00-\x1f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
