// How a transaction is waited for.

export const strict = { durability: 'strict' } as const

/**
 * Waits until a transaction is durable. What made it fail is the transaction's own reason, not that of a request it took along. Work may
 * be what makes the requests: where it throws, or a request could not be made, those before it are not committed without the rest.
 */
export async function finish(tx: { done: Promise<void>; error: DOMException | null; abort(): void }, work: Promise<unknown>[] | ((work: Promise<unknown>[]) => void)): Promise<void> {
  const requests = typeof work === 'function' ? [] : work
  try {
    if (typeof work === 'function') work(requests)
    await Promise.all([...requests, tx.done])
  } catch (e) {
    for (const r of requests) r.catch(() => {})
    try {
      tx.abort()
    } catch { /* it has ended */ }
    await tx.done.catch(() => {})
    throw tx.error ?? e
  }
}
