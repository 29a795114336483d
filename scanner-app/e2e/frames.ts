// The websocket frames in what a browser sends: found and read, never changed.

const headEnds = Buffer.from('\r\n\r\n')

/** One frame as it came, and what its mask hid. */
export interface Seen {
  bytes: Buffer
  text: string
}

export class Frames {
  private held = Buffer.alloc(0)
  private upgraded = false

  /** Takes what came; the text frames that are whole now. Of a connection that is no websocket, none. */
  take(data: Buffer): Seen[] {
    this.held = Buffer.concat([this.held, data])
    if (!this.upgraded) {
      const end = this.held.indexOf(headEnds)
      if (end < 0) return []
      const head = this.held.subarray(0, end).toString('latin1')
      this.held = this.held.subarray(end + headEnds.length)
      this.upgraded = /^upgrade:\s*websocket/im.test(head)
    }
    if (!this.upgraded) {
      this.held = Buffer.alloc(0)
      return []
    }
    const found: Seen[] = []
    for (let frame = this.next(); frame; frame = this.next()) if ((frame.bytes[0]! & 0x0f) === 1) found.push(frame)
    return found
  }

  /** How many bytes of a frame that is not whole came last. */
  get rest(): number {
    return this.upgraded ? this.held.length : 0
  }

  private next(): Seen | undefined {
    const b = this.held
    if (b.length < 2) return undefined
    const short = b[1]! & 0x7f, masked = (b[1]! & 0x80) !== 0
    const at = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0), body = at + (masked ? 4 : 0)
    if (b.length < body) return undefined
    const size = short === 126 ? b.readUInt16BE(2) : short === 127 ? Number(b.readBigUInt64BE(2)) : short
    if (b.length < body + size) return undefined
    const bytes = Buffer.from(b.subarray(0, body + size)), text = Buffer.from(b.subarray(body, body + size))
    if (masked) for (let i = 0; i < size; i++) text[i]! ^= b[at + (i & 3)]!
    this.held = b.subarray(body + size)
    return { bytes, text: text.toString('utf8') }
  }
}
