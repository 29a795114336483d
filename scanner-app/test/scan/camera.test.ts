import { afterEach, expect, test, vi } from 'vitest'
import { away, openCamera, Sight, whyOf, type Read } from '../../src/scan/camera'

const milk = ']E06271100010013', rice = ']E06271100010020'

test('a code counts once as long as it is held there, and again when it comes back', () => {
  const sight = new Sight()
  expect([0, 100, 200, 900].map((at) => sight.look([milk], at))).toEqual([milk, undefined, undefined, undefined])
  expect(sight.look([], 1000)).toBe(undefined)
  expect(sight.look([milk], 900 + away)).toBe(undefined) // a picture that was not read is no absence
  expect(sight.look([milk], 901 + 2 * away)).toBe(milk)
})

test('two codes in sight are taken one after the other, each once', () => {
  const sight = new Sight()
  expect([0, 100, 200, 300].map((at) => sight.look([milk, rice], at))).toEqual([milk, rice, undefined, undefined])
  expect(sight.look([rice, milk], 400)).toBe(undefined)
})

test('what the browser says is told apart by what can be done about it', () => {
  for (const [name, why] of [['NotAllowedError', 'denied'], ['SecurityError', 'denied'], ['NotReadableError', 'busy'], ['AbortError', 'busy'], ['NotFoundError', 'none'], ['OverconstrainedError', 'none']]) {
    expect(whyOf(new DOMException('', name))).toBe(why)
  }
  expect(whyOf(new Error('x'))).toBe('none')
})

class Reader {
  static made: Reader[] = []
  onmessage: (e: { data: Read }) => void = () => {}
  pictures = 0
  constructor() { Reader.made.push(this) }
  postMessage() { this.pictures++ }
  terminate() {}
}

function device(worker: unknown) {
  const stop = vi.fn()
  vi.stubGlobal('isSecureContext', true)
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: async () => ({ getTracks: () => [{ stop }], getVideoTracks: () => [{}] }) } })
  vi.stubGlobal('Worker', worker)
  vi.stubGlobal('document', { createElement: () => ({ getContext: () => ({ drawImage() {}, getImageData: () => ({ data: new Uint8Array(4) }) }) }) })
  return { stop, video: { videoWidth: 640, videoHeight: 480, play: async () => {} } as unknown as HTMLVideoElement }
}

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('where no reader of pictures can be had the camera goes off again', async () => {
  const { stop, video } = device(class { constructor() { throw new DOMException('refused', 'SecurityError') } })
  await expect(openCamera(video, () => {}, () => {})).rejects.toMatchObject({ why: 'reader' })
  expect(stop).toHaveBeenCalledTimes(1)
})

test('a wall clock that is set while a code is held there does not count it twice', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: 1_795_000_000_000 })
  const { video } = device(Reader), seen: [string, number][] = []
  const camera = await openCamera(video, (raw, at) => seen.push([raw, at]), () => {})
  const reader = Reader.made.at(-1)!
  reader.onmessage({ data: { raws: [milk] } })
  vi.setSystemTime(1_795_000_000_000 + 3_600_000)
  vi.advanceTimersByTime(1000)
  expect(reader.pictures).toBe(2)
  reader.onmessage({ data: { raws: [milk] } })
  expect(seen).toEqual([[milk, 1_795_000_000_000]])
  camera.stop()
})
