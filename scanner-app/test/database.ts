// Databases as earlier versions of the app left them.
import { openDB } from 'idb'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Fixture {
  version: number
  stores: Record<string, { keyPath: string | null; indexes: [string, string][]; records: [IDBValidKey, unknown][] }>
}

export const fixtures = join(import.meta.dirname, 'fixtures')
export const fixture = (version: number) => JSON.parse(readFileSync(join(fixtures, `database-${version}.json`), 'utf8')) as Fixture

/** Makes the database as that version had it. */
export async function lay(name: string, { version, stores }: Fixture): Promise<void> {
  const db = await openDB(name, version, {
    upgrade(db) {
      for (const [s, { keyPath, indexes }] of Object.entries(stores)) {
        const store = keyPath === null ? db.createObjectStore(s) : db.createObjectStore(s, { keyPath })
        for (const [index, path] of indexes) store.createIndex(index, path)
      }
    },
  })
  for (const [s, { keyPath, records }] of Object.entries(stores)) {
    const tx = db.transaction(s, 'readwrite')
    for (const [key, value] of records) await (keyPath === null ? tx.store.put(value, key) : tx.store.put(value))
    await tx.done
  }
  db.close()
}
