// What lies beside the database, in a cache of the browser's: the reserve of room, and whether the database's log may be torn. A browser
// closes a database that meets a full disk; this can be asked and freed all the same.

/**
 * Kept empty for the time when nothing else is left, bytes: the log begun anew (mend.ts), and some thousands of events. It lies beside the
 * database, in a cache: a browser closes the database that meets a full disk, and it does not open before something else went.
 */
const reserve = 20 << 20
/** As much is still free when the reserve is set aside, so that it is not taken from what somebody just freed. */
const margin = 4 << 20
/** Where so little finds no room nothing is counted any more: the database would soon find none, and be closed. */
const little = 256 << 10

/** Undefined: this browser has none, or lets nobody at it. */
const beside = async (): Promise<Cache | undefined> => globalThis.caches?.open('jard-room').catch(() => undefined)

/** Sets the reserve aside. False: there is no room for it. */
export async function setAside(): Promise<boolean> {
  const cache = await beside()
  if (!cache) return true // there is nowhere to
  try {
    if ((await cache.keys('/reserve')).length) return true // to match it would hold it open, and its room when it is deleted
    try {
      await cache.put('/margin', filled(margin))
      await cache.put('/reserve', filled(reserve))
    } finally {
      await cache.delete('/margin')
    }
    return true
  } catch {
    return false
  }
}

/** Whether it was there. An entry goes on a full disk, too; a whole cache does not. */
export async function freeReserve(): Promise<boolean> {
  return (await (await beside())?.delete('/reserve').catch(() => false)) ?? false
}

/** Whether there is a little room, tried beside the database. */
export async function anyRoom(): Promise<boolean> {
  const cache = await beside()
  if (!cache) return true
  try {
    await cache.put('/little', filled(little))
    await cache.delete('/little')
    return true
  } catch {
    return false
  }
}

/** Whether there is room to mend the database, in place of the reserve. It must be there before the database is opened: see mend.ts. */
export async function roomToMend(): Promise<boolean> {
  const cache = await beside()
  if (!cache) return true
  await freeReserve()
  try {
    await cache.put('/margin', filled(reserve))
    return true
  } catch {
    return false
  } finally {
    await cache.delete('/margin').catch(() => false)
  }
}

let suspected = false

/** A write or an opening failed: the database may have been left with a torn log. Where the disk is full a mark cannot be set, but it can go. */
export async function suspect(): Promise<void> {
  suspected = true
  await (await beside())?.delete('/whole').catch(() => false)
}

/** Whole: it may be opened and written to as it is. New: this browser never opened it, as far as one knows. */
export async function knownAs(): Promise<'whole' | 'new' | 'torn'> {
  if (suspected) return 'torn'
  const cache = await beside()
  if (!cache || (await cache.keys('/whole')).length) return 'whole'
  return (await cache.keys('/began')).length ? 'torn' : 'new'
}

export async function markWhole(): Promise<void> {
  const cache = await beside()
  await cache?.put('/began', new Response())
  await cache?.put('/whole', new Response())
  suspected = false
}

/** Bytes that no file system makes smaller, at most 64 kB. */
export function noise(size: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(size))
}

function filled(size: number): Response {
  const piece = noise(1 << 16)
  return new Response(new Blob(Array.from({ length: size / piece.length }, () => piece)))
}
