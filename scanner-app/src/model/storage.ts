// How much room there is, whether the browser promised to keep what lies here, and what that is.
import type { Store } from '../store/store'
import type { Storage } from './types'

export async function lookAtStorage(manager: StorageManager, store: Store | undefined, full: boolean): Promise<Storage> {
  // Asked again as long as it is refused: browsers grant it to apps that are used, or were installed.
  const persisted = await manager.persist?.().catch(() => false)
  if (!full) await store?.room.reserve()
  const { usage, quota } = (await manager.estimate?.().catch(() => undefined)) ?? {}
  const holds = await store?.holds().catch(() => undefined)
  const packs = (await store?.packs().catch(() => [])) ?? []
  return {
    full: store?.room.isFull ?? full, low: store?.room.isLow ?? false, ...(persisted === undefined ? {} : { persisted }), ...(usage === undefined ? {} : { used: usage }),
    ...(quota === undefined ? {} : { quota }), ...holds, ...(holds?.chunks ? { items: Math.max(0, ...packs.map((p) => p.catalogue.items)) } : {}),
  }
}
