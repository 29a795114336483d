import { expect, test } from 'vitest'
import { Burst, gap, patience, rest as idle, stall, type Step } from '../../src/scan/burst'

/** Types text at so many ms a character from at; returns what came and when the last character did. */
function type(b: Burst, text: string, at: number, pace: number, field = false, keys?: string): { steps: Step[]; at: number } {
  const steps = [...text].map((c, i) => b.character(c, at + i * pace, field, keys?.[i]))
  return { steps, at: at + ([...text].length - 1) * pace }
}
const raws = (...steps: Step[]) => steps.flatMap((s) => s.scans.map((c) => c.raw))

const milk = ']E06271100010013', rice = ']E06271100010020'

test('a device that hears each character late, with pauses that the reader did not make, hears one scan', () => {
  for (const code of [milk, '6271110000017', ']C0W01-04']) for (const field of [false, true]) for (const slow of [5, 35, 90]) {
    const b = new Burst(), seen: Step[] = []
    let now = 1000
    for (const [i, c] of [...code].entries()) {
      let { due } = b.character(c, i, field, undefined, (now += slow))
      for (; due !== undefined && due <= now + slow; due = seen.at(-1)!.due) seen.push(b.idle(Math.max(due, now)))
    }
    seen.push(b.terminator(code.length))
    expect([slow, ...raws(...seen)]).toEqual([slow, code])
    expect(seen.map((s) => s.typed).join('')).toBe('')
  }
})

test.each([1, 10, 80, gap])('a marked burst at %d ms a character is a scan at its terminator', (pace) => {
  const b = new Burst()
  const { steps, at } = type(b, milk, 1000, pace)
  expect(raws(...steps)).toEqual([])
  const end = b.terminator(at + 5)
  expect(end).toMatchObject({ scans: [{ raw: milk, arabic: false, at }], swallow: true, typed: '' })
  expect(b.terminator(at + 300).swallow).toBe(false)
})

test('without a terminator the scan is complete when nothing more comes, and a late Enter still belongs to it', () => {
  const b = new Burst()
  const { steps, at } = type(b, milk, 0, 10)
  expect(steps.at(-1)!.due).toBe(at + idle)
  expect(b.idle(at + idle - 1)).toMatchObject({ scans: [], due: at + idle })
  expect(raws(b.idle(at + idle))).toEqual([milk])
  expect(b.terminator(at + idle + 20).swallow).toBe(true)
})

test('a timer that was held up waits for what may have queued behind it', () => {
  const b = new Burst()
  const first = type(b, ']E06271', 0, 10)
  const held = b.idle(first.at + 400)
  expect(held.scans).toEqual([])
  const second = type(b, '100010013', first.at + 10, 10) // the events' own times
  expect(raws(b.idle(second.at + idle))).toEqual([milk])
})

test('half a code that was heard late is waited for, as long as its other half may take to be heard', () => {
  for (const field of [false, true]) {
    const b = new Burst()
    const first = type(b, ']E062711000', 0, 1, field)
    expect(b.idle(first.at + idle).due).toBe(first.at + stall)
    const now = first.at + stall + 500
    expect(b.idle(now)).toMatchObject({ scans: [], typed: '', due: now + stall })
    const second = type(b, '10013', first.at + 1, 1, field)
    expect(raws(b.terminator(second.at + 1))).toEqual([milk])
  }
})

test.each(['\r', '\n', '\r\n', '\t', ''])('a text that ends in %j is one scan without it', (end) => {
  expect(new Burst().text(milk + end, 0, false).scans).toMatchObject([{ raw: milk, ended: true }])
  expect(new Burst().text(milk + end, 0, true).scans).toMatchObject([{ raw: milk }])
})

test('two marked scans 50 ms apart are two, whatever ends them', () => {
  const enter = new Burst()
  const one = type(enter, milk, 0, 1)
  const first = enter.terminator(one.at + 1)
  const two = type(enter, rice, one.at + 50, 1)
  expect(raws(first, enter.terminator(two.at + 1))).toEqual([milk, rice])

  const bare = new Burst()
  const a = type(bare, milk, 0, 1)
  const z = type(bare, rice, a.at + 50, 1)
  expect(raws(bare.idle(z.at + idle))).toEqual([milk, rice])

  const whole = new Burst()
  expect(raws(whole.text(milk, 0, false), whole.text(rice, 50, false))).toEqual([milk, rice])
  expect(raws(whole.text(`${milk}\r\n${rice}\r`, 100, false))).toEqual([milk, rice])
})

// 13, 12 and 8 digits: each has a right check digit.
const milk13 = '6291003012341', sugar13 = '4006381333931', milk8 = '96385074', tea8 = '73513537'
const bare = (codes: string[], pace: number, between: number) => {
  const b = new Burst(), steps: Step[] = []
  let at = 0
  for (const code of codes) {
    const typed = type(b, code, at, pace)
    steps.push(...typed.steps)
    at = typed.at + between
  }
  return { scans: [...steps, b.flush()].flatMap((s) => s.scans), last: at - between }
}

test.each([
  [[milk13, sugar13], 5, 50], [['036000291452', '012345678905'], 5, 200], [[milk8, tea8], 5, 200], [[milk13, milk8], 10, 100], [[milk8, tea8, milk13], 5, 60],
  [[milk8, tea8], 80, 300], [['٩٦٣٨٥٠٧٤', '٧٣٥١٣٥٣٧'], 5, 60],
])('%j without identifier or terminator, at %d ms a character and %d ms apart, are as many scans', (codes, pace, between) => {
  const { scans, last } = bare(codes, pace, between)
  expect(scans.map((s) => s.raw)).toEqual(codes)
  expect(scans.at(-1)!.at).toBe(last)
  expect(scans[0]!.at).toBe((codes[0]!.length - 1) * pace) // each has its own instant
})

test('a number is torn neither where no pause stands out nor where a check digit is wrong', () => {
  for (const [codes, pace, between] of [[[milk8, tea8], 5, 5], [[milk8, '73513538'], 5, 50], [[milk8, tea8], 5, 30], [[milk8, tea8], 80, 110], [['9638507', '407351353'], 5, 60]] as const) {
    expect(bare([...codes], pace, between).scans.map((s) => s.raw)).toEqual([codes.join('')])
  }
})

test('a composite component does not end its number, nor text a QR code', () => {
  const composite = ']E06271100010013|]e01727123110AB', qr = ']Q1{"a":"]E0"}'
  expect(raws(new Burst().text(composite, 0, false))).toEqual([composite])
  expect(raws(new Burst().text(qr, 0, false))).toEqual([qr])
})

test('what a person types stays theirs', () => {
  const b = new Burst()
  expect(b.character('1', 0, false).scans).toEqual([])
  expect(b.character('2', 200, false)).toMatchObject({ scans: [], typed: '1' })
  expect(b.terminator(260)).toMatchObject({ scans: [], typed: '2', swallow: false })
  type(b, '1000', 1000, 100) // fast fingers on a number pad
  expect(b.terminator(1400)).toMatchObject({ scans: [], typed: '1000', swallow: false })
  expect(b.terminator(2000)).toMatchObject({ scans: [], typed: '', swallow: false })
})

test('in a field only a marked burst or a code is a scan', () => {
  for (const [text, scan] of [[milk, true], ['6271100010013', true], ['٦٢٧١١٠٠٠١٠٠١٣', true], ['حليب كامل', false], ['milk 1 litre', false], ['123456', false]] as const) {
    const b = new Burst()
    const { at } = type(b, text, 0, 20, true)
    expect(b.idle(at + idle).scans.length > 0, text).toBe(scan)
    expect(new Burst().text(text, 0, true).scans.length > 0, text).toBe(scan)
  }
})

test('short in-house codes are read where nobody types', () => {
  const b = new Burst()
  const { at } = type(b, '471', 0, 10)
  expect(raws(b.terminator(at))).toEqual(['471'])
})

test('the separator, as itself or by its substitute, only where GS1 data has it', () => {
  expect(raws(new Burst().text(']C1010627110001001310AB\x1d17271231', 0, false))).toEqual([']C1010627110001001310AB\x1d17271231'])
  expect(raws(new Burst().text(']C1010627110001001310AB^17271231', 0, false))).toEqual([']C1010627110001001310AB\x1d17271231'])
  expect(raws(new Burst().text('010627110001001310AB^17271231', 0, false))).toEqual(['010627110001001310AB\x1d17271231'])
  expect(raws(new Burst().text(']C0A^B-17', 0, false))).toEqual([']C0A^B-17'])
})

test('an Arabic layout is undone by the keys where they are named, and told in any case', () => {
  const arabic = 'د\u064f٠٦٢٧١١٠٠٠١٠٠١٣'
  const named = new Burst()
  type(named, arabic, 0, 10, false, milk)
  expect(named.flush().scans).toMatchObject([{ raw: milk, arabic: true }])
  const unnamed = new Burst()
  type(unnamed, arabic, 0, 10)
  expect(unnamed.flush().scans).toMatchObject([{ raw: arabic, arabic: true }])
  expect(new Burst().text('٦٢٧١١٠٠٠١٠٠١٣', 0, false).scans).toMatchObject([{ arabic: true }])
  expect(new Burst().text(']Q1حليب', 0, false).scans).toMatchObject([{ raw: ']Q1حليب', arabic: false }])
})

test('a composition replaces what it held and is whole when it rests', () => {
  const b = new Burst()
  b.composed(']E0627', 0, false)
  const step = b.composed(milk, 30, false)
  expect(step.due).toBe(30 + idle)
  expect(raws(b.idle(30 + idle))).toEqual([milk])
})

test('a marked burst that stutters is waited for, as long as it makes no sense yet', () => {
  const b = new Burst()
  const head = type(b, ']E0627', 0, 10)
  expect(b.idle(head.at + idle)).toMatchObject({ scans: [], due: head.at + stall })
  const tail = type(b, '1100010013', head.at + 300, 10)
  expect(raws(...tail.steps, b.idle(tail.at + idle))).toEqual([milk])

  const broken = type(b, ']E0627', 5000, 10)
  b.idle(broken.at + idle)
  expect(raws(b.idle(broken.at + stall))).toEqual([']E0627'])
})

test('a marked burst that stutters right behind a keyed number is waited for, too', () => {
  const b = new Burst()
  b.character('9', 0, false)
  expect(b.idle(idle).typed).toBe('9')
  const head = type(b, ']E0627', 380, 10)
  expect(b.idle(head.at + idle)).toMatchObject({ scans: [], due: head.at + stall })
  const tail = type(b, '1100010013', head.at + 300, 10)
  expect(b.terminator(tail.at + 5).scans).toMatchObject([{ raw: milk, front: 0 }])
})

test('half a code is never taken for a number that somebody keyed', () => {
  const b = new Burst()
  const head = type(b, '629', 0, 10)
  expect(b.idle(head.at + idle)).toMatchObject({ scans: [], typed: '' })
  const tail = type(b, '1296000025', head.at + 350, 10)
  expect(raws(...tail.steps, b.idle(tail.at + idle))).toEqual(['6291296000025'])
  expect(tail.steps.map((s) => s.typed).join('')).toBe('')
})

// A front of 11 digits is no code, and one in ten of 8 or 12 has a right check digit: "19" must not become a quantity.
test.each([10, 60, 100])('a bare code that stalls anywhere is never half a code and a number, at %d ms a character', (pace) => {
  for (const code of ['6271037000019', '6291003000006', '9638507400001', '0360002914523']) {
    for (let front = pace > 45 ? 6 : 2; front < code.length; front++) {
      const b = new Burst()
      const one = type(b, code.slice(0, front), 0, pace)
      const waited = [one.at + idle, one.at + idle + 60, one.at + 300].map((at) => b.idle(at))
      const two = type(b, code.slice(front), one.at + 320, pace)
      const steps = [...one.steps, ...waited, ...two.steps, b.terminator(two.at + 5)]
      expect([front, ...raws(...steps)]).toEqual([front, code])
      expect(steps.map((s) => s.typed).join('')).toBe('')
    }
  }
})

// The timer of a busy page fires late and before the keys that wait behind it: the first went out as a number somebody keyed.
test.each([20, gap, gap + 1, 250, patience])('a front that went out as typed is taken back, %d ms before the rest', (pause) => {
  for (const code of ['6281185000175', '6291003000003', '96385074', '036000291452']) {
    for (const front of [1, 2, 3]) {
      const b = new Burst()
      const one = type(b, code.slice(0, front), 0, 60)
      const late = b.idle(one.at + 4000), later = b.idle(one.at + 4100)
      expect(late.typed + later.typed).toBe(code.slice(0, front))
      const two = type(b, code.slice(front), one.at + pause, 10)
      const end = b.terminator(two.at + 5)
      expect(end).toMatchObject({ scans: [{ raw: code, front, at: two.at }], typed: '', swallow: true })
      expect(two.steps.map((s) => s.typed).join('')).toBe('')
    }
  }
})

test('a front that went out in pieces is taken back whole, without a terminator, too', () => {
  const b = new Burst()
  b.character('6', 0, false)
  b.expire(200)
  b.character('2', 200, false)
  expect(b.idle(300).typed + b.idle(400).typed).toBe('2')
  const rest = type(b, '81185000175', 500, 10)
  expect(b.idle(rest.at + idle).scans).toEqual([]) // eleven digits may be a front
  expect(b.idle(rest.at + patience).scans).toMatchObject([{ raw: '6281185000175', front: 2 }])
})

test('a label whose first letter went out is read whole', () => {
  const b = new Burst()
  b.character('A', 0, false)
  const rest = type(b, '-04-12', 300, 10)
  expect(b.terminator(rest.at).scans).toMatchObject([{ raw: 'A-04-12', front: 1 }])
})

test('a number keyed just before a scan stays a number', () => {
  for (const [keyed, code] of [['6', '6281185000175'], ['12', milk], ['24', '96385074'], ['5', '4711']] as const) {
    const b = new Burst()
    type(b, keyed, 0, 130)
    const scan = type(b, code, keyed.length * 130 + 200, 10)
    expect(b.terminator(scan.at).scans).toMatchObject([{ raw: code, front: 0 }])
  }
  const tapped = new Burst()
  tapped.character('6', 0, false)
  tapped.expire(200)
  tapped.forget() // the screen was touched
  const scan = type(tapped, '281185000175', 220, 10)
  expect(tapped.terminator(scan.at).scans).toMatchObject([{ raw: '281185000175', front: 0 }])
})

test('what could be whole goes on after any pause within a burst', () => {
  for (const front of [']C10106271100010013', '0106271100010013', ']C00123']) {
    const b = new Burst()
    const one = type(b, front, 0, 10)
    expect(b.idle(one.at + gap).scans).toEqual([])
    const two = type(b, '10AB', one.at + gap, 10)
    expect(raws(...two.steps, b.terminator(two.at + 5))).toEqual([front + '10AB'])
  }
})
