// The twins on scans that nobody thought of: thousands made up by seed, from whole symbols to noise, are given to `server
// decode` and to the handheld's decoder, which must answer the same, word for word.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { associations } from '../../src/gs1/association'
import { decode, parseScheme } from '../../src/gs1/decode'
import tables from '../../src/gs1/tables.json'
import { weigh } from './weigh'
import { dice } from '../world'

const top = join(import.meta.dirname, '../../..')
const dir = mkdtempSync(join(tmpdir(), 'jard-twin-'))
const binary = join(dir, 'jard')
beforeAll(() => void execFileSync('go', ['build', '-o', binary, './server'], { cwd: top }), 300_000)
afterAll(() => rmSync(dir, { recursive: true }))

const schemes = ['prefix=21,item=5,value=5,kind=weight,decimals=3', 'prefix=22,item=4,value=5,kind=price,decimals=3,verifier=1', 'prefix=24,item=5,value=5,kind=price,decimals=3', 'prefix=04,item=8,value=2,kind=count']
const unitPrice = 1250

const checkDigit = (body: string) => String((10 - ([...body].reverse().reduce((sum, d, i) => sum + Number(d) * (i % 2 ? 1 : 3), 0) % 10)) % 10)

class Maker {
  readonly chance: () => number
  constructor(seed: number) { this.chance = dice(seed) }
  int(n: number): number { return Math.floor(this.chance() * n) }
  one<T>(list: ArrayLike<T>): T { return list[this.int(list.length)]! }
  text(alphabet: string, length: number): string { return Array.from({ length }, () => this.one(alphabet)).join('') }
  digits(length: number): string { return this.text('0123456789', length) }

  /** A number of so many digits, mostly with its check digit. */
  number(length: number): string {
    const body = this.one(['', '627', '20', '21', '22', '24', '04', '02', '00000', '0', '1', '9']) + this.digits(length)
    return this.chance() < 0.85 ? body.slice(0, length - 1) + checkDigit(body.slice(0, length - 1)) : body.slice(0, length)
  }

  /** The value of an identifier of the dictionary, mostly as its format wants it. */
  value(format: string): string {
    return format.split(' ').map((part) => {
      const [, set, upTo, length, rule, optional] = /^([A-Z])(\.\.)?(\d+)(?::(\w+))?(\?)?$/.exec(part)!
      if (optional && this.chance() < 0.4) return ''
      const n = upTo ? 1 + this.int(Number(length)) : Number(length)
      if (rule === 'checkDigit') return this.number(n)
      if (rule?.startsWith('date') && n === 6) return this.one(['270228', '280200', '271131', '991301', '000229', '261124', this.digits(6)])
      if (set === 'N') return this.digits(n)
      return this.text(this.one(['ABCXYZabc019-/', '0123456789', '!"%&\'()*+,-./:;<=>?_', 'AB ^|~']), n)
    }).join('')
  }

  elements(): string {
    let text = ''
    for (let n = 1 + this.int(4); n > 0; n--) {
      const row = this.chance() < 0.4 ? this.one(tables.identifiers.filter((r) => /^(0[0-3]|1[0-7]|2[01]|30|37|310 |320 |392 |393 )/.test(r.ai))) : this.one(tables.identifiers)
      const [code, span] = row.ai.split(' ')
      const ai = span ? code + String(Number(span[0]) + this.int(Number(span[2]) - Number(span[0]) + 1)) : code!
      text += ai + this.value(row.value) + (this.chance() < ('predefined' in row ? 0.1 : 0.9) ? '\x1d' : '')
    }
    return text
  }

  link(): string {
    const row = () => { const r = this.one(tables.identifiers.filter((r) => !r.ai.includes(' '))); return [r.ai, encodeURIComponent(this.value(r.value))] as const }
    const path = [['01', this.number(this.one([14, 14, 13, 12, 8]))], ...Array.from({ length: this.int(3) }, row)].map((p) => p.join('/')).join('/')
    const query = Array.from({ length: this.int(3) }, row).map((p) => p.join('=')).join(this.one(['&', ';']))
    return this.one(['https://id.example.com/', 'HTTPS://X.KW/', 'http://a.b:80/p/', 'ftp://x/', 'HtTp://x/']) + path + (query && '?' + query) + this.one(['', '', '/', '#x'])
  }

  scan(): string {
    let text = this.one([
      () => this.number(this.one([8, 12, 13, 14, 13, 13])), () => this.elements(), () => this.elements(), () => this.link(),
      () => this.number(13) + '|]e0' + this.elements(), () => this.text('ABC-019 /', 1 + this.int(12)), () => this.text('حليب٠١٢۳é漢😀 ]|^\x1d', 1 + this.int(10)),
    ])()
    const aim = this.one(['', '', ']E0', ']E4', ']E3', ']C1', ']C1', ']C0', ']e0', ']d2', ']d1', ']Q3', ']Q1', ']I1', ']J1', ']X0', ']zz'])
    text = aim + text
    if (this.chance() < 0.25) { // something went wrong on the way
      const at = this.int(text.length + 1)
      text = this.one([() => text.slice(0, at), () => text.slice(at), () => text.slice(0, at) + this.one('0A^\x1d]ب') + text.slice(at), () => text.slice(0, at) + text.slice(at + 1)])()
    }
    if (this.chance() < 0.15) text = text.replace(/[0-9]/g, (d) => String.fromCharCode(this.one([0x660, 0x6f0]) + Number(d)))
    else if (this.chance() < 0.2) text = arabicLayout(text)
    text = text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '')
    return text + this.one(['', '', '\r', '\r\n', ' \t\n'])
  }
}

/** What Android's Arabic layout writes for the keys of text. */
function arabicLayout(text: string): string {
  const keys = new Map<string, string>()
  for (const row of tables.arabicKeys) { const [arabic, us, arabicShift, usShift] = row; keys.set(us!, arabic!).set(usShift!, arabicShift!) }
  return [...text].map((c) => keys.get(c) ?? c).join('')
}

test.each([1, 2, 3, 4])('Go and TypeScript agree on what was made up from seed %d', (seed) => {
  const maker = new Maker(seed), scans = Array.from({ length: 5000 }, () => maker.scan())
  const answers = execFileSync(binary, ['decode', ...schemes.flatMap((s) => ['--scheme', s]), '--unit-price', String(unitPrice)],
    { input: scans.map((s) => JSON.stringify(s)).join('\n') + '\n', encoding: 'utf8', maxBuffer: 64 << 20 }).trimEnd().split('\n').map((line) => JSON.parse(line) as object)
  expect(answers).toHaveLength(scans.length)
  const kinds: Record<string, number> = {}
  const parsed = schemes.map(parseScheme)
  for (const [i, scan] of scans.entries()) {
    const mine = decode(scan, { schemes: parsed, associations })
    weigh(mine, unitPrice)
    kinds[mine.kind] = (kinds[mine.kind] ?? 0) + 1
    expect(JSON.parse(JSON.stringify(mine)), JSON.stringify(scan)).toEqual(answers[i])
  }
  for (const kind of ['gtin', 'gs1', 'sscc', 'digital-link', 'variable-measure', 'unknown', 'invalid']) expect(kinds[kind] ?? 0, `${kind} of seed ${seed}`).toBeGreaterThan(kind === 'sscc' ? 0 : 50)
})
