// @vitest-environment happy-dom
import { afterEach, beforeAll, expect, it, vi } from 'vitest'

beforeAll(async () => { await import('../../../internal/web/island/page') })
afterEach(() => { vi.unstubAllGlobals(); vi.useRealTimers() })

// opened is a page with a form, and what of it a browser would have sent.
function opened(method: string, server: () => Promise<Response>) {
  document.body.innerHTML = `<p id="unreachable" hidden></p><form method="${method}"><input name="reason" value="seen"><button name="do" value="choose"></button></form>`
  const fetched = vi.fn(server)
  vi.stubGlobal('fetch', fetched)
  const sent: string[] = []
  const form = document.querySelector('form')!
  const stop = new AbortController()
  addEventListener('submit', (e) => {
    if (!e.defaultPrevented) sent.push((e as SubmitEvent).submitter?.getAttribute('value') ?? '')
    e.preventDefault()
  }, { signal: stop.signal })
  return { form, button: document.querySelector('button')!, notice: document.getElementById('unreachable')!, sent, fetched, stop: () => stop.abort() }
}
const turns = async () => { for (let n = 0; n < 10; n++) await Promise.resolve() }

it('sends a form, by the button that was pressed, once the server was heard', async () => {
  const p = opened('post', () => Promise.resolve(new Response(null, { status: 404 })))
  p.button.click()
  p.button.click()
  expect(p.sent).toEqual([])
  await turns()
  expect(p.sent).toEqual(['choose'])
  expect(p.fetched).toHaveBeenCalledTimes(1)
  expect(p.notice.hidden).toBe(true)
  p.stop()
})

it('sends nothing, keeps what was typed and says so where there is no server, and sends it when it is back', async () => {
  const p = opened('post', () => Promise.reject(new TypeError('no network')))
  p.button.click()
  await turns()
  expect(p.sent).toEqual([])
  expect(p.notice.hidden).toBe(false)
  expect(document.querySelector('input')!.value).toBe('seen')
  p.fetched.mockImplementation(() => Promise.resolve(new Response()))
  p.button.click()
  await turns()
  expect(p.sent).toEqual(['choose'])
  expect(p.notice.hidden).toBe(true)
  p.stop()
})

it('asks nobody before it looks something up', async () => {
  const p = opened('get', () => Promise.reject(new TypeError('no network')))
  p.button.click()
  await turns()
  expect(p.sent).toEqual(['choose'])
  expect(p.fetched).not.toHaveBeenCalled()
  p.stop()
})

it('shows that it still asks, and no longer', async () => {
  vi.useFakeTimers()
  let answer = (_: Response) => {}
  const p = opened('post', () => new Promise((done) => (answer = done)))
  p.button.click()
  expect(p.button.getAttribute('aria-busy')).toBeNull()
  await vi.advanceTimersByTimeAsync(300)
  expect(p.button.getAttribute('aria-busy')).toBe('true')
  answer(new Response())
  await turns()
  expect([p.button.getAttribute('aria-busy'), p.sent]).toEqual([null, ['choose']])
  p.stop()
})

it('asks anew for a form that had become invalid when it was to be sent', async () => {
  const p = opened('post', () => Promise.resolve(new Response()))
  const reason = document.querySelector('input')!
  reason.required = true
  p.button.click()
  reason.value = ''
  await turns()
  expect(p.sent).toEqual([])
  reason.value = 'seen'
  p.fetched.mockImplementation(() => Promise.reject(new TypeError('no network')))
  p.button.click()
  await turns()
  expect([p.sent, p.notice.hidden, p.fetched.mock.calls.length]).toEqual([[], false, 2])
  p.stop()
})
