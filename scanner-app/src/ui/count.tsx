// The counting screen: the item in hand, the last three entries, the keypad. Trigger, number, trigger, number; nothing else
// is needed in the usual case.
import { useRef } from 'preact/hooks'
import { nameOf, text } from '../i18n/text'
import type { Entry, Key, Pass } from '../model/types'
import { CameraButton } from './camera-button'
import { Conditions } from './condition'
import { Icon } from './icon'
import { InHand } from './inhand'
import { KeyboardRow } from './keyboard'
import { Statement } from './notices'
import { Keypad, PadKey } from './keypad'
import { modeWord } from './mode'
import { Panel, Said } from './panel'
import { marred, PhotoKey } from './photo'
import { PlaceName } from './place'
import { useUi } from './ui'
import { countedOf } from './unit'
import { Code, Count as N, Name } from './value'

// Closing: the session takes nothing new, and the item in hand still gets its number.
export function Counting({ pass, closing }: { pass: Pass; closing?: boolean }) {
  const { model, run, undo, sheet, sound, started, arabicKeyboard, keyboardRead } = useUi()
  const warned = arabicKeyboard.value && !keyboardRead.value
  const repeat = useRepeat(pass)
  if (!closing && !started.value && !sound.unlocked()) return <Start pass={pass} />
  const pending = pass.pending
  const standing = pass.entries.filter((e) => !e.reversed)
  const seen = pending ?? standing[0], of = pass.multiplier ? undefined : seen
  const recent = (pending || pass.multiplier ? standing : standing.slice(1)).slice(0, 3)
  // What is looked for here stands where the last three leave room, three rows in all.
  const wanted = pass.items ? pass.totals.missed.filter((i) => i.id !== pending?.item?.id) : []
  const room = recent.length + wanted.length > 3 ? 2 - recent.length : 3
  const key = (k: Key) => void run(model.key(k))
  const decimals = pending?.decimals ?? false
  return (
    <main class="counting">
      <Panel pass={pass} />
      <div class="between">
      {closing ? <Aside title={text('session.closing')}>{text('session.closing.pending')}</Aside>
        : warned ? <KeyboardRow />
        : repeat ? <Aside title={text('repeat')} alert>{text('repeat.do')}</Aside>
        : <><InHand /><div class="last">
          <ul class="recent" aria-label={text('recent')}>
            {recent.map((e) => <Recent key={e.id} entry={e} />)}
            {wanted.slice(0, room).map((i) => <li key={i.id}><span class="soft"><Icon name="search" /></span><span class="title"><Name of={i.name} /></span></li>)}
            {wanted.length > room && room >= 0 && <li class="more">{text('wanted.all', { n: wanted.length })}</li>}
          </ul>
          {recent.length + wanted.length > 0 && <button class="cover" onClick={() => { sheet.value = recent.length ? 'entries' : 'find' }} aria-haspopup="dialog" aria-label={text(recent.length ? 'entries.title' : 'find.title')} />}
          {of && marred(of) && <PhotoKey key={of.scannedAt} of={of} />}
        </div></>}
        <Said />
      </div>
      <Conditions of={of} />
      {!closing && <div class="tools">
        <InHand small />
        <button onClick={() => { sheet.value = 'mode' }} aria-haspopup="dialog" aria-label={`${text('mode.title')}: ${modeWord(pass.mode)}`}><span class="tag plain">{modeWord(pass.mode)}</span></button>
        <button onClick={() => { sheet.value = 'find' }} aria-haspopup="dialog"><Icon name="search" /> <span class="word">{text('do.search')}</span></button>
        <button onClick={() => { sheet.value = 'entries' }} aria-haspopup="dialog"><Icon name="list" /> <N n={pass.totals.observations} /><span class="hidden">{text('entries.title')}</span></button>
        <CameraButton />
        <button class="strong" onClick={() => { sheet.value = 'finish' }} aria-haspopup="dialog"><Icon name="flag" /> {text('finish.short')}</button>
      </div>}
      <Keypad digit={key} erase={() => key('back')} point={decimals ? () => key('.') : undefined} actions={[
        <PadKey press={() => { if (seen) void undo(seen) }} disabled={!seen}><Icon name="undo" /><span>{text('do.undo')}</span></PadKey>,
        <PadKey press={() => { if (pending) void run(model.zero()); else sheet.value = 'zero' }}>{text('zero')}</PadKey>,
        <PadKey press={() => void run(model.switchPack())} disabled={!pending || pending.packs.length < 2}>{text('unit.both')}</PadKey>,
        <PadKey kind="done" press={() => void run(model.confirm())} disabled={!pending && !(pass.mode === 'each' && pass.multiplier && standing.length)}><span>{text('do.done')}</span><Icon name="good" /></PadKey>,
      ]} />
    </main>
  )
}

/** In the place of the last entries, where there is more to say. */
function Aside({ title, alert, children }: { title: string; alert?: boolean; children: string }) {
  return <div class="aside" {...(alert ? { role: 'alert' } : {})}><Statement tone="check" title={title}>{children}</Statement></div>
}

// useRepeat tells that a scan was not taken, from then until the item that stood in its way has gone.
function useRepeat(pass: Pass): boolean {
  const question = useUi().model.question.value
  const refused = useRef(false)
  if (question?.kind === 'how-many' && question.again) refused.current = true
  else if (!pass.pending || (!question && !pass.pending.keyed)) refused.current = false
  return refused.current
}

function Recent({ entry }: { entry: Entry }) {
  return (
    <li>
      <span class={entry.item ? 'good' : 'unknown'}><Icon name={entry.item ? 'good' : 'unknown'} /></span>
      <span class="title">{entry.item ? <Name of={entry.item.name} /> : <Code>{entry.code}</Code>}</span>
      <strong>{countedOf(entry)}</strong>
    </li>
  )
}

// Start is shown when the app was opened again in the middle of a pass: sounds need one tap before the first scan.
function Start({ pass }: { pass: Pass }) {
  const { sound, started } = useUi()
  return (
    <>
      <main class="body">
        <div class="plate">
          <div class="mark soft"><Icon name="place" /></div>
          <h1><PlaceName of={pass.place} section /></h1>
          <p><span class="tag plain">{text('mode.title')}: {modeWord(pass.mode)}</span></p>
          {pass.totals.observations > 0 && <p class="soft">{text('start.again', { n: pass.totals.observations })}</p>}
          {pass.pending && <p class="check strong"><Icon name="check" /> {text('start.pending', { name: nameOf(pass.pending.item?.name) || pass.pending.code })}</p>}
          <p class="soft">{text('start.do')}</p>
        </div>
      </main>
      <div class="foot"><button class="button main" onClick={() => { sound.unlock(); started.value = true }}>{text(pass.entries.length || pass.pending ? 'start.more' : 'start')}</button></div>
    </>
  )
}
