// Identifiers that belong together, or do not. They only warn, and the app, which has nobody to warn, leaves them out: whoever
// wants them hands associations to decode. The twin of internal/gs1/association.go; internal/gs1 writes the table.
import table from './association.json'
import { spread } from './dictionary'
import { family, type Element } from './element'

const rows = new Map((table.associations as { ai: string; needs?: string[]; excludes?: string }[]).flatMap((row) => {
  const [stem, span] = row.ai.split(' ') as [string, string?]
  return spread(stem, span).map((code) => [code, { needs: row.needs ?? [], excludes: row.excludes?.split(' ') ?? [] }] as const)
}))

export function associations(elements: readonly Element[]): string[] {
  const warnings: string[] = []
  const present = (pattern: string) => {
    const stem = pattern.replace(/n+$/, '')
    return elements.some((e) => e.ai.length === pattern.length && e.ai.startsWith(stem))
  }
  for (const code of new Set(elements.map((e) => e.ai))) {
    const { needs, excludes } = rows.get(code) ?? { needs: [], excludes: [] }
    const met = (alternatives: string) => alternatives.split(' ').some((group) => group.split('+').every(present))
    if (!needs.every(met)) warnings.push(`needs (${code})`)
    if (excludes.some((other) => family(code) !== other && present(other))) warnings.push(`excludes (${code})`)
  }
  return warnings
}
