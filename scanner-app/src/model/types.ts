// What the screens see: a Model of signals, and actions that each say what came of them. Screens touch nothing behind it.
import type { ReadonlySignal } from '@preact/signals'
export { maxPhoto, maxSide } from '../store/photos'
import type { Rescue } from '../store/rescue'
import type { LinkState } from '../sync/sync'

export type { Rescue }

/** What a thing is called. Either may be missing, not both. */
export interface Name {
  ar?: string
  en?: string
}

/** Why something did not happen, and what to do about it, in both languages. Keys of the server come as they are. */
export interface Refusal {
  key: string
  ar: string
  en: string
}

/** The sound that answers a scan or a key: stored as expected; look at the screen; stored, but nobody knows the code. */
export type Sound = 'ok' | 'check' | 'unknown'

/**
 * What came of an action: refused says why nothing was stored. Where a question is the reason instead, it stands in the signal
 * question and the sound is 'check'. Sound is absent where silence is right.
 */
export interface Outcome {
  sound?: Sound
  refused?: Refusal
}

/** The longest note, characters. */
export const maxNote = 200

/** What a person says of goods besides how many; what is absent stays as it was, an empty text is none. Expiry as keyed: see dayOf. */
export interface Description {
  condition?: Condition | 'saleable'
  lot?: string
  expiry?: string
  /** At most maxNote characters. */
  note?: string
  /** Hash of a photo that is held here; empty takes it off. */
  photo?: string
}

/**
 * Starting: the database opens. Other-tab: another tab counts, this one shows why. Unpaired: no code was redeemed.
 * Signed-out: nobody is signed in. Ready: somebody is. Failed: the database cannot be used; failure says why.
 */
export type Phase = 'starting' | 'other-tab' | 'unpaired' | 'signed-out' | 'ready' | 'failed'

export type { LinkState }

export interface Link {
  state: LinkState
  /** Events recorded and not acknowledged. */
  unsent: number
  /** When the oldest of them was recorded, ms; absent when all is sent. */
  oldestUnsent?: number
  /** When the server last acknowledged or answered, ms. */
  lastContact?: number
  /** The server's version, once it said so. */
  server?: string
  /** What the server said last that a person should read. */
  notice?: Refusal
}

export interface Storage {
  /** Whether the browser promised not to evict; undefined where it cannot be asked. */
  persisted?: boolean
  /** Bytes. */
  used?: number
  quota?: number
  /** The last write failed: nothing more can be counted until there is space. */
  full: boolean
  /** What could be freed has been: counting goes on in the last reserve of room. */
  low?: boolean
  /** Events, parts of the catalogue of at most 1,000 items each, and the items of the largest catalogue that is held. */
  events?: number
  chunks?: number
  items?: number
  /** Photos: how many, their bytes, and how many the server has not yet. */
  photos?: { held: number; bytes: number; unsent: number; refused: number }
}

export interface Person {
  id: string
  name: Name
  /** Whether they may sign in without a network: the server let them in on this device lately. */
  proven?: boolean
}

export interface SessionOffer {
  session: string
  site: string
  name: Name
  state: SessionState
  blind: boolean
  round: number
  /** Whether this device holds its pack. */
  joined: boolean
}

export type SessionState = 'open' | 'closing' | 'sealed' | 'cancelled' | 'unknown'

/** The session that is being counted. */
export interface Session {
  session: string
  name: Name
  siteName: Name
  state: SessionState
  blind: boolean
  round: number
  /** Events of it that are not acknowledged, while it closes; the server has been told that nothing is left. */
  drained: boolean
}

export interface Download {
  session: string
  /** Chunks of the catalogue. */
  done: number
  total: number
  items: number
}

export interface Place {
  location: string
  name: Name
  kind: 'floor' | 'store' | 'cold' | 'receiving'
  section: string
  sectionName: Name
  shared: boolean
  /** Outside the session's scope or this person's assignment: counted all the same, and marked. */
  undirected: boolean
  /** Of this person on this device in this session. */
  state: 'none' | 'open' | 'closed'
}

export interface Task {
  /** Unique among tasks, for lists. */
  key: string
  assignment: string
  round: number
  place: Place
  /** What to look for; absent: everything at the location. */
  items?: Item[]
  /** Round 2 and later. */
  recount: boolean
  /** Nobody is named: anybody may. */
  anybody: boolean
  /** By when it should be done, ms. */
  due?: number
  state: 'none' | 'open' | 'closed'
}

export type Mode = 'quantity' | 'each'

export interface Item {
  id: string
  name: Name
  unit: 'piece' | 'kg' | 'litre' | 'metre'
  category?: string
  /** The first of its codes. */
  code?: string
}

/** How many base units are one of what is counted: thousandths. A single piece is 1000, a case of twelve 12000. */
export interface Pack {
  pack: number
  /** A code that bears it. */
  code?: string
}

/** Something counted at the location, or about to be. Quantities and amounts are thousandths. */
interface Seen {
  /** What was scanned, less AIM identifier and terminators; empty when the item was searched for. */
  code: string
  /** Absent: nobody knows the code. */
  item?: Item
  /** Base units in one of what is counted, thousandths. */
  pack: number
  /** When it was scanned or chosen, ms: with its code and item it is this one, whatever is said of it or keyed for it. */
  scannedAt: number
  lot?: string
  expiry?: string
  condition?: Condition
  /** The condition that the expiry day suggests, where none was said. */
  suggests?: Condition
  note?: string
  /** Hash of a photo. */
  photo?: string
  undirected: boolean
  /** The label's price made the weight: that price and the item's for a kilogram, fils. */
  price?: { price: number; unit: number }
}

export type Condition = 'damaged' | 'expired' | 'near-expiry'

export interface Entry extends Seen {
  id: string
  /** When, ms. */
  at: number
  /** How many of what is counted, thousandths. Quantity is that in base units. */
  amount: number
  quantity: number
  allHere: boolean
  /** Taken back; replaced: for another that stands in its place. */
  reversed: boolean
  replaced?: boolean
  /** It stands in the place of others: what stands again when it is undone, base units in thousandths. */
  restores?: number
  /** The server has it. */
  sent: boolean
}

/** Scanned and stored, and still without its number. */
export interface Pending extends Seen {
  /** What was keyed so far, Latin digits and at most one point; empty before the first key. */
  keyed: string
  /** That in base units, thousandths; absent while nothing is keyed. */
  quantity?: number
  /** What may be counted, the pack in use among them; one alone cannot be switched. */
  packs: Pack[]
  /** Whether decimals may be keyed. */
  decimals: boolean
  /** What stands of the same item at this location, in whatever lot or condition, base units in thousandths. */
  already: number
  /** How a second number for the same item is meant, once answered. */
  again?: 'replace' | 'add'
  /** Its lot and expiry must be said, or that none can be read, before it is recorded. */
  wantsLot: boolean
  /** The day before which its label says that it is best; absent where it says when it expires. */
  bestBefore?: string
  /** It takes the place of an entry. */
  corrects?: string
}

/** What must be answered before going on. Answers are the words that answer() takes; the first is the safe one. */
export type Question =
  /** The number of the pending item, before anything else. Key it and confirm, or discard it. Again: a scan was not taken for it. */
  | { kind: 'how-many'; answers: readonly ['discard']; again?: boolean }
  /** The item stands here already with so much of the same lot and condition (base units, thousandths). Zero adds nothing. */
  | { kind: 'again'; already: number; answers: readonly ('replace' | 'add' | 'discard')[] }
  /** So much was counted in the passes that this one adds to. Zero adds nothing, and takes nothing of it back. */
  | { kind: 'earlier'; already: number; answers: readonly ('discard' | 'add')[] }
  /**
   * The item needs its lot or expiry: describe() answers, or the same as that of its entry before (last), or that none can be read.
   * Again: a scan was not taken for it.
   */
  | { kind: 'lot'; last?: { lot?: string; expiry?: string }; answers: readonly ('change' | 'same' | 'none')[]; again?: boolean }
  /** So much is unusual (base units, thousandths): a second look. */
  | { kind: 'large'; quantity: number; answers: readonly ['change', 'accept'] }
  /** Reads like a GS1 code and breaks its rules: scan once more, or count it under what was read. */
  | { kind: 'invalid'; code: string; fault: string; answers: readonly ['again', 'count'] }
  /** The label of another location was scanned: close this pass and go there? */
  | { kind: 'leave'; to: Place; totals: Totals; answers: readonly ['stay', 'leave'] }
  /**
   * The same person has closed a pass here in this round: does this one add to it, or stand in its place? Totals are of all that
   * was added up so far; where that is more than one pass it cannot be replaced from here.
   */
  | { kind: 'second-pass'; place: Place; totals: Totals; answers: readonly ('cancel' | 'continue' | 'replace')[] }

export type Reply = Question['answers'][number]

export interface Totals {
  /** Observations that stand. */
  observations: number
  /** Different items, the unknown codes not among them. */
  items: number
  /** Base units, thousandths, of everything together, as the closing declares it: of pieces and kilos it is no number for a person. */
  quantity: number
  /** The same by the unit: what stands of it, thousandths. What nobody knows is pieces. */
  units: Partial<Record<Item['unit'], number>>
  /** Different codes that nobody knows. */
  unknown: number
  /** Of a task with a list: what of it was not met. It will count as zero. */
  missed: Item[]
}

export interface Pass {
  pass: string
  place: Place
  round: number
  recount: boolean
  mode: Mode
  openedAt: number
  /** Items to look for; absent: everything. */
  items?: Item[]
  /** Newest first, reversed ones too. */
  entries: Entry[]
  pending?: Pending
  /** Keyed before a scan: it multiplies the next one, or in mode each, confirmed, the last one; empty otherwise. */
  multiplier: string
  totals: Totals
  /** What stands in the passes that this one adds to; empty: it adds to none. */
  earlier: readonly Entry[]
}

/** Stock that its person carried, or carries, from one location to another. */
export interface Move {
  move: string
  /** In hand: not placed yet. */
  state: 'in-hand' | 'placed' | 'taken-back'
  from?: Place
  to?: Place
  /** In the order of taking; the last one is keyed now. */
  goods: Goods[]
  /** Of the first of it, ms. */
  takenAt?: number
  placedAt?: number
  /** The server has it. */
  sent: boolean
}

export interface Goods extends Pick<Pending, 'code' | 'item' | 'pack' | 'keyed' | 'quantity' | 'packs' | 'decimals' | 'lot' | 'expiry'> {}

export type Key = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '.' | 'back' | 'clear'

/** What a scan was taken for. */
export interface Scanned extends Outcome {
  what: 'item' | 'unknown-code' | 'location' | 'pairing' | 'nothing'
  /** The scan came through an Arabic keyboard and was recovered: say once that the device's layout should be mended. */
  arabicKeyboard?: boolean
  /** The trigger bounced: the same code again within so short a time that it is the same label; it was taken once. */
  bounced?: boolean
}

export interface Explained {
  what: 'item' | 'unknown' | 'location' | 'invalid'
  /** What it would be counted under. */
  code: string
  item?: Item
}

export interface Model {
  readonly phase: ReadonlySignal<Phase>
  /** Why the phase is failed. */
  readonly failure: ReadonlySignal<Refusal | undefined>
  readonly link: ReadonlySignal<Link>
  readonly storage: ReadonlySignal<Storage>
  /** Of the device, once paired. */
  readonly society: ReadonlySignal<Name | undefined>
  readonly deviceName: ReadonlySignal<string>
  /** What the server knows it by; empty before it is paired. */
  readonly deviceId: ReadonlySignal<string>
  readonly person: ReadonlySignal<Person | undefined>
  /** Who may sign in, as far as the packs held here name them. */
  readonly people: ReadonlySignal<Person[]>
  /** What the server offers, and what is joined already; the latter also offline. */
  readonly offers: ReadonlySignal<SessionOffer[]>
  readonly download: ReadonlySignal<Download | undefined>
  readonly session: ReadonlySignal<Session | undefined>
  /** This person's, undone first, recounts before others. */
  readonly tasks: ReadonlySignal<Task[]>
  readonly places: ReadonlySignal<Place[]>
  readonly pass: ReadonlySignal<Pass | undefined>
  readonly question: ReadonlySignal<Question | undefined>
  /** The move on the screen: scan, choose, key, switchPack and undo are about it. */
  readonly moving: ReadonlySignal<Move | undefined>
  /** This person's in the session: what is in hand first, then the newest first. */
  readonly moves: ReadonlySignal<Move[]>
  /** The mode that the next pass is opened in. */
  readonly mode: ReadonlySignal<Mode>

  /** Redeems a pairing code, or a link that ends in #pair=CODE. Needs a network. Name is what the device calls itself. */
  pair(code: string, name: string): Promise<Outcome>
  /**
   * Asks the server; where it does not answer, who was let in on this device lately is let in by what is kept here (DESIGN.md, PINs
   * without a network). On success the phase is ready, and the session last counted on this device is open again. */
  signIn(person: string, pin: string): Promise<Outcome>
  /** Refused over a pending item. An open pass waits for its person. */
  signOut(): Promise<Outcome>
  /** Asks the server what may be joined. */
  refreshOffers(): Promise<Outcome>
  /** Downloads what is missing of the pack and catalogue, and opens the session. Of one held already it needs no network. */
  join(session: string): Promise<Outcome>
  /** Back to the list of sessions. */
  leaveSession(): Promise<Outcome>

  /** Opens a pass; an open one of this person is shown again. May put the question second-pass. */
  openPass(location: string, task?: Task): Promise<Outcome>
  /** For the next pass; of the present one as long as nothing was counted in it. */
  setMode(mode: Mode): Promise<Outcome>
  /**
   * One scan as the imager gave it, or a code keyed by hand. It is answered when it is stored: only then comes the sound.
   * It may pair, open or change the location, or count. At is when its last character came, ms; without it, now. Keyed says
   * how many of its first characters were taken for keys before it was known to be a scan: what they keyed is taken back. Zero: the item
   * was looked for, and none of it is here.
   */
  scan(raw: string, entry?: 'scan' | 'keyed', at?: number, keyed?: number, zero?: boolean): Promise<Scanned>
  /** An item that was searched for, as if it had been scanned. */
  choose(item: string): Promise<Scanned>
  key(key: Key): Promise<Outcome>
  /** The next of the pending item's packs. */
  switchPack(): Promise<Outcome>
  /** A photo as a JPEG of at most maxPhoto bytes; undefined takes it off. Of what describe describes. */
  setPhoto(jpeg: ArrayBuffer | undefined, of?: Pending | Entry): Promise<Outcome>
  /** A photo held here, by its hash. */
  photo(hash: string): Promise<Blob | undefined>
  /**
   * Of these goods as the screen showed them, whether they still wait for their number or are an entry by now, which is taken back and
   * recorded anew as it was said; refused where they are gone. Without them, of the pending item, else of the newest entry.
   */
  describe(said: Description, of?: Pending | Entry): Promise<Outcome>
  /** The day that was keyed (DDMMYY, MMYY and the like), YYYY-MM-DD; undefined while it is none. */
  dayOf(typed: string): string | undefined
  /**
   * The pending item's number is what was keyed, and all of it that is here. Nothing keyed: asks how many. Nothing pending, in mode
   * each: the newest entry was so many.
   */
  confirm(): Promise<Outcome>
  /** The entry is counted anew: it is pending again, and recorded in its place once it has its number; refused where it is gone. */
  countAnew(of: Entry): Promise<Outcome>
  /** Looked, none there: of the pending item, or of the one named. */
  zero(item?: string): Promise<Outcome>
  /** Discards the pending item, or takes back an entry: what was taken back for it stands again. Of what describe describes. */
  undo(of?: Pending | Entry): Promise<Outcome>
  answer(reply: Reply): Promise<Outcome>
  /** Closes the pass with its totals, after they were shown. Refused over a pending item or a question. */
  closePass(): Promise<Outcome>

  /** Puts a move on the screen: the one named, else one in hand, else a new one from the open pass's location. */
  beginMove(move?: string): Promise<Outcome>
  /** Leaves it: what was taken stays in hand. */
  leaveMove(): Promise<Outcome>
  /** A location whose label cannot be scanned: where the goods come from, or once some were taken, where they go. */
  moveAt(location: string): Promise<Outcome>
  /** All of it was placed at its destination. */
  placeMove(): Promise<Outcome>
  /** A placed move did not happen as it was recorded. */
  takeBackMove(move: string): Promise<Outcome>

  /** What a scan would be taken for in the session that is open; undefined also while that is being read. Counts nothing. */
  explain(raw: string): Explained | undefined
  /** What labels of scales mean in that session's society, as the server writes it. */
  schemes(): readonly string[]
  /** At most so many, 20 unless told, best first; letters folded. Empty for an empty query. */
  findItems(query: string, most?: number): Promise<Item[]>
  findPlaces(query: string): Place[]
  syncNow(): Promise<void>
  /**
   * Whatever state the app is in, as long as the database can be read: also unpaired, revoked, failed, or while another tab counts.
   * It throws a Refusal.
   */
  rescue(): Promise<Rescue>
  /** Ends timers, socket and database. */
  stop(): Promise<void>
}
