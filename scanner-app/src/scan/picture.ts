// Reads barcodes in pictures, in a worker of its own: a picture takes a cheap device tens of milliseconds, and the screen goes
// on meanwhile. The reader is WebAssembly that comes from our own server and is kept for work without a network.
import { prepareZXingModule, readBarcodes, type ReadResult } from 'zxing-wasm/reader'
import reader from 'zxing-wasm/reader/zxing_reader.wasm?url'
import type { Read } from './camera'

prepareZXingModule({ overrides: { locateFile: () => reader } })

addEventListener('message', ({ data }: MessageEvent<ImageData>) => {
  readPicture(data).then((raws): Read => ({ raws }), (e): Read => ({ failed: String(e) })).then((answer) => postMessage(answer))
})

async function readPicture(picture: ImageData): Promise<string[]> {
  const found = await readBarcodes(picture, {
    // What README asks of imagers, and nothing that would read noise as a code.
    formats: ['EANUPC', 'Code128', 'ITF14', 'DataBar', 'DataBarExp', 'DataBarLtd', 'DataMatrix', 'QRCode'],
    textMode: 'Plain', tryHarder: true, tryRotate: true, tryInvert: false, maxNumberOfSymbols: 4,
  })
  return found.filter((r) => r.isValid && r.text).sort((a, b) => off(a, picture) - off(b, picture)).map((r) => r.symbologyIdentifier + r.text)
}

/** How far from the middle. */
function off({ position: p }: ReadResult, { width, height }: ImageData): number {
  const x = (p.topLeft.x + p.bottomRight.x) / 2 - width / 2, y = (p.topLeft.y + p.bottomRight.y) / 2 - height / 2
  return x * x + y * y
}
