// The society's JSON API, for what the story prepares and for looking behind the screens: what must be there exactly once.
export class Api {
  private constructor(readonly url: string, readonly token: string) {}

  static async signIn(url: string, society: string, person: string, password: string): Promise<Api> {
    const { token } = (await answer(await fetch(url + '/api/sign-in', json({ society, person, password })))) as { token: string }
    return new Api(url, token)
  }

  get<T>(path: string): Promise<T> {
    return this.#ask(path, {}) as Promise<T>
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#ask(path, json(body)) as Promise<T>
  }

  /** Every entry of a list that comes in pages. */
  async all<T>(path: string): Promise<T[]> {
    const list: T[] = []
    for (let after = ''; ; ) {
      const page = await this.get<{ list: T[]; next?: string }>(path + (path.includes('?') ? '&' : '?') + 'limit=500' + (after && '&after=' + encodeURIComponent(after)))
      list.push(...(page.list ?? []))
      if (!page.next) return list
      after = page.next
    }
  }

  async #ask(path: string, init: RequestInit): Promise<unknown> {
    return answer(await fetch(this.url + '/api' + path, { ...init, headers: { ...init.headers, Authorization: 'Bearer ' + this.token } }))
  }
}

const json = (body: unknown): RequestInit => ({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })

async function answer(r: Response): Promise<unknown> {
  const text = await r.text()
  if (!r.ok) throw new Error(`${r.url}: ${r.status} ${text}`)
  return text ? JSON.parse(text) : undefined
}

/** Waits until f gives something, asking again as often as is decent. The processes have no other way to tell. */
export async function until<T>(what: string, f: () => Promise<T | undefined | false>, seconds = 60): Promise<T> {
  for (let tries = seconds * 10; tries > 0; tries--) { // tries and no clock: a machine may stand still
    const v = await f()
    if (v !== undefined && v !== false) return v
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error(`asked for ${seconds} s in vain: ${what}`)
}
