// What one person counts on in one session: its places and tasks, its catalogue, the passes, and the looking at them. What a
// scan or key does to them is Counting's.
import type { Scheme } from '../gs1/decode'
import { fold } from '../store/fold'
import type { CatalogueItem, PackRecord, PendingRecord, SessionRecord } from '../store/schema'
import { shown, type Catalogue } from './catalogue'
import { dayOf } from './day'
import { duties, type Duties } from './duty'
import { identify, type Identity, type Known } from './identify'
import type { Journal, Means } from './journal'
import { pendingOf, wantsLot } from './pending'
import { Refuse } from './refusal'
import type { Explained, Item, Pass, Place } from './types'
import type { Walk } from './walk'

export class Ground {
  duties: Duties = { places: [], tasks: [] }

  protected constructor(
    protected readonly means: Means, readonly pack: PackRecord, public session: SessionRecord, readonly catalogue: Catalogue,
    protected readonly schemes: readonly Scheme[], protected readonly person: string, protected readonly journal: Journal,
  ) {}

  get walk(): Walk | undefined { return this.journal.walk }

  protected async assign(): Promise<void> {
    this.duties = await this.catalogue.reading(() => duties(this.pack, this.session, this.person, this.journal.passes, this.catalogue))
  }

  async fed(session: SessionRecord): Promise<void> {
    this.session = session
    await this.assign()
  }

  protected place(location: string): Place {
    const found = this.duties.places.find((p) => p.location === location)
    if (!found) throw new Refuse('location-unknown')
    return found
  }

  /** The open pass as the screens see it. */
  view(ackedN: number): Pass | undefined {
    const { location } = this.walk?.record ?? {}
    if (!this.walk || location === undefined) return undefined
    const place = this.duties.places.find((p) => p.location === location) ?? {
      location, name: { en: location }, kind: 'floor', section: '', sectionName: {}, shared: false, undirected: true, state: 'open',
    }
    return this.walk.view(this.catalogue, place, ackedN, this.means.now())
  }

  readonly dayOf = dayOf

  async findItems(query: string, most: number): Promise<Item[]> { return (await this.catalogue.find(query, most)).map(shown) }

  findPlaces(query: string): Place[] {
    const words = fold(query).split(' ').filter(Boolean)
    return this.duties.places.filter((p) => {
      const text = fold([p.location, p.name.ar, p.name.en, p.sectionName.ar, p.sectionName.en].filter(Boolean).join(' '))
      return words.every((w) => text.includes(w))
    }).slice(0, 50)
  }

  /** Nothing is taken any more. */
  get over(): boolean {
    return this.session.state === 'sealed' || this.session.state === 'cancelled'
  }

  /** Throws why nothing new is counted. */
  mayOpen(): void {
    const { state } = this.session
    if (this.over) throw new Refuse('session-over')
    if (state !== 'open' && state !== 'unknown') throw new Refuse('session-closing')
  }

  /** The open pass, of a session that still takes something. */
  protected counting(): Walk {
    if (this.over) throw new Refuse('session-over')
    return this.journal.counting()
  }

  protected known(): Known {
    return { catalogue: this.catalogue, schemes: this.schemes, isLocation: (code) => this.pack.site.locations.some((l) => l.id === code) }
  }

  explain(raw: string): Explained | undefined {
    return this.catalogue.now(() => {
      const { what, code, id } = identify(raw, this.known()), item = what === 'item' ? this.catalogue.item(id!) : undefined
      return { what, code, ...(item ? { item: shown(item) } : {}) }
    })
  }

  protected pendingOf(id: Identity, raw: string, entry: PendingRecord['entry'], at: number): PendingRecord {
    const { record } = this.counting()
    const scope = this.pack.plan.scope.items
    const asked = (list: string[] | undefined) => !list?.length || (id.what === 'item' && list.includes(id.id!))
    return pendingOf(id, raw, entry, at, record.undirected || !asked(record.items) || !asked(scope))
  }

  protected item(p: PendingRecord): CatalogueItem | undefined { return p.item ? this.catalogue.item(p.item) : undefined }

  protected wantsLot(p: PendingRecord): boolean { return wantsLot(p, this.item(p)) }
}
