// Identifiers that belong together, or do not. They only warn. The twin of internal/gs1/association.go.
import { identifiers } from './dictionary'
import { family, type Element } from './element'

export function associations(elements: readonly Element[]): string[] {
  const warnings: string[] = []
  const present = (pattern: string) => {
    const stem = pattern.replace(/n+$/, '')
    return elements.some((e) => e.ai.length === pattern.length && e.ai.startsWith(stem))
  }
  for (const code of new Set(elements.map((e) => e.ai))) {
    const a = identifiers.get(code)!
    const met = (alternatives: string) => alternatives.split(' ').some((group) => group.split('+').every(present))
    if (!a.needs.every(met)) warnings.push(`needs (${code})`)
    if (a.excludes.some((other) => family(code) !== other && present(other))) warnings.push(`excludes (${code})`)
  }
  return warnings
}
