// What there is to count and where: a session's places, and its tasks as they concern one person.
import type { PackRecord, PassRecord, SessionRecord } from '../store/schema'
import type { WireTask } from '../wire/frame'
import { shown, type Catalogue } from './catalogue'
import type { Place, Task } from './types'

export interface Duties {
  places: Place[]
  tasks: Task[]
}

/** Where a person's passes over a location stand, those of one task or of all. */
function stateOf(passes: PassRecord[], location: string, task?: WireTask): 'none' | 'open' | 'closed' {
  let state: 'none' | 'open' | 'closed' = 'none'
  for (const p of passes) {
    if (p.location !== location || (task && (p.round !== task.round || p.assignment !== task.assignment))) continue
    if (!p.closed) return 'open'
    state = 'closed'
  }
  return state
}

/** Whether a task falls to a person: by name, or to anybody; a recount of nobody's only to who has not counted there. */
function falls(task: WireTask, person: string, own: PassRecord[]): boolean {
  if (task.person) return task.person === person
  return task.round === 1 || !own.some((p) => p.location === task.location && p.round < task.round)
}

function inScope(pack: PackRecord, location: string, section: string): boolean {
  const { sections = [], locations = [] } = pack.plan.scope
  return (!sections.length && !locations.length) || sections.includes(section) || locations.includes(location)
}

/** Whether a person counts at this location of their own accord: outside the scope, or assigned to others or nobody while others are assigned. */
export function isUndirected(pack: PackRecord, session: SessionRecord, person: string, location: string): boolean {
  const place = pack.site.locations.find((l) => l.id === location)
  if (!place || !inScope(pack, location, place.section)) return true
  if (!session.tasks.length) return false
  return !session.tasks.some((t) => t.location === location && (!t.person || t.person === person))
}

/** A person's open task at a location, the latest round first. */
export function taskAt(session: SessionRecord, person: string, passes: PassRecord[], location: string): WireTask | undefined {
  const own = passes.filter((p) => p.person === person)
  const mine = session.tasks.filter((t) => t.location === location && falls(t, person, own)).sort((a, b) => b.round - a.round)
  return mine.find((t) => stateOf(own, location, t) !== 'closed') ?? mine[0]
}

export function duties(pack: PackRecord, session: SessionRecord, person: string, passes: PassRecord[], catalogue: Catalogue): Duties {
  const own = passes.filter((p) => p.person === person)
  const sections = new Map(pack.site.sections.map((s) => [s.id, s.name]))
  const places = pack.site.locations.map((l): Place => ({
    location: l.id, name: l.name, kind: l.kind, section: l.section, sectionName: sections.get(l.section) ?? {}, shared: l.shared ?? false,
    undirected: isUndirected(pack, session, person, l.id), state: stateOf(own, l.id),
  }))
  const order = new Map(places.map((p, n) => [p.location, n]))
  const tasks = session.tasks.flatMap((t, n): Task[] => {
    const at = order.get(t.location)
    if (at === undefined || !falls(t, person, own)) return []
    const items = t.items?.map((id) => {
      const item = catalogue.item(id)
      return item ? shown(item) : { id, name: { en: id }, unit: 'piece' as const }
    })
    return [{
      key: `${t.assignment}/${t.round}/${n}`, assignment: t.assignment, round: t.round, place: places[at]!, ...(items ? { items } : {}),
      recount: t.round > 1, anybody: !t.person, ...(t.due ? { due: t.due } : {}), state: stateOf(own, t.location, t),
    }]
  })
  const rank = (t: Task) => (t.state === 'open' ? 0 : t.state === 'none' ? 1 : 2)
  tasks.sort((a, b) => rank(a) - rank(b) || b.round - a.round || order.get(a.place.location)! - order.get(b.place.location)!)
  return { places, tasks }
}
