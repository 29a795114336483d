// What a reader types into a device whose physical keyboard is set to Arabic: the layout table of internal/gs1, facts
// of AOSP's keyboard_layout_arabic.kcm. The twin of internal/gs1/layout.go.
import { trim } from './normalize'
import tables from './tables.json'

const usKey: ReadonlyMap<string, string> = (() => {
  const keys = new Map([[' ', ' ']])
  for (const row of tables.arabicKeys) {
    const [arabic, us, arabicShift, usShift] = row
    keys.set(arabic!, us!).set(arabicShift!, usShift!)
  }
  for (const d of '0123456789') keys.set(d, d) // caps lock gives ASCII digits
  return keys
})()

/**
 * The keys that were pressed when raw is what Android's Arabic layout wrote for them, terminators left out. Undefined
 * when raw holds nothing Arabic, or anything that this layout cannot write. The answer is a guess: decode accepts it
 * only when a check digit proves it, and a caller may when it equals a code of the catalogue.
 */
export function fromArabicLayout(raw: string): string | undefined {
  let keys = '', arabic = false
  for (const c of trim(raw)) {
    const key = c < ' ' ? c : usKey.get(c) // the separator and other controls are no keys of a layout
    if (key === undefined) return undefined
    arabic ||= c >= '\x80'
    keys += key
  }
  return arabic ? keys : undefined
}
