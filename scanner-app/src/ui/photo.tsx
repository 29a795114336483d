// A photo of the item in hand: taken by the device's camera, made small here, kept with the count and sent by itself later. A
// photo that cannot be made or kept is said, and the count goes on without it.
import { useEffect, useRef, useState } from 'preact/hooks'
import { text } from '../i18n/text'
import { maxPhoto, maxSide, type Entry, type Model, type Pending } from '../model/types'
import { Fault } from './field'
import { Icon } from './icon'
import { inWords, useUi } from './ui'

/** Whether it is in a state that a picture proves. */
export const marred = (of: Pending | Entry): boolean => of.condition === 'damaged' || of.condition === 'expired'

// useCamera asks the device's camera for a photo of what is in hand.
function useCamera(of: Pending | Entry) {
  const { model, run } = useUi()
  const input = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState(false)
  const [unfit, setUnfit] = useState(false)
  const shows = useRef(of) // what was in hand when the camera was asked for: by the time the photo is small another may be
  const take = async (file: File | undefined) => {
    if (!file) return
    setBusy(true)
    setUnfit(false)
    const jpeg = await shrink(file).catch(() => undefined)
    if (jpeg) await run(model.setPhoto(jpeg, shows.current))
    else setUnfit(true)
    setBusy(false)
  }
  return {
    busy, unfit,
    shoot() { shows.current = of; input.current?.click() },
    file: <input ref={input} type="file" accept="image/*" capture="environment" hidden aria-hidden="true" tabIndex={-1}
      onChange={(e) => { void take(e.currentTarget.files?.[0]); e.currentTarget.value = '' }} />,
  }
}

/** Beside the last entries where goods are damaged: one press. */
export function PhotoKey({ of }: { of: Pending | Entry }) {
  const { busy, unfit, shoot, file } = useCamera(of)
  return (
    <>
      {file}
      <button class={of.photo ? 'photo-key good' : 'photo-key'} disabled={busy} onClick={shoot} aria-label={unfit ? text('photo.unfit') : of.photo ? `${text('photo.one')}. ${text('photo.again')}` : text('photo.take')}>
        <Icon name={unfit ? 'check' : 'camera'} /><span>{of.photo ? text('photo.one') : text('photo.word')}</span>
      </button>
    </>
  )
}

export function PhotoField({ of }: { of: Pending | Entry }) {
  const { model, run, refusal } = useUi()
  const { busy, unfit, shoot, file } = useCamera(of)
  return (
    <div class="field photo">
      <span class="label" id="photo-label">{text('photo')}</span>
      {of.photo && <Photo model={model} hash={of.photo} />}
      {file}
      <div class="two">
        <button class="button slim" disabled={busy} onClick={shoot}>{busy ? text('photo.busy') : of.photo ? text('photo.again') : text('photo.take')}</button>
        {of.photo && <button class="button slim" onClick={() => void run(model.setPhoto(undefined, of))}>{text('photo.remove')}</button>}
      </div>
      {unfit && <Fault>{text('photo.unfit')}</Fault>}
      {!unfit && refusal.value?.key.startsWith('photo-') && <Fault>{inWords(refusal.value)}</Fault>}
    </div>
  )
}

// Photo draws a photo that is held here.
export function Photo({ model, hash }: { model: Model; hash: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    let gone = false
    void model.photo(hash).then(async (jpeg) => {
      const picture = jpeg && (await createImageBitmap(jpeg))
      if (picture && !gone && canvas.current) draw(canvas.current, picture, 320)
      picture?.close()
    }).catch(() => undefined)
    return () => { gone = true }
  }, [hash])
  return <canvas class="thumb" ref={canvas} role="img" aria-label={text('photo.shown')} />
}

// shrink makes a JPEG that fits: smaller first in quality, then in size. What the camera wrote into the file is left behind.
export async function shrink(file: Blob): Promise<ArrayBuffer | undefined> {
  const picture = await createImageBitmap(file)
  try {
    const canvas = document.createElement('canvas')
    for (let side = maxSide; side >= 320; side = Math.round(side * 0.75)) {
      draw(canvas, picture, side)
      for (const quality of [0.8, 0.6, 0.4]) {
        const jpeg = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality))
        if (jpeg && jpeg.type === 'image/jpeg' && jpeg.size <= maxPhoto) return await jpeg.arrayBuffer()
      }
    }
    return undefined
  } finally {
    picture.close() // the camera's is some 50 MB
  }
}

function draw(canvas: HTMLCanvasElement, picture: ImageBitmap, side: number): void {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height))
  canvas.width = Math.max(1, Math.round(picture.width * scale))
  canvas.height = Math.max(1, Math.round(picture.height * scale))
  canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height)
}
