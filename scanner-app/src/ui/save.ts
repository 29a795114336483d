// A file that the device keeps, or that is handed on.

/** Saves a file under this name. */
export function download(file: Blob, name: string): void {
  const address = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

/** Saves a file under jard-NAME-YYYY-MM-DD-HH-MM.EXT. */
export function saveFile(file: Blob, name: string, extension: string): void {
  download(file, `jard-${name.replace(/[^\p{L}\p{N}-]+/gu, '-') || 'device'}-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, '-')}.${extension}`)
}
