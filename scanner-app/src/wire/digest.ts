// The chain of digests over a stream's events: digest_n = SHA-256(digest_(n−1) ‖ bytes of event n), in hexadecimal.

export const zeroDigest = '0'.repeat(64)

const encoder = new TextEncoder()

/** Length in bytes of a text as it is sent. */
export const byteLength = (text: string) => encoder.encode(text).length

export function hex(bytes: Uint8Array): string {
  let s = ''
  for (const b of bytes) s += (b < 16 ? '0' : '') + b.toString(16)
  return s
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

/** The digest after one more event. Texts are hashed as UTF-8; they must hold no lone surrogates. */
export async function nextDigest(digest: string, event: string | Uint8Array): Promise<string> {
  const body = typeof event === 'string' ? encoder.encode(event) : event
  const all = new Uint8Array(32 + body.length)
  for (let i = 0; i < 32; i++) all[i] = parseInt(digest.slice(2 * i, 2 * i + 2), 16)
  all.set(body, 32)
  return sha256(all)
}
