// Pictures of barcodes for a fake camera: Chromium takes a Y4M file for what its camera sees, and begins it anew at its end.
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { prepareZXingModule, writeBarcode } from 'zxing-wasm/writer'

const width = 480, height = 360
const wasm = readFileSync(resolve(import.meta.dirname, '../node_modules/zxing-wasm/dist/writer/zxing_writer.wasm'))
prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) as ArrayBuffer } })

export interface Symbol {
  format: 'EAN13' | 'EAN8' | 'UPCA' | 'UPCE' | 'ITF' | 'Code128' | 'DataBarExp' | 'DataMatrix' | 'QRCode'
  /** Of a GS1 symbol in brackets: "(01)06271100010013(10)A". */
  text: string
  gs1?: boolean
}

/** How light each pixel is: the symbol in the middle of a grey wall, or the wall alone. */
async function wall(symbol: Symbol | undefined): Promise<Buffer> {
  const luma = Buffer.alloc(width * height, 170)
  if (symbol) {
    const { symbol: drawn, error } = await writeBarcode(symbol.text, { format: symbol.format, scale: 1, ...(symbol.gs1 ? { options: 'gs1' } : {}) })
    if (error) throw new Error(`${symbol.format} ${symbol.text}: ${error}`)
    const quiet = 12 // modules of white around it, as symbols need
    const scale = Math.floor(Math.min(width / (drawn.width + 2 * quiet), (height - 40) / (drawn.height + 2 * quiet)))
    const w = drawn.width * scale, h = drawn.height * scale, edge = quiet * scale
    const left = (width - w) >> 1, top = (height - h) >> 1
    for (let y = -edge; y < h + edge; y++) for (let x = -edge; x < w + edge; x++) {
      const inside = x >= 0 && x < w && y >= 0 && y < h
      luma[(top + y) * width + left + x] = inside ? drawn.data[Math.floor(y / scale) * drawn.width + Math.floor(x / scale)]! : 255
    }
  }
  return luma
}

/** What a page's camera would hand to the reader. */
export async function photograph(symbol: Symbol): Promise<ImageData> {
  const luma = await wall(symbol), data = new Uint8ClampedArray(4 * luma.length).fill(255)
  luma.forEach((light, i) => data.fill(light, 4 * i, 4 * i + 3))
  return { data, width, height, colorSpace: 'srgb' } as ImageData
}

async function frame(symbol: Symbol | undefined): Promise<Buffer> {
  return Buffer.concat([Buffer.from('FRAME\n'), await wall(symbol), Buffer.alloc(width * height / 2, 128)])
}

/** What the camera sees from the next time that it is opened: each for so many seconds, ten pictures a second. */
export async function show(file: string, ...scenes: [seconds: number, symbol?: Symbol][]): Promise<void> {
  const parts: Buffer[] = [Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`)]
  for (const [seconds, symbol] of scenes) {
    const one = await frame(symbol)
    for (let n = 0; n < Math.max(1, Math.round(seconds * 10)); n++) parts.push(one)
  }
  await writeFile(file, new Uint8Array(Buffer.concat(parts)))
}

/** What Chromium is started with to take the file for its camera. */
export const fakeCamera = (file: string) => ['--use-fake-device-for-media-stream', '--use-file-for-fake-video-capture=' + file]
