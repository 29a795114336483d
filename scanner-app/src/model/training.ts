// Training: the real counting on a shelf that does not exist. What it records stays in memory and ends with it: nothing here
// knows the database or the network, and what the screens see is a Model as any other.
import { signal } from '@preact/signals'
import { eventBody, randomId, type EventFields, type EventKind } from '../store/event'
import type { CatalogueItem, EventRecord, PackRecord, PassRecord, SessionRecord, States } from '../store/schema'
import { sha256 } from '../wire/digest'
import { Catalogue, Counting, Moving } from './floor'
import type { CountStore } from './journal'
import { Refuse, refusalOf } from './refusal'
import { Shift } from './shift'
import type { Download, Link, Model, Name, Outcome, Person, Phase, Refusal, Rescue, Session, SessionOffer, Storage } from './types'

/** What there is to practise, in the order in which it is suggested. */
export const steps = ['open', 'count', 'weigh', 'unknown', 'undo', 'close'] as const
export type Step = (typeof steps)[number]

/** What a reader would read on the shelf, where a step begins with a scan. Codes under 952 belong to nothing on sale. */
export const labels: Partial<Record<Step, string>> = { open: 'TRAINING-1', count: '9520001000010', weigh: '9520001000027', unknown: '9520001000096' }

const items: CatalogueItem[] = [
  {
    id: 'training-milk', name: { ar: 'حليب كامل الدسم 1 لتر (للتدريب)', en: 'Full cream milk 1 litre (training)' }, unit: 'piece',
    barcodes: [{ code: '9520001000010', pack: 1000, kind: 'gtin' }, { code: '19520001000017', pack: 12000, kind: 'gtin' }],
  },
  { id: 'training-dates', name: { ar: 'تمر خلاص بالوزن (للتدريب)', en: 'Khalas dates by weight (training)' }, unit: 'kg', barcodes: [{ code: '9520001000027', pack: 1000, kind: 'gtin' }] },
  { id: 'training-rice', name: { ar: 'أرز بسمتي 5 كجم (للتدريب)', en: 'Basmati rice 5 kg (training)' }, unit: 'piece', barcodes: [{ code: '9520001000034', pack: 1000, kind: 'gtin' }] },
]

const session = 'training'
const name: Name = { ar: 'جلسة تدريب', en: 'Training session' }
const trainee: Person = { id: 'trainee', name: { ar: 'المتدرّب', en: 'Trainee' } }

const pack: PackRecord = {
  session, schemes: [], people: [trainee], catalogue: { items: items.length, chunks: [] },
  site: {
    id: session, name: { ar: 'مكان للتدريب', en: 'A place for training' }, kind: 'market', sections: [{ id: session, name: { ar: 'عهدة التدريب', en: 'Training' }, custodian: trainee.name }],
    locations: [{ id: labels.open!, name: { ar: 'رف التدريب', en: 'Training shelf' }, section: session, kind: 'floor' }],
  },
  plan: { kind: 'partial', blind: true, name, scope: {} },
}

const record: SessionRecord = { session, cursor: '', state: 'open', round: 1, tasks: [{ assignment: session, location: labels.open!, round: 1 }], drained: false, overAt: 0 }

/** What training takes from the device: its clock in ms, its chance, and who holds it. */
export interface Trainer {
  now(): number
  random(bytes: Uint8Array<ArrayBuffer>): void
  person?: Person | undefined
  deviceName: string
}

/** Events and passes in memory. */
class Memory implements CountStore {
  private readonly events: EventRecord[] = []
  private readonly kept = new Map<string, PassRecord>()
  private readonly state: { [K in keyof States]?: States[K] | undefined } = {}

  constructor(private readonly of: Trainer, private readonly recorded: (fields: EventFields) => void) {}

  async record(fields: EventFields[], pass?: PassRecord, moves?: Parameters<CountStore['record']>[2]): ReturnType<CountStore['record']> {
    const mono = this.events.length // no two acts at once
    const events = fields.map((f) => {
      const stamp = { id: randomId(this.of.random), at: f.at ?? this.of.now(), mono }
      const n = this.events.length + 1
      this.events.push({ n, id: stamp.id, body: eventBody(f, stamp), digest: '', session, kind: f.kind, at: stamp.at, ...(f.pass ? { pass: f.pass } : {}) })
      return { v: 1 as const, ...f, ...stamp, n }
    })
    if (pass) this.kept.set(pass.pass, pass)
    if (moves) this.state.moves = moves(events)
    fields.forEach(this.recorded)
    return events
  }

  async putPass(pass: PassRecord): Promise<void> { this.kept.set(pass.pass, pass) }
  async passes(): Promise<PassRecord[]> { return [...this.kept.values()] }
  async sessions(): Promise<SessionRecord[]> { return [record] }
  async get<K extends keyof States>(key: K): Promise<States[K] | undefined> { return this.state[key] }
  async put<K extends keyof States>(key: K, value: States[K] | undefined): Promise<void> { this.state[key] = value }
  async passEvents(pass: string): Promise<EventRecord[]> { return this.events.filter((e) => e.pass === pass) }
}

/** The step that an event of this kind completes. */
function stepOf({ kind, item }: EventFields): Step | undefined {
  const plain: Partial<Record<EventKind, Step>> = { 'pass.opened': 'open', reversed: 'undo', 'pass.closed': 'close' }
  if (kind !== 'observed') return plain[kind]
  return item === undefined ? 'unknown' : item === 'training-dates' ? 'weigh' : 'count'
}

export class Training extends Shift implements Model {
  readonly phase = signal<Phase>('ready')
  readonly failure = signal<Refusal | undefined>(undefined)
  readonly link = signal<Link>({ state: 'online', unsent: 0 })
  readonly storage = signal<Storage>({ full: false })
  readonly society = signal<Name | undefined>(name)
  readonly deviceName
  readonly deviceId = signal('')
  readonly person
  readonly people = signal<Person[]>([])
  readonly offers = signal<SessionOffer[]>([])
  readonly download = signal<Download | undefined>(undefined)
  readonly session = signal<Session | undefined>({ session, name, siteName: pack.site.name, state: 'open', blind: true, round: 1, drained: false })
  /** What was done at least once. */
  readonly practised = signal<ReadonlySet<Step>>(new Set())

  private queue: Promise<unknown>

  constructor(private readonly of: Trainer) {
    super()
    this.deviceName = signal(of.deviceName)
    this.person = signal<Person | undefined>(of.person ?? trainee)
    this.queue = this.open()
    void this.act(async () => ({}), {})
  }

  private async open(): Promise<void> {
    const catalogue = Catalogue.of(items)
    const store = new Memory(this.of, (fields) => {
      const step = stepOf(fields)
      if (step) this.practised.value = new Set([...this.practised.value, step])
    })
    const means = { store, now: this.of.now, random: this.of.random }
    const { id } = this.person.value!
    this.counting = await Counting.open(means, pack, record, catalogue, [], id)
    this.carrying = await Moving.load(means, pack, catalogue, [], id)
  }

  protected act<T extends Outcome>(f: () => Promise<T>, refused: Omit<T, keyof Outcome>): Promise<T> {
    const run = this.queue.then(async () => {
      try {
        return await f()
      } catch (e) {
        return { ...refused, sound: 'check', refused: refusalOf(e) } as T
      } finally {
        this.show(0)
      }
    })
    this.queue = run
    return run
  }

  protected now(): number { return this.of.now() }
  protected idle(): Refuse { return new Refuse('no-session') }
  protected mayOpenPass(): void {}
  protected async keepMode(): Promise<void> {}

  private readonly photos = new Map<string, Blob>()

  protected async keepPhoto(jpeg: ArrayBuffer): Promise<string> {
    const hash = await sha256(new Uint8Array(jpeg))
    this.photos.set(hash, new Blob([jpeg], { type: 'image/jpeg' }))
    return hash
  }

  async photo(hash: string): Promise<Blob | undefined> { return this.photos.get(hash) }

  private refuse(): Promise<Outcome> { return this.act(async () => { throw new Refuse('training') }, {}) }

  pair(): Promise<Outcome> { return this.refuse() }
  signIn(): Promise<Outcome> { return this.refuse() }
  signOut(): Promise<Outcome> { return this.refuse() }
  join(): Promise<Outcome> { return this.refuse() }
  leaveSession(): Promise<Outcome> { return this.refuse() }
  async refreshOffers(): Promise<Outcome> { return {} }

  async syncNow(): Promise<void> {}
  rescue(): Promise<Rescue> { return Promise.reject(refusalOf(new Refuse('training'))) }
  async stop(): Promise<void> { await this.queue }
}
