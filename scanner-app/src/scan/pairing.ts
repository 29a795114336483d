// The code that pairs a device, as a person or a reader gives it.
import { fromArabicLayout } from '../gs1/layout'

/** The code in a pairing link, or the text itself; a reader may have typed it through an Arabic layout. */
export function pairingCode(text: string): string | undefined {
  return codeIn(text) ?? codeIn(fromArabicLayout(text) ?? '')
}

function codeIn(text: string): string | undefined {
  const trimmed = text.trim()
  const link = /#pair=([^&\s]+)/.exec(trimmed)
  if (link) return decodeURIComponent(link[1]!)
  // Eight digits are a barcode sooner than a code.
  return /^[A-Za-z0-9]{4}-?[A-Za-z0-9]{4}$/.test(trimmed) && !/^\d{8}$/.test(trimmed) ? trimmed : undefined
}
