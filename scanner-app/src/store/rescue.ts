// Everything that lies here, as a text that a person can carry to the server: PROTOCOL.md, section 15. It reads the database and
// changes nothing, so that it works where the app itself does not: unpaired, revoked, failed, beside another tab.
import { openDB } from 'idb'
import { hex, sha256, zeroDigest } from '../wire/digest'
import { StoreFailed } from './failure'
import type { Database, DeviceState, EventRecord, Schema, StreamState } from './schema'

/** Everything that this device holds, to be carried to the server by hand. */
export interface Rescue {
  /** The file's name; it holds every event, the codes only those that no server has acknowledged. */
  name: string
  file: Blob
  /** Events in it, those among them that no server has acknowledged, and photos. */
  events: number
  unsent: number
  photos: number
  /** Photos for which it had no room: they stay on the device alone. */
  left: number
  /** What is to be shown as QR codes, in order; empty where it is too much for them. */
  codes: string[]
}

interface Held {
  stream: StreamState
  device: DeviceState
  events: EventRecord[]
  /** The digest that the first event of the present epoch among them follows; absent: nobody knows it any more. */
  prev: string | undefined
  photos: { hash: string; bytes: ArrayBuffer }[]
  left: number
}

const encoder = new TextEncoder()

/** The most that a server reads, in bytes. Events come first: of photos the oldest go in that have room behind them. */
const mostBytes = 64 << 20

/** Characters of one code, and how many codes anybody scans. */
const codeLength = 900
const mostCodes = 12

/** Makes the file, and the codes of what no server has acknowledged. */
export async function rescue(database: string, app: string, now: number, most = mostBytes): Promise<Rescue> {
  const held = await read(database, most)
  const sent = held.stream.base + held.stream.acked
  const unsent = held.events.filter((e) => e.n > sent)
  const few = unsent.length ? { ...held, events: unsent, prev: digestBefore(unsent[0]!, held.events, held.stream), photos: [] } : { ...held, photos: [] }
  const [file, short] = await Promise.all([text(held, app, now), text(few, app, now)])
  const called = held.device.name.replace(/[^\p{L}\p{N}-]+/gu, '-').replace(/^-+|-+$/g, '') || 'device'
  return {
    name: `jard-${called}-${new Date(now).toISOString().slice(0, 16).replace(/[:T]/g, '-')}.jsonl`, file: new Blob([file], { type: 'application/x-ndjson' }),
    events: held.events.length, unsent: unsent.length, photos: held.photos.length, left: held.left, codes: await codesOf(short),
  }
}

async function read(database: string, most: number): Promise<Held> {
  const db = await openDB<Schema>(database, undefined, { upgrade(_db, _from, _to, tx) { tx.done.catch(() => {}); tx.abort() } }).catch((e) => { // it is not there
    throw (e as Error).name === 'AbortError' ? new StoreFailed('nothing-held') : unread(e)
  }) as Database
  try {
    // One transaction: what another tab writes meanwhile is in all of it or in nothing of it.
    const tx = db.transaction((['state', 'events', 'photos', 'images'] as const).filter((name) => db.objectStoreNames.contains(name)))
    const state = <T>(key: string) => tx.objectStore('state').get(key) as Promise<T | undefined>
    const [stream, device, events] = await Promise.all([state<StreamState>('stream'), state<DeviceState>('device'), tx.objectStore('events').getAll()])
    if (!stream || !device || !events.length) throw new StoreFailed('nothing-held')
    const photos: Held['photos'] = []
    let left = 0
    if (db.objectStoreNames.contains('photos')) {
      let room = most - 8192 - events.reduce((sum, e) => sum + 160 + encoder.encode(JSON.stringify(e.body)).length, 0)
      const unsent = (await tx.objectStore('photos').getAll()).filter((p) => p.named && p.sentAt === undefined)
      for (const p of unsent.sort((a, b) => a.at - b.at)) {
        room -= 160 + Math.ceil(p.size / 3) * 4
        const image = room >= 0 ? await tx.objectStore('images').get(p.hash) : undefined
        if (image) photos.push(image)
        if (room < 0) left++
      }
    }
    const first = events.find((e) => e.n > stream.base)
    return { stream, device, events, photos, left, prev: first ? digestBefore(first, events, stream) : zeroDigest }
  } catch (e) {
    throw unread(e)
  } finally {
    db.close()
  }
}

const unread = (e: unknown) => (e instanceof StoreFailed ? e : new StoreFailed('storage-unread', { cause: e }))

/** Lines: what this is, the events, photos, and what proves that all of it is here and whose it is. No token is in it. */
async function text({ stream, device, events, photos, prev }: Held, app: string, now: number): Promise<string> {
  // A database that lost events in the middle has no chain to show: each event still speaks for itself.
  const present = events.filter((e) => e.n > stream.base)
  const whole = prev !== undefined && present.every((e, i) => e.n === present[0]!.n + i)
  const chain = whole ? present : [], earlier = whole ? events.filter((e) => e.n <= stream.base) : events
  const first = (chain[0]?.n ?? stream.base + 1) - stream.base
  const lines: unknown[] = [{
    t: 'rescue', v: 1, society: device.society.id, device: device.device, name: device.name, epoch: stream.epoch, ...(stream.succeeds ? { succeeds: stream.succeeds } : {}),
    incarnation: stream.incarnation, acked: stream.acked, first, prev: chain.length ? prev : zeroDigest, events: chain.length, earlier: earlier.length, photos: photos.length,
    app, time: now,
  }]
  for (const e of chain) lines.push({ seq: e.n - stream.base, digest: e.digest, event: e.body })
  for (const e of earlier) lines.push({ event: e.body })
  for (const p of photos) lines.push({ photo: p.hash, jpeg: base64(new Uint8Array(p.bytes)) })
  const all = lines.map((l) => JSON.stringify(l) + '\n').join('')
  const sum = await sha256(encoder.encode(all))
  return all + JSON.stringify({ end: lines.length, sha256: sum, mac: await mac(device.token, sum) }) + '\n'
}

/** What an event's digest was made from. */
function digestBefore(e: EventRecord, all: EventRecord[], { base, floor }: StreamState): string | undefined {
  if (e.n === base + 1) return zeroDigest
  return e.n === floor.n + 1 ? floor.digest : all.find((o) => o.n === e.n - 1)?.digest
}

/** What only the device and the server can make: the key is the token's hash, which is all that the server keeps of it. */
async function mac(token: string, sum: string): Promise<string> {
  const secret = await crypto.subtle.digest('SHA-256', encoder.encode(token))
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return hex(new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode('jard.rescue.v1\n' + sum))))
}

function base64(bytes: Uint8Array): string {
  let s = ''
  for (let i = 0; i < bytes.length; i += 8192) s += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(s)
}

/** The same text, compressed and cut to what QR codes hold: JARD1.sum.part.parts.data each. */
async function codesOf(text: string): Promise<string[]> {
  if (typeof CompressionStream === 'undefined' || text.length > 1 << 18) return []
  const zipped = await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
  const data = base64(new Uint8Array(zipped)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
  const parts = Math.ceil(data.length / codeLength)
  if (parts > mostCodes) return []
  const sum = (await sha256(new Uint8Array(zipped))).slice(0, 8)
  return Array.from({ length: parts }, (_, i) => `JARD1.${sum}.${i + 1}.${parts}.${data.slice(i * codeLength, (i + 1) * codeLength)}`)
}
