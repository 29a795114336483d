// What is read in a picture, and as what.
import { readBarcodes, type ReadResult } from 'zxing-wasm/reader'

/** The texts of the codes in a picture, each behind its AIM identifier as an imager gives it, nearest to the middle first. */
export async function readPicture(picture: ImageData): Promise<string[]> {
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
