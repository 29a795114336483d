// The calls of the protocol's section 3. What the server refuses is thrown as it was said.
import { basePath, type Fault } from '../wire/frame'
import type { Env } from './env'

export type Code = 'invalid' | 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict' | 'too_many' | 'unavailable' | 'internal'

/** Why a call failed: the server's own words, or those of the network. */
export class Refused extends Error {
  constructor(readonly code: Code, readonly key: string, readonly ar: string, readonly en: string, readonly retryAfter = 0) {
    super(`${key}: ${en}`)
  }
}

export const silent = () => new Refused('unavailable', 'server-silent',
  'لا يجيب الخادم. تحقّق من الشبكة ثم أعد المحاولة؛ لم يُفقد شيء مما سُجّل.',
  'The server does not answer. Check the network and try again; nothing recorded is lost.')

const unreadable = () => new Refused('unavailable', 'answer-unreadable',
  'تعذّرت قراءة جواب الخادم. تأكد من اتصالك بشبكة الجمعية لا بصفحة دخول، وأن التطبيق محدّث.',
  'The server\'s answer cannot be read. Make sure that this is the society\'s network and not a login page, and that the app is up to date.')

/** How long a call may take, ms. */
const callWithin = 30_000

export interface Call {
  method: 'GET' | 'POST' | 'PUT'
  path: string
  token?: string
  body?: unknown
  /** Instead of a JSON body. */
  text?: string
  photo?: ArrayBuffer
  /** How long it may take, ms. */
  within?: number
  /** Gives it up. */
  signal?: AbortSignal
}

/** Makes one call and gives the answer's text. */
export async function call(env: Env, c: Call): Promise<string> {
  const stop = new AbortController()
  const end = () => stop.abort()
  const cancel = env.later(c.within ?? callWithin, end)
  if (c.signal?.aborted) end()
  c.signal?.addEventListener('abort', end)
  try {
    const headers: Record<string, string> = {}
    if (c.token) headers['Authorization'] = `Bearer ${c.token}`
    if (c.photo) headers['Content-Type'] = 'image/jpeg'
    else if (c.method === 'POST') headers['Content-Type'] = c.text === undefined ? 'application/json' : 'application/x-ndjson'
    let answer: Response
    let text: string
    try {
      answer = await env.fetch(env.origin + basePath + c.path, {
        method: c.method, headers, signal: stop.signal, cache: 'no-store', credentials: 'omit', redirect: 'error',
        ...(c.photo ? { body: c.photo } : c.method === 'POST' ? { body: c.text ?? JSON.stringify(c.body) } : {}),
      })
      text = await answer.text()
    } catch {
      throw silent()
    }
    if (answer.ok) return text
    throw refusal(answer, text)
  } finally {
    cancel()
    c.signal?.removeEventListener('abort', end)
  }
}

function refusal(answer: Response, text: string): Refused {
  const retry = Number(answer.headers.get('Retry-After') ?? 0) * 1000 || 0
  try {
    const { error } = JSON.parse(text) as { error: Fault }
    if (error.key) return new Refused(error.code as Code, error.key, error.ar, error.en, retry)
  } catch {
    // a proxy's page: whatever its status, the server said nothing
  }
  return new Refused(answer.status === 429 ? 'too_many' : 'unavailable', 'server-refused', `رفض الخادم الطلب (${answer.status}). أعد المحاولة، وإن تكرر فأبلغ المشرف.`,
    `The server refused the request (${answer.status}). Try again, and tell the supervisor if it goes on.`, retry)
}

/** An answer as JSON. */
export function read<T>(text: string): T {
  try {
    return JSON.parse(text) as T
  } catch {
    throw unreadable()
  }
}
