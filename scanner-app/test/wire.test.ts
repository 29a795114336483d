// The codec against the golden frames that Go's tests read too.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { nextDigest, zeroDigest } from '../src/wire/digest'
import { encode, type Push } from '../src/wire/frame'
import { FrameError } from '../src/wire/fields'
import { parse } from '../src/wire/parse'
import { parseAsked } from './asked'

const folder = new URL('../../internal/wire/testdata/', import.meta.url)
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))

interface Golden {
  from: 'device' | 'server'
  message?: string
  message_base64?: string
  canonical?: boolean
  frame?: { t: string; n?: number }
  error?: string
}

/** Found in bytes that no text of JavaScript can hold, or in a number's spelling, which JSON.parse does not tell: only the
 * server can see them, and both are in frames of devices. */
const notHere = new Set(['bad-utf8.json', 'bad-exponent.json'])

/** What a receiver of the events would compute. */
async function chained(p: Push) {
  let digest = p.prev
  for (const e of p.events) digest = await nextDigest(digest, e)
  return digest
}

describe('golden frames', () => {
  const seen = new Set<string>()
  const files = readdirSync(folder).filter((f) => f.endsWith('.json') && f !== 'digest-chain.json' && !notHere.has(f))
  it.each(files)('%s', async (file) => {
    const g = read(file) as Golden
    const parsed = g.from === 'server' ? parse : parseAsked
    if (g.error === 'frame-digest') {
      const p = parsed(g.message!) as Push
      expect(await chained(p)).not.toBe(p.digest)
    } else if (g.error) {
      expect(() => parsed(g.message!)).toThrow(FrameError)
      expect(() => parsed(g.message!)).toThrow(new RegExp(`^${g.error}`))
    } else {
      const f = parsed(g.message!)
      seen.add(f.t)
      const { n, ...fields } = g.frame!
      expect(f).toEqual(fields)
      if (f.t === 'push') {
        expect(f.events.length).toBe(n)
        expect(await chained(f)).toBe(f.digest)
      }
      if (g.canonical) expect(encode(f)).toBe(g.message)
    }
  })
  it('covers every frame', () => {
    expect([...seen].sort()).toEqual(['ack', 'busy', 'bye', 'drained', 'feed', 'fence', 'hello', 'mark', 'ping', 'pong', 'push', 'welcome'])
  })
})

it('chains digests as Go does', async () => {
  let digest = zeroDigest
  const { chain } = read('digest-chain.json') as { chain: { event?: string; event_base64?: string; digest: string }[] }
  expect(chain.length).toBeGreaterThan(3)
  for (const link of chain) {
    const event = link.event ?? new Uint8Array(Buffer.from(link.event_base64!, 'base64'))
    expect((digest = await nextDigest(digest, event))).toBe(link.digest)
  }
})
