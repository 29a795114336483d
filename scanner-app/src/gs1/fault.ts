// Why a scan is invalid. The twin of internal/gs1/fault.go.

export type Reason =
  | 'empty' | 'too-long' | 'bad-length' | 'bad-character' | 'bad-check-digit' | 'bad-verifier' | 'bad-upc-e' | 'unknown-ai'
  | 'truncated' | 'missing-separator' | 'bad-date' | 'bad-value' | 'conflict' | 'bad-escape'

/** What makes a scan invalid: thrown while it is read, caught by decode. */
export class Fault {
  /** ai is the identifier concerned or ''; at the first character concerned, counted from 1, or 0 without a place. */
  constructor(readonly reason: Reason, readonly ai = '', readonly at = 0) {}

  toString(): string {
    return this.reason + (this.ai && ` (${this.ai})`) + (this.at ? ` at ${this.at}` : '')
  }
}

/**
 * A fault about the character that begins at byte i of text, UTF-8 bytes as characters. Characters are counted, not
 * bytes, so that the place is the same before and after digits are folded.
 */
export function faultAt(reason: Reason, ai: string, text: string, i: number): Fault {
  return new Fault(reason, ai, text.slice(0, i).replace(/[\x80-\xbf]/g, '').length + 1)
}
