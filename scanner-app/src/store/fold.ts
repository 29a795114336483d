// Folding for search: what people type loosely finds what was written exactly. The twin of internal/stocktake/fold.go,
// held to the same cases.

const letters: Record<string, string> = {
  'آ': 'ا', 'أ': 'ا', 'إ': 'ا', 'ٱ': 'ا', 'ة': 'ه', 'ى': 'ي', 'ئ': 'ي', 'ی': 'ي', 'ؤ': 'و', 'ک': 'ك', 'ـ': '',
}

/** What a text folds to, spaces not yet gathered. */
function foldSlowly(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/[آأإٱةىئیؤکـ]/g, (c) => letters[c]!).replace(/[\p{Mn}\p{Cf}]/gu, '')
    .replace(/[٠-٩۰-۹]/g, (d) => String(d.charCodeAt(0) & 15)).replace(/[^\p{L}\p{Nd}]/gu, ' ')
}

/** Up to the end of the Arabic block every character folds by itself, but for the accents that compose with a letter. */
const end = 0x700
const accents = [0x300, 0x370] as const
let table: string[] | undefined

export function fold(text: string): string {
  table ??= Array.from({ length: end }, (_, c) => foldSlowly(String.fromCharCode(c)))
  let s = ''
  for (let n = 0; n < text.length; n++) {
    const c = text.charCodeAt(n)
    if (c >= end || (c >= accents[0] && c < accents[1])) {
      s = foldSlowly(text)
      break
    }
    s += table[c]
  }
  return s.trim().replace(/ {2,}/g, ' ')
}
