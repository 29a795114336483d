// The camera in place of an imager: what it sees is scanned, and answered here as it is on the screen behind. In mode each it
// stays open for the next one; otherwise it gives way to what was scanned.
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { text, type Key } from '../i18n/text'
import type { Scanned } from '../model/types'
import { CameraFault, openCamera, type Camera, type CameraWhy } from '../scan/camera'
import { Icon, type IconName } from './icon'
import type { Tone } from './notices'
import { Sheet } from './sheet'
import { inWords, useUi } from './ui'
import { Amount, Name } from './value'

const words: Record<CameraWhy, [Key, Key]> = {
  denied: ['camera.denied', 'camera.denied.do'], none: ['camera.none', 'camera.none.do'], busy: ['camera.busy', 'camera.busy.do'],
  insecure: ['camera.insecure', 'camera.insecure.do'], reader: ['camera.reader', 'camera.reader.do'],
}

export function CameraSheet({ close }: { close: () => void }) {
  const { scanned } = useUi()
  const video = useRef<HTMLVideoElement>(null)
  const [state, setState] = useState<'starting' | 'live' | CameraWhy>('starting')
  const [camera, setCamera] = useState<Camera>()
  const [lit, setLit] = useState(false)
  const [answer, setAnswer] = useState<Scanned>()
  const [visible, setVisible] = useState(!document.hidden)
  const [tries, setTries] = useState(0)

  useEffect(() => {
    const turned = () => setVisible(!document.hidden)
    document.addEventListener('visibilitychange', turned)
    return () => document.removeEventListener('visibilitychange', turned)
  }, [])

  // Nobody is filmed while the app is out of sight, and the camera is free for others.
  useEffect(() => {
    if (!visible) return
    let gone = false, opened: Camera | undefined
    setState('starting')
    openCamera(video.current!, async (raw, at) => {
      const said = await scanned({ raw, arabic: false, at, front: 0, ended: true })
      if (!gone) setAnswer(said)
    }, setState).then((c) => {
      if (gone) return c.stop()
      opened = c
      setCamera(c)
      setLit(false)
      setState('live')
    }, (e: unknown) => { if (!gone) setState(e instanceof CameraFault ? e.why : 'none') })
    return () => {
      gone = true
      opened?.stop()
      setCamera(undefined)
    }
  }, [visible, tries])

  const fault = state === 'starting' || state === 'live' ? undefined : words[state]
  const light = () => void camera?.torch?.(!lit).then(() => setLit(!lit), () => {})
  const foot = fault
    ? <><button class="button main" onClick={() => setTries(tries + 1)}>{text('do.retry')}</button><button class="button" onClick={close}>{text('do.close')}</button></>
    : <>{camera?.torch && <button class="button" aria-pressed={lit} onClick={light}>{lit ? text('camera.dark') : text('camera.light')}</button>}<button class="button" onClick={close}>{text('do.close')}</button></>
  return (
    <Sheet title={text('camera.title')} close={close} whole foot={foot}>
      {fault
        ? <div class="plate" role="alert"><div class="mark check"><Icon name="check" /></div><h2>{text(fault[0])}</h2><p>{text(fault[1])}</p></div>
        : <p class="soft small">{state === 'live' ? text('camera.aim') : text('camera.starting')}</p>}
      <div class="finder-box" hidden={fault !== undefined}>
        <video ref={video} muted playsInline aria-label={text('camera.title')} />
        <div class="frame-lines" />
      </div>
      <div class="camera-said" role="status">{answer && !fault && <Said answer={answer} />}</div>
    </Sheet>
  )
}

/** What became of the last scan, in a word, a colour and a picture; its sound was played. */
function Said({ answer }: { answer: Scanned }) {
  const { model } = useUi()
  const newest = model.pass.value?.entries.find((e) => !e.reversed)
  if (answer.refused) return <Line tone="check" icon="check">{inWords(answer.refused)}</Line>
  if (answer.what === 'item') return <Line tone="good" icon="good">{newest?.item ? <><Name of={newest.item.name} /> · <bdi dir="ltr">+<Amount of={newest.amount} item={newest.pack === 1000 ? newest.item : undefined} /></bdi></> : text('panel.recorded')}</Line>
  if (answer.what === 'unknown-code') return <Line tone="unknown" icon="unknown">{text('panel.unknown')}</Line>
  return null
}

function Line({ tone, icon, children }: { tone: Tone; icon: IconName; children: ComponentChildren }) {
  return <p class={'statement ' + tone}><Icon name={icon} /><span>{children}</span></p>
}
