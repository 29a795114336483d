// Reading the fields of a message's header. Errors are the keys of internal/wire.
import { byteLength } from './digest'

/** A message that breaks the protocol. */
export class FrameError extends Error {
  constructor(readonly key: string, detail = '') {
    super(detail ? `${key}: ${detail}` : key)
  }
}

export type Fields = Record<string, unknown>

export function fail(field: string): never {
  throw new FrameError('frame-field', field)
}

export function number(o: Fields, field: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
  const v = o[field]
  if (!Number.isSafeInteger(v) || (v as number) < least || (v as number) > most) fail(field)
  return v as number
}

export function text(o: Fields, field: string, least = 0, most = 4096): string {
  const v = o[field]
  if (typeof v !== 'string') fail(field)
  const length = byteLength(v)
  if (length < least || length > most) fail(field)
  return v
}

export function matching(o: Fields, field: string, shape: RegExp): string {
  const v = text(o, field)
  if (!shape.test(v)) fail(field)
  return v
}

/** Ids: 1 to 64 bytes, no control or format characters, no outer white space, no ~ in front. */
const idShape = /^(?![~\s])[^\p{Cc}\p{Cf}]*[^\p{Cc}\p{Cf}\s]$/u
export const epochShape = /^[A-Za-z0-9_-]{22}$/
export const digestShape = /^[0-9a-f]{64}$/i

export function id(o: Fields, field: string): string {
  if (!idShape.test(text(o, field, 1, 64))) fail(field)
  return o[field] as string
}

const absent = (v: unknown) => v === undefined || v === null

/** The field where it is there; absent and null are the same. */
export function optional<T>(o: Fields, field: string, read: () => T): Record<string, T> {
  return absent(o[field]) ? {} : { [field]: read() }
}

/** An optional text, which is absent when empty. */
export function optionalText(o: Fields, field: string, most: number): Record<string, string> {
  return absent(o[field]) || text(o, field, 0, most) === '' ? {} : { [field]: o[field] as string }
}

export function flag(o: Fields, field: string): Record<string, boolean> {
  if (!absent(o[field]) && typeof o[field] !== 'boolean') fail(field)
  return o[field] ? { [field]: true } : {}
}

export function list(o: Fields, field: string, most: number): unknown[] {
  const v = o[field]
  if (absent(v)) return []
  if (!Array.isArray(v) || v.length > most) fail(field)
  return v
}

export function isObject(v: unknown): v is Fields {
  return typeof v === 'object' && v !== null && !Array.isArray(v)
}

export function child(o: Fields, field: string): Fields {
  const v = o[field]
  if (!isObject(v)) fail(field)
  return v
}

/** The first line of a message. */
export function headerOf(line: string): Fields {
  let o: unknown
  try {
    o = JSON.parse(line)
  } catch {
    throw new FrameError('frame-unreadable')
  }
  if (!isObject(o)) throw new FrameError('frame-unreadable')
  return o
}
