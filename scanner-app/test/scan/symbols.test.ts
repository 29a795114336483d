// Every symbol that imagers are asked to read, drawn and read as the camera reads it, and what the scan says.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { prepareZXingModule } from 'zxing-wasm/reader'
import { photograph, type Symbol } from '../../e2e/symbols'
import { decode } from '../../src/gs1/decode'
import { readPicture } from '../../src/scan/symbols'

beforeAll(() => {
  const wasm = readFileSync(join(import.meta.dirname, '../../node_modules/zxing-wasm/dist/reader/zxing_reader.wasm'))
  prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) as ArrayBuffer } })
})

const gtin = '06271100010013', both = `(01)${gtin}(17)271231(10)AB(21)X`, read = `01${gtin}1727123110AB\x1d21X`
const says = { gtin14: gtin, lot: 'AB', serial: 'X', expiry: '2027-12-31' }

it.each<[string, Symbol, string, object]>([
  ['EAN-13', { format: 'EAN13', text: '6271100010013' }, ']E06271100010013', { kind: 'gtin', gtin14: gtin }],
  ['EAN-8', { format: 'EAN8', text: '96385074' }, ']E496385074', { kind: 'gtin', gtin14: '00000096385074' }],
  ['UPC-A', { format: 'UPCA', text: '036000291452' }, ']E00036000291452', { kind: 'gtin', gtin14: '00036000291452' }],
  ['UPC-E', { format: 'UPCE', text: '04252614' }, ']E00042100005264', { kind: 'gtin', gtin14: '00042100005264' }],
  ['ITF-14', { format: 'ITF', text: '16271100010010' }, ']I116271100010010', { kind: 'gtin', gtin14: '16271100010010' }],
  ['Code 128', { format: 'Code128', text: 'A-01-03' }, ']C0A-01-03', {}],
  ['GS1-128', { format: 'Code128', gs1: true, text: both }, ']C1' + read, says],
  ['GS1-128, SSCC', { format: 'Code128', gs1: true, text: '(00)106271100000000019' }, ']C100106271100000000019', { sscc: '106271100000000019' }],
  ['DataBar Expanded', { format: 'DataBarExp', gs1: true, text: `(01)${gtin}(10)AB(21)X` }, `]e001${gtin}10AB\x1d21X`, { gtin14: gtin, lot: 'AB', serial: 'X' }],
  ['DataBar Expanded, weighed', { format: 'DataBarExp', gs1: true, text: '(01)96271100010016(3103)001250' }, ']e001962711000100163103001250', { gtin14: '96271100010016', weight_g: 1250 }],
  ['GS1 DataMatrix', { format: 'DataMatrix', gs1: true, text: both }, ']d2' + read, says],
  ['GS1 QR', { format: 'QRCode', gs1: true, text: both }, ']Q3' + read, says],
  ['Digital Link', { format: 'QRCode', text: `https://id.gs1.org/01/${gtin}/10/AB/21/X?17=271231` }, `]Q1https://id.gs1.org/01/${gtin}/10/AB/21/X?17=271231`, says],
])('%s is read, and says what an imager would', async (_name, symbol, raw, said) => {
  expect(await readPicture(await photograph(symbol))).toEqual([raw])
  expect(decode(raw)).toMatchObject(said)
})
