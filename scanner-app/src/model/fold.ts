// Folding for search: what people type loosely finds what was written exactly. The same table as internal/link's foldWord.

const letters: Record<string, string> = {
  'آ': 'ا', 'أ': 'ا', 'إ': 'ا', 'ٱ': 'ا', 'ة': 'ه', 'ى': 'ي', 'ئ': 'ي', 'ی': 'ي', 'ؤ': 'و', 'ک': 'ك', 'ـ': '',
}

const odd = /[^a-z0-9 \u0621-\u063a\u0641-\u064a]/
const seats = /[آأإٱةىئیؤکـ]/

export function fold(text: string): string {
  let s = text.toLowerCase()
  if (odd.test(s) || seats.test(s)) {
    s = s.normalize('NFKC').toLowerCase().replace(/[آأإٱةىئیؤکـ]/g, (c) => letters[c]!)
      .replace(/[\p{Mn}\p{Cf}]/gu, '')
      .replace(/[٠-٩۰-۹]/g, (d) => String(d.charCodeAt(0) & 15))
      .replace(/[^\p{L}\p{Nd}]+/gu, ' ')
  }
  return s.trim().replace(/ +/g, ' ')
}
