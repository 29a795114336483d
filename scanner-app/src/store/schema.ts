// The one database: what is kept, and under which keys. Changes are additive: a later version opens an earlier one's.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { SessionState, WireTask } from '../wire/frame'
import type { ChunkRecord, CodesRecord, IndexRecord, PlainChunk } from './chunk'

export interface Name {
  ar?: string
  en?: string
}

/**
 * One event. n counts everything ever recorded here and never changes; the seq of the present epoch is n − base. Body and
 * id are fixed; the digest is rewritten only by a new epoch.
 */
export interface EventRecord {
  n: number
  id: string
  body: string
  digest: string
  session: string
  kind: string
  at: number
  pass?: string
}

/** What was scanned and has no number yet. It is no event: an event says how much. */
export interface PendingRecord {
  raw: string
  code: string
  entry: 'scan' | 'keyed' | 'search'
  scannedAt: number
  /** When the last key was pressed, ms. */
  keyedAt: number
  keyed: string
  item?: string
  pack: number
  lot?: string
  expiry?: string
  /** What its label says instead of an expiry: offered where one is asked for, and never taken for one unasked. */
  bestBefore?: string
  condition?: 'damaged' | 'expired' | 'near-expiry'
  note?: string
  /** Of a photo. */
  photo?: string
  undirected: boolean
  again?: 'ask' | 'replace' | 'add'
  /** Lot and expiry were asked for: entered, or not readable. */
  lotSaid?: boolean
  /** The entry whose place it takes. */
  corrects?: string
  /** One scan of several: never all that is here. */
  part?: boolean
  /** Keyed before the scan: the first digit after it begins anew. */
  early?: boolean
  /** Of a label weighed by its price: that price and the item's, fils. */
  price?: number
  unitPrice?: number
}

export interface PassRecord {
  pass: string
  session: string
  location: string
  round: number
  person: string
  mode: 'quantity' | 'each'
  assignment: string
  /** The pass that it adds to, or that it stands in the place of. */
  continues?: string
  replaces?: string
  /** What the task names; absent: all of the location. */
  items?: string[]
  undirected: boolean
  openedAt: number
  closed: boolean
  /** What stands: its number and quantity in thousandths. */
  observations: number
  quantity: number
  pending?: PendingRecord
  multiplier: string
}

/** Goods carried from one location to another: in hand until the last of it is placed, then events. */
export interface MoveRecord {
  move: string
  session: string
  person: string
  from: string
  goods: GoodsRecord[]
  /** Where it goes, once that was scanned. */
  to?: string
  /** When it was placed and recorded, ms. */
  placedAt?: number
}

export interface GoodsRecord extends Pick<PendingRecord, 'raw' | 'code' | 'entry' | 'keyed' | 'item' | 'pack' | 'lot' | 'expiry' | 'early'> {
  /** When it was taken, ms. */
  takenAt: number
  /** Of the event that tells of it, and its place among all. */
  event?: string
  n?: number
  /** Taken back. */
  reversed?: boolean
}

/** A photo of what was counted; its bytes lie under the same hash in images. It may be let go of like the event that names it. */
export interface PhotoRecord {
  /** SHA-256 of the bytes, in hexadecimal. */
  hash: string
  session: string
  /** When it was taken, ms. */
  at: number
  size: number
  /** An event names it. Until then it goes with what is pending. */
  named: boolean
  /** n of the last event when the server confirmed it: a backup that holds the next one holds the photo. Absent: not sent. */
  sentAt?: number
  /** The server does not take it. */
  refused?: string
}

export interface Location {
  id: string
  name: Name
  section: string
  kind: 'floor' | 'store' | 'cold' | 'receiving'
  shared?: boolean
}

export interface CatalogueItem {
  id: string
  name: Name
  unit: 'piece' | 'kg' | 'litre' | 'metre'
  category?: string
  barcodes?: { code: string; pack: number; kind?: 'gtin' | 'local' | 'variable' }[]
  lots?: boolean
  supply?: boolean
  /** What a base unit is sold for, fils. */
  price?: number
}

/** The pack of a session as the server gave it, but for its tasks. */
export interface PackRecord {
  session: string
  site: { id: string; name: Name; kind: string; sections: { id: string; name: Name; custodian: Name }[]; locations: Location[] }
  plan: { kind: string; blind: boolean; name: Name; due?: string; scope: { sections?: string[]; locations?: string[]; items?: string[] } }
  catalogue: { items: number; chunks: string[] }
  schemes: string[]
  people: { id: string; name: Name }[]
}

/** The latest feed of a session, and how far this device is with it. */
export interface SessionRecord {
  session: string
  cursor: string
  state: SessionState | (string & {})
  round: number
  tasks: WireTask[]
  /** The server has confirmed that nothing is left. */
  drained: boolean
  /** When a feed said sealed or cancelled, ms; 0 before. */
  overAt: number
  /** When it was first seen to be over by the server's measured time, ms: the 30 days for which things are kept begin then. */
  keptFrom?: number
}

export interface StreamState {
  epoch: string
  succeeds: string
  /** n of the last event that lies in earlier epochs alone. */
  base: number
  /** The last mark verified in this epoch, under the incarnation. */
  acked: number
  /** n and digest of the last event that was deleted, or of base: what the chain starts from. */
  floor: { n: number; digest: string }
  incarnation: string
  safeThrough?: number
}

export interface DeviceState {
  device: string
  token: string
  name: string
  society: { id: string; name: Name }
}

export interface Contact {
  offset: number
  rtt: number
  /** When, ms of the device's clock; earlier versions did not say. */
  at?: number
}

/** Single values, each under its own key. */
export interface States {
  stream: StreamState
  device: DeviceState
  contact: Contact
  /** Sessions with observations that no clock event follows yet. */
  unmeasured: string[]
  /** Who counts now. */
  person: { id: string; name: Name }
  /** Who signed in here, ever. */
  people: { id: string; name: Name }[]
  /** The session on the screen. */
  current: string
  /** Of the catalogue read last. */
  index: IndexRecord
  codes: CodesRecord
  mode: 'quantity' | 'each'
  moves: MoveRecord[]
  /** What proves a PIN without a network. */
  verifiers: VerifierRecord[]
}

/** Proves the PIN of somebody who signed in here with the network. See pin.ts. */
export interface VerifierRecord {
  person: string
  name: Name
  /** When the server last took the PIN, ms. */
  at: number
  rounds: number
  /** Random bytes, and what was derived, in hexadecimal. */
  salt: string
  derived: string
  /** Wrong PINs in a row. */
  wrong: number
}

export interface Schema extends DBSchema {
  events: { key: number; value: EventRecord; indexes: { pass: string } }
  passes: { key: string; value: PassRecord; indexes: { session: string } }
  chunks: { key: string; value: ChunkRecord | PlainChunk }
  packs: { key: string; value: PackRecord }
  sessions: { key: string; value: SessionRecord }
  state: { key: string; value: unknown }
  photos: { key: string; value: PhotoRecord }
  images: { key: string; value: { hash: string; bytes: ArrayBuffer } }
}

export type Database = IDBPDatabase<Schema>

/** Of what is kept. An app opens every earlier version, and leaves what is in it as it is. */
export const databaseVersion = 2

/** Closed is called when it was closed for a tab that has a later version of it, terminated when the browser closed it by itself. */
export function openDatabase(name: string, closed: () => void, terminated: () => void): Promise<Database> {
  return openDB<Schema>(name, databaseVersion, {
    upgrade(db, from) {
      if (from < 1) {
        db.createObjectStore('events', { keyPath: 'n' }).createIndex('pass', 'pass')
        db.createObjectStore('passes', { keyPath: 'pass' }).createIndex('session', 'session')
        db.createObjectStore('chunks', { keyPath: 'hash' })
        db.createObjectStore('packs', { keyPath: 'session' })
        db.createObjectStore('sessions', { keyPath: 'session' })
        db.createObjectStore('state')
      }
      if (from < 2) {
        db.createObjectStore('photos', { keyPath: 'hash' })
        db.createObjectStore('images', { keyPath: 'hash' })
      }
    },
    blocking(_from, _to, event) {
      ;(event.target as IDBDatabase).close()
      closed()
    },
    terminated,
  })
}
