// Which lines somebody wants on the desk, and where they were. It knows no element.
import { Flag, hasVariance, type Choice, type Line } from '../board/lines'
import type { By } from './groups'

export interface Asked {
  text: string
  status: string // 'waits', 'variance' for any difference, '' for all, or a status
  sign: string // 'short', 'over' or '' for both
  section: string
  category: string
  class: string
  least: string // dinars, as typed
  by: By
  uncertain: boolean
  provisional: boolean
  lapsed: boolean
  hinted: boolean
  commented: boolean
  at: string // the row under the cursor
}

const usual: Asked = {
  text: '', status: 'waits', sign: '', section: '', category: '', class: '', least: '', by: 'section',
  uncertain: false, provisional: false, lapsed: false, hinted: false, commented: false, at: '',
}

/** what was kept, as far as it can be read */
export function read(kept: string | null, status = usual.status): Asked {
  const a = { ...usual, status }
  try {
    const k = JSON.parse(kept ?? '{}') as Record<string, unknown>
    for (const [name, value] of Object.entries(usual)) if (typeof k[name] === typeof value) Object.assign(a, { [name]: k[name] })
  } catch { /* somebody else's doing: as usual */ }
  if (a.status === 'waits') a.status = status // nothing waits once a session is over
  if (!['section', 'custodian', 'none'].includes(a.by)) a.by = 'section'
  return a
}

/** dinars typed with either kind of digits as fils; 0 where it is no number */
export function fils(typed: string): number {
  const latin = typed.replace(/[٠-٩]/g, (c) => String(c.charCodeAt(0) - 0x660)).replace('٫', '.').replace(/[٬,\s]/g, '')
  const n = Number(latin)
  return Number.isFinite(n) && n > 0 ? Math.round(n * 1000) : 0
}

/** as the board's lines take it */
export function choice(a: Asked, hints: { has(key: string): boolean }, comments: { has(key: string): boolean }): Choice {
  const least = fils(a.least)
  return {
    text: a.text, section: a.section, sort: 'worth', down: false, status: a.status === 'variance' ? '' : a.status,
    also(l: Line): boolean {
      const v = hasVariance(l)
      return (a.status !== 'variance' || (v && l.variance !== 0)) && (a.sign === '' || (v && (a.sign === 'short' ? l.variance < 0 : l.variance > 0))) &&
        (a.category === '' || l.category === a.category) && (a.class === '' || l.class === a.class) && (least === 0 || (v && Math.abs(l.value) >= least)) &&
        (!a.uncertain || (v && l.low !== l.high)) && (!a.provisional || (l.flags & Flag.provisional) !== 0) && (!a.lapsed || (l.flags & Flag.lapsed) !== 0) &&
        (!a.hinted || hints.has(l.key)) && (!a.commented || comments.has(l.key))
    },
  }
}
