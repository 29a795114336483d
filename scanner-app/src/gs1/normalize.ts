// The text of a scan, before anyone asks what it says. The twin of internal/gs1/normalize.go and aim.go.

const aimIdentifier = /^\][A-Za-z][0-9A-F]/

/** The symbology identifier that text begins with, such as "]C1", or "". */
export function aimOf(text: string): string {
  return aimIdentifier.test(text) ? text.slice(0, 3) : ''
}

/** raw without the CR, LF, TAB and spaces that readers append. */
export function trim(raw: string): string {
  let end = raw.length
  while (end > 0 && '\r\n\t '.includes(raw[end - 1]!)) end--
  return raw.slice(0, end)
}

/** text with Arabic-Indic and Persian digits as ASCII ones. */
export function foldDigits(text: string): string {
  return text.replace(/[٠-٩۰-۹]/g, (d) => String(d.charCodeAt(0) & 15))
}

/**
 * The text by which a scan is compared with the codes of a catalogue, before any decoding, and under which an unknown
 * code is counted: raw without AIM identifiers and terminators, its digits folded. codeOf(codeOf(raw)) is codeOf(raw).
 */
export function codeOf(raw: string): string {
  let text = foldDigits(trim(raw))
  while (aimOf(text)) text = trim(text.slice(3)) // an identifier is never part of a code, not even when sent twice
  return text
}
