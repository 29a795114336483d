// What the server's log says that each handheld told, in the words of the notebooks; and whether every number is there once.
import type { Api } from '../api'

interface Body {
  id: string
  kind: string
  pass?: string
  location?: string
  continues?: string
  replaces?: string
  code?: string
  item?: string
  pack?: number
  amount?: number
  all_here?: boolean
  reverses?: string
  observations?: number
  quantity?: number
}

interface Entry {
  offset: number
  author: { stream?: { device: string; epoch: string }; seq?: number }
  kind: string
  body?: Body
}

/** What one device told. */
export interface Told {
  /** Its epochs: one, unless a stream was fenced. */
  epochs: Set<string>
  lines: string[]
  /** What is wrong with the numbers: none may be missing or be there twice. */
  faults: string[]
}

/** Reads a whole log, as dense as it must be. */
export async function entries(api: Api, session: string): Promise<Entry[]> {
  const all: Entry[] = []
  for (;;) {
    const { entries } = await api.get<{ entries: Entry[] }>(`/sessions/${session}/log?from=${all.length + 1}&limit=500`)
    if (entries.length === 0) return all
    for (const e of entries) if (all.push(e) !== e.offset) throw new Error(`entry ${e.offset} stands at ${all.length}`)
  }
}

export function told(log: Entry[]): Map<string, Told> {
  const devices = new Map<string, Told & { seq: number; passes: string[]; marks: Map<string, string>; counted: Map<string, number> }>(), ids = new Map<string, number>()
  for (const e of log) {
    const { stream, seq } = e.author
    if (!stream || !seq) continue
    let d = devices.get(stream.device)
    if (!d) devices.set(stream.device, (d = { epochs: new Set(), lines: [], faults: [], seq: 0, passes: [], marks: new Map(), counted: new Map() }))
    d.epochs.add(stream.epoch)
    if (seq !== ++d.seq) d.faults.push(`entry ${e.offset} is number ${seq}, and not ${d.seq}`)
    const b = e.body
    if (!b) {
      d.faults.push(`entry ${e.offset} (${e.kind}) has no body that can be read`)
      continue
    }
    if (ids.has(b.id)) d.faults.push(`entry ${e.offset} is event ${b.id}, as entry ${ids.get(b.id)}`)
    ids.set(b.id, e.offset)
    if (!['pass-opened', 'observed', 'reversed', 'pass-closed', 'clocked', 'clock'].includes(e.kind.replace('.', '-'))) d.faults.push(`entry ${e.offset} is of kind ${e.kind}`)
    const of = (pass: string | undefined) => d.passes.indexOf(pass ?? '')
    switch (b.kind) {
      case 'pass.opened':
        d.passes.push(b.pass!)
        d.lines.push(`opened ${of(b.pass)} ${b.location}` + (b.continues ? ` continues ${of(b.continues)}` : '') + (b.replaces ? ` replaces ${of(b.replaces)}` : ''))
        break
      case 'observed': {
        const n = d.counted.get(b.pass!) ?? 0
        d.counted.set(b.pass!, n + 1)
        d.marks.set(b.id, `${of(b.pass)}.${n}`)
        d.lines.push(`observed ${of(b.pass)}.${n} ${b.code} ${b.item ?? ''} ${b.amount ?? 0}×${b.pack}${b.all_here ? ' all here' : ''}`)
        break
      }
      case 'reversed':
        d.lines.push(`reversed ${d.marks.get(b.reverses!)} ${b.code} ${b.amount ?? 0}×${b.pack}`)
        break
      case 'pass.closed':
        d.lines.push(`closed ${of(b.pass)} ${b.observations ?? 0} entries ${b.quantity ?? 0}`)
        break
      default:
        if (b.kind !== 'clock') d.faults.push(`event ${b.id} is of kind ${b.kind}`)
    }
  }
  return devices
}
