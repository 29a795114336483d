// A websocket of text messages over node's http, for the tests against the real server.
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import type { Socket as Connection } from 'node:net'
import type { Socket } from '../src/sync/env'

export function websocket(url: string, protocols: string[]): Socket {
  const s: Socket = { onopen: null, onmessage: null, onclose: null, send, close }
  let connection: Connection | undefined
  let rest = Buffer.alloc(0)
  let parts: Buffer[] = []
  let ended = false

  const r = request(url.replace(/^ws/, 'http'), {
    headers: {
      Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      'Sec-WebSocket-Protocol': protocols.join(', '),
    },
  })
  r.on('upgrade', (_response, c, head) => {
    connection = c as Connection
    connection.on('data', take).on('close', () => end(1006)).on('error', () => end(1006))
    s.onopen?.()
    if (head.length) take(head)
  })
  r.on('response', (response) => {
    response.resume()
    end(1006)
  })
  r.on('error', () => end(1006))
  r.end()

  function end(code: number): void {
    if (ended) return
    ended = true
    connection?.destroy()
    s.onclose?.({ code })
  }

  function frame(opcode: number, payload: Buffer): void {
    const mask = randomBytes(4)
    const n = payload.length
    const head = n < 126 ? Buffer.from([0x80 | opcode, 0x80 | n]) : n < 65536 ? Buffer.from([0x80 | opcode, 0x80 | 126, n >> 8, n & 255])
      : Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | 127, 0, 0, 0, 0]), Buffer.from([n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255])])
    connection?.write(Buffer.concat([head, mask, payload.map((b, i) => b ^ mask[i % 4]!)]))
  }

  function send(text: string): void { frame(1, Buffer.from(text)) }
  function close(): void {
    if (connection && !ended) frame(8, Buffer.from([3, 232]))
    end(1000)
  }

  function take(data: Buffer): void {
    rest = Buffer.concat([rest, data])
    for (;;) {
      if (rest.length < 2) return
      let n = rest[1]! & 127
      let at = 2
      if (n === 126) [n, at] = [rest.length < 4 ? Infinity : rest.readUInt16BE(2), 4]
      else if (n === 127) [n, at] = [rest.length < 10 ? Infinity : Number(rest.readBigUInt64BE(2)), 10]
      if (rest.length < at + n) return
      const first = rest[0]!
      const payload = rest.subarray(at, at + n)
      rest = rest.subarray(at + n)
      const opcode = first & 15
      if (opcode === 8) return end(payload.length >= 2 ? payload.readUInt16BE(0) : 1005)
      if (opcode === 9) frame(10, payload)
      if (opcode > 2) continue
      parts.push(payload)
      if (first & 128) {
        const whole = Buffer.concat(parts).toString()
        parts = []
        s.onmessage?.({ data: whole })
      }
    }
  }
  return s
}
