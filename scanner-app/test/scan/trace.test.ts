// @vitest-environment happy-dom
import { afterEach, expect, test } from 'vitest'
import { fromArabicLayout } from '../../src/gs1/decode'
import tables from '../../src/gs1/tables.json'
import { pairingCode } from '../../src/scan/pairing'
import { captureScans } from '../../src/scan/capture'
import { kept, Trace } from '../../src/scan/trace'

let stop: (() => void) | undefined, trace: Trace | undefined
afterEach(() => { trace?.end(); stop?.() })

function watch(schemes: string[] = []): { raws: string[]; type(text: string): void } {
  const raws: string[] = []
  stop = captureScans((s) => raws.push(s.raw), 'scanner')
  trace = new Trace(() => schemes, () => {})
  return {
    raws,
    type: (text) => { for (const key of [...text, 'Enter']) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, code: 'K', keyCode: 65, bubbles: true, cancelable: true })) },
  }
}

test('it shows each event and what was read', () => {
  const { type } = watch(['prefix=21,item=5,value=5,kind=weight,decimals=3'])
  type(']E06271100010013')
  const [scan, enter, last] = trace!.list
  expect(scan!.scan).toMatchObject({ raw: ']E06271100010013', ended: true, front: 0, arabicKeyboard: false, decoded: { kind: 'gtin', gtin14: '06271100010013' } })
  expect(enter!.event).toMatchObject({ type: 'keydown', key: 'Enter', on: 'page' })
  expect(last!.event).toMatchObject({ type: 'keydown', key: '3', code: 'K' })
  expect(trace!.list).toHaveLength(18)
  type('2100123012343')
  expect(trace!.list[0]!.scan!.decoded).toMatchObject({ item: '00123', weight_g: 1234 })
  type(']C102062711000100133712')
  expect(trace!.list[0]!.scan!.decoded.warnings).toEqual(['needs (37)']) // of the standard's rules, said and not enforced
  trace!.clear()
  expect(trace!.list).toEqual([])
})

test('a pairing code is kept nowhere, neither in the scan nor in the keys that brought it', () => {
  for (const secret of [']Q1https://jard.test/app/#pair=ABCD-EFGH', 'ABCD-EFGH', 'ABCDEFGH', ']C0ABCDEFGH']) {
    const { type, raws } = watch()
    type(secret)
    expect(raws).toEqual([secret])
    const text = JSON.stringify(trace!.list)
    expect(text).not.toContain('ABCD')
    expect(text.replace(/"(type|on|decoded|kind)":"[^"]*"/g, '')).not.toMatch(/"(key|code|data)":"[A-H#]"/)
    trace!.end()
    stop!()
  }
})

test('nor one that an Arabic layout wrote', () => {
  const arabic = new Map(tables.arabicKeys.flatMap(([a, us, aShift, usShift]) => [[us!, a!], [usShift!, aShift!]]))
  for (const secret of [']Q1https://jard.test/app/#pair=ABCD-EFGH', 'ABCD-EFGH', 'abcd-efgh']) {
    const { type, raws } = watch()
    const wrote = [...secret].map((c) => arabic.get(c) ?? c).join('')
    type(wrote)
    expect([fromArabicLayout(raws[0]!), pairingCode(raws[0]!)!.toUpperCase()]).toEqual([secret, 'ABCD-EFGH']) // it pairs, and is not written down
    expect(trace!.list.filter((x) => x.scan).map((x) => x.scan!.raw)).toEqual(['…'])
    expect(trace!.list.filter((x) => (x.event?.key ?? '…') !== '…').map((x) => x.event!.key)).toEqual(['Enter'])
    trace!.end()
    stop!()
  }
})

test('it keeps the newest and no more', () => {
  const { type } = watch()
  for (let n = 0; n < 40; n++) type(']E06271100010013')
  expect(trace!.list).toHaveLength(kept)
  expect(trace!.list[0]!.n).toBe(40 * 18)
  trace!.end()
  type(']E06271100010013')
  expect(trace!.list[0]!.n).toBe(40 * 18)
})
