// The camera as a barcode reader: for a phone without an imager, and for the day that an imager fails. It gives the texts that
// an imager gives, AIM identifier first. Pictures are read by a worker (picture.ts) and go nowhere else.

/** Why there is no camera, each with its own next step. */
export type CameraWhy =
  /** The person, or a setting, does not allow it. */
  | 'denied'
  /** The device has none that can be used. */
  | 'none'
  /** Another app holds it. */
  | 'busy'
  /** Browsers give cameras to pages over TLS alone. */
  | 'insecure'
  /** The reader of pictures is not on this device yet, or does not run here. */
  | 'reader'

export class CameraFault extends Error {
  constructor(readonly why: CameraWhy) { super('camera: ' + why) }
}

export interface Camera {
  /** Switches the light, where the camera has one. */
  torch?: (on: boolean) => Promise<void>
  stop(): void
}

/** What the worker says of a picture: what it read, nearest to the middle first. */
export type Read = { raws: string[] } | { failed: string }

/** So long a code must have been out of sight, ms, before it counts as shown again. */
export const away = 1200
/** At most so many pictures a second are read: more would only warm the device. */
const pause = 90
/** The longer side of a picture as it is read, pixels. */
const longest = 960

/** Tells one showing of a code from the next: the camera sees it ten times a second as long as it is held there. */
export class Sight {
  private readonly last = new Map<string, number>()

  /** What of a picture is new, at this instant in ms of a clock that nobody sets. */
  look(raws: readonly string[], at: number): string | undefined {
    for (const [raw, seen] of this.last) if (at - seen > away) this.last.delete(raw)
    const fresh = raws.find((raw) => !this.last.has(raw))
    for (const raw of raws) if (raw === fresh || this.last.has(raw)) this.last.set(raw, at)
    return fresh
  }
}

/**
 * Shows the camera in video and hands on what it reads, each showing of a code once, with its instant in ms since 1970. ended
 * is called when the camera or the reader stops by itself. Throws CameraFault.
 */
export async function openCamera(video: HTMLVideoElement, seen: (raw: string, at: number) => void, ended: (why: CameraWhy) => void): Promise<Camera> {
  const stream = await ask()
  const release = () => { for (const t of stream.getTracks()) t.stop() }
  const worker = reader(release)
  const canvas = document.createElement('canvas'), sight = new Sight()
  const pen = canvas.getContext('2d', { willReadFrequently: true })!
  const track = stream.getVideoTracks()[0]!
  let timer: ReturnType<typeof setTimeout> | undefined, stopped = false
  const stop = () => {
    stopped = true
    clearTimeout(timer)
    worker.terminate()
    release()
    video.srcObject = null
  }
  const end = (why: CameraWhy) => {
    if (stopped) return
    stop()
    ended(why)
  }
  let taken = { at: 0, mono: 0 } // how long a code was away is no affair of a wall clock that is set
  const take = () => {
    const { videoWidth: w, videoHeight: h } = video
    if (!w || !h) return void (timer = setTimeout(take, pause))
    const scale = Math.min(1, longest / Math.max(w, h))
    canvas.width = Math.round(w * scale)
    canvas.height = Math.round(h * scale)
    pen.drawImage(video, 0, 0, canvas.width, canvas.height)
    const picture = pen.getImageData(0, 0, canvas.width, canvas.height)
    taken = { at: Date.now(), mono: performance.now() }
    worker.postMessage(picture, [picture.data.buffer])
  }
  worker.onmessage = ({ data }: MessageEvent<Read>) => {
    if (stopped) return
    if ('failed' in data) return end('reader')
    const fresh = sight.look(data.raws, taken.mono)
    if (fresh !== undefined) seen(fresh, taken.at)
    if (!stopped) timer = setTimeout(take, pause)
  }
  worker.onerror = () => end('reader')
  track.onended = () => end('busy')
  video.srcObject = stream
  await video.play().catch(() => {}) // it plays once it is on a screen
  if (!stopped) take()
  const light = 'torch' in (track.getCapabilities?.() ?? {})
  return { stop, ...(light ? { torch: (on: boolean) => track.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] }) } : {}) }
}

/** Reads pictures, in a thread of its own. Where the browser will not have it the camera goes off again. */
function reader(release: () => void): Worker {
  try {
    return new Worker(new URL('./picture.ts', import.meta.url), { type: 'module' })
  } catch {
    release()
    throw new CameraFault('reader')
  }
}

async function ask(): Promise<MediaStream> {
  if (!isSecureContext) throw new CameraFault('insecure')
  const { mediaDevices } = navigator
  if (!mediaDevices?.getUserMedia) throw new CameraFault('none')
  try {
    return await mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } } })
  } catch (e) {
    throw new CameraFault(whyOf(e))
  }
}

/** What the browser's own words for a refusal mean. */
export function whyOf(e: unknown): CameraWhy {
  switch (e instanceof DOMException ? e.name : '') {
    case 'NotAllowedError': case 'SecurityError': return 'denied'
    case 'NotReadableError': case 'AbortError': return 'busy'
    default: return 'none'
  }
}
