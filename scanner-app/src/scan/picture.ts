// Reads barcodes in pictures, in a worker of its own: a picture takes a cheap device tens of milliseconds, and the screen goes
// on meanwhile. The reader is WebAssembly that comes from our own server and is kept for work without a network.
import { prepareZXingModule } from 'zxing-wasm/reader'
import reader from 'zxing-wasm/reader/zxing_reader.wasm?url'
import type { Read } from './camera'
import { readPicture } from './symbols'

prepareZXingModule({ overrides: { locateFile: () => reader } })

addEventListener('message', ({ data }: MessageEvent<ImageData>) => {
  readPicture(data).then((raws): Read => ({ raws }), (e): Read => ({ failed: String(e) })).then((answer) => postMessage(answer))
})
