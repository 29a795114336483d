// Signing in without a network: of those whose PIN the server took on this device in the last days, something is kept that
// proves the PIN and does not say it. DESIGN.md says what that is worth.
import type { VerifierRecord } from '../store/schema'
import type { Store } from '../store/store'
import { hex } from '../wire/digest'
import type { Env } from './env'

/** How long the server's word on a PIN is good, ms; wrong PINs in a row, and people kept; rounds of PBKDF2 with SHA-256. */
export const provenFor = 14 * 24 * 3600 * 1000
export const mostWrong = 5
const mostKept = 40
const rounds = 600_000

type Means = Pick<Env, 'now' | 'random'>

async function derive(pin: string, salt: string, rounds: number): Promise<string> {
  const bytes = Uint8Array.from(salt.match(/../g)!, (two) => parseInt(two, 16))
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveBits'])
  return hex(new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: bytes, iterations: rounds }, key, 256)))
}

const kept = async (store: Store): Promise<VerifierRecord[]> => (await store.get('verifiers')) ?? []
const keptOf = async (store: Store, person: string) => (await kept(store)).find((v) => v.person === person)

/** The server took this PIN now. */
export async function remember(store: Store, means: Means, who: { id: string; name: VerifierRecord['name'] }, pin: string): Promise<void> {
  const salt = new Uint8Array(16)
  means.random(salt)
  const record: VerifierRecord = { person: who.id, name: who.name, at: means.now(), rounds, salt: hex(salt), derived: await derive(pin, hex(salt), rounds), wrong: 0 }
  await store.put('verifiers', [record, ...(await kept(store)).filter((v) => v.person !== who.id)].slice(0, mostKept))
}

/** Forgets one person, or those that f names. */
export async function forget(store: Store, gone: (person: string) => boolean): Promise<void> {
  const all = await kept(store)
  const left = all.filter((v) => !gone(v.person))
  if (left.length !== all.length) await store.put('verifiers', left)
}

/** Whether the server's word on a PIN is still good. A clock that was set back does not make it younger. */
export const isFresh = (v: VerifierRecord, now: number): boolean => Math.abs(now - v.at) <= provenFor

/** Known: the PIN is right. Wrong, or locked: not that, by now. Unknown: only the server can say. */
export type Proof = { how: 'known'; name: VerifierRecord['name'] } | { how: 'wrong' | 'locked' | 'unknown' }

export async function prove(store: Store, means: Means, person: string, pin: string): Promise<Proof> {
  const v = await keptOf(store, person)
  if (!v || !isFresh(v, means.now())) return { how: 'unknown' }
  if (v.wrong >= mostWrong) return { how: 'locked' }
  // Counted before it is tried: who ends the app in between has still tried.
  await wrong(store, person, v.wrong + 1)
  if ((await derive(pin, v.salt, v.rounds)) !== v.derived) return { how: v.wrong + 1 >= mostWrong ? 'locked' : 'wrong' }
  if (!(await keptOf(store, person))) return { how: 'unknown' } // forgotten meanwhile
  await wrong(store, person, 0)
  return { how: 'known', name: v.name }
}

/** So many wrong PINs of this person in a row. Deriving takes long: the others are written as they are by now. */
async function wrong(store: Store, person: string, wrong: number): Promise<void> {
  await store.put('verifiers', (await kept(store)).map((v) => (v.person === person ? { ...v, wrong } : v)))
}

/** Whether a PIN that the server refused is the one that it took before: then that has been changed, or the person may sign in no more. */
export async function outdated(store: Store, person: string, pin: string): Promise<boolean> {
  const v = await keptOf(store, person)
  return v !== undefined && (await derive(pin, v.salt, v.rounds)) === v.derived
}
