// How a transaction is waited for.

export const strict = { durability: 'strict' } as const

/** Waits until a transaction is durable. What made it fail is the transaction's own reason, not that of a request it took along. */
export async function finish(tx: { done: Promise<void>; error: DOMException | null }, work: Promise<unknown>[]): Promise<void> {
  try {
    await Promise.all([...work, tx.done])
  } catch (e) {
    await tx.done.catch(() => {})
    throw tx.error ?? e
  }
}
