// The body of what is recorded: the fields of internal/count's Event, in their order, as compact JSON. Whatever is
// written here stays readable forever: bytes are fixed when an event is stored.

export type EventKind = 'pass.opened' | 'observed' | 'reversed' | 'pass.closed' | 'moved' | 'clock'

/** What the caller says of an event. Instants are ms of the device's wall clock, quantities thousandths. */
export interface EventFields {
  kind: EventKind
  session: string
  /** Of an observation the last key's instant; default now. */
  at?: number | undefined
  pass?: string | undefined
  location?: string | undefined
  round?: number | undefined
  person?: string | undefined
  mode?: 'quantity' | 'each' | undefined
  assignment?: string | undefined
  continues?: string | undefined
  replaces?: string | undefined
  scanned_at?: number | undefined
  raw?: string | undefined
  code?: string | undefined
  item?: string | undefined
  pack?: number | undefined
  amount?: number | undefined
  unit?: string | undefined
  all_here?: boolean | undefined
  condition?: string | undefined
  lot?: string | undefined
  expiry?: string | undefined
  entry?: 'scan' | 'keyed' | 'search' | undefined
  undirected?: boolean | undefined
  note?: string | undefined
  /** Fils: the price on a label that says no weight, and the price of a base unit that weighed it. */
  price?: number | undefined
  unit_price?: number | undefined
  from?: string | undefined
  to?: string | undefined
  taken_at?: number | undefined
  photo?: string | undefined
  reverses?: string | undefined
  observations?: number | undefined
  quantity?: number | undefined
}

/** What the store adds. */
export interface Stamp {
  id: string
  at: number
  mono: number
  offset?: number | undefined
  rtt?: number | undefined
}

export type RecordedEvent = EventFields & Stamp & { v: 1 }

/** The greatest event that a server reads. */
export const maxEvent = 8 << 10

const order = [
  'pass', 'location', 'round', 'person', 'mode', 'assignment', 'continues', 'replaces', 'scanned_at', 'raw', 'code', 'item', 'pack', 'amount',
  'unit', 'all_here', 'condition', 'lot', 'expiry', 'entry', 'undirected', 'note', 'from', 'to', 'taken_at', 'photo', 'price', 'unit_price', 'reverses', 'observations', 'quantity',
] as const

/** What may be zero and then still says something. */
const meaningful = new Set<string>(['amount', 'observations', 'quantity'])

/** The bytes of an event, as text. JSON.stringify escapes lone surrogates, so that it is well-formed UTF-8 once encoded. */
export function eventBody(fields: EventFields, stamp: Stamp): string {
  const out: Record<string, unknown> = {
    v: 1, id: stamp.id, kind: fields.kind, session: fields.session, at: stamp.at, mono: stamp.mono, offset: stamp.offset,
    rtt: stamp.offset === undefined ? undefined : stamp.rtt,
  }
  for (const name of order) {
    const value = fields[name]
    if (value || (value === 0 && meaningful.has(name))) out[name] = value
  }
  return JSON.stringify(out)
}

/** 128 random bits as 22 characters of URL-safe base64, not beginning with a hyphen. */
export function randomId(random: (bytes: Uint8Array<ArrayBuffer>) => void): string {
  const bytes = new Uint8Array(16)
  for (;;) {
    random(bytes)
    const id = btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
    if (id[0] !== '-') return id
  }
}
