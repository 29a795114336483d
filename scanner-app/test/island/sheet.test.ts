// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const words = { 'sheet.progress': '{0}/{1}', 'sheet.stopped': 'stopped {0}/{1}', 'sheet.no-answer': 'no answer' }
const part = (name: string) => Array.from({ length: 10 }, (_, n) => `dairy/${name}${n}`).join('\n')

beforeEach(() => vi.resetModules())
afterEach(() => vi.unstubAllGlobals())

// opened is the confirmation of thirty lines in three parts, and what the server is to answer to each request.
async function opened(answers: (() => Response)[]) {
  document.body.innerHTML = `<script type="application/json" id="sheet">${JSON.stringify({ lang: 'en', indic: false, words })}</script>
<form id="decision" method="post" action="http://jard.test/sessions/s/sheet"><input type="hidden" name="back" value="sheet">
${['a', 'b', 'c'].map(() => `<input type="hidden" name="lines">`).join('')}
<p id="parts" hidden><progress></progress><span></span></p><button name="do" value="sign-approve" data-done="approved"></button></form>`
  const form = document.querySelector('form')!
  form.querySelectorAll<HTMLInputElement>('[name=lines]').forEach((x, n) => { x.value = part('abc'[n]!) })
  const asked: string[] = []
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    asked.push((init.body as URLSearchParams).get('lines')!)
    return new Promise((done) => { done(answers.shift()!()) })
  })
  const sent: Record<string, string>[] = []
  form.submit = () => { sent.push(Object.fromEntries([...form.querySelectorAll<HTMLInputElement>('input')].map((x) => [x.name, x.value]))) }
  await import('../../../internal/web/island/sheet')
  const button = document.querySelector('button')!
  const press = async () => {
    button.click()
    await vi.waitFor(() => { if (answers.length && button.disabled) throw new Error('not yet') })
    for (let n = 0; n < 20; n++) await Promise.resolve()
  }
  return { press, asked, sent, said: () => document.querySelector('#parts span')!.textContent!.replace(/[\u2066-\u2069]/g, '') }
}
const ok = (decided: number, left: string[] = []) => () => new Response(JSON.stringify({ decided, left }))

it('names what a part left out also where a fault came between the parts', async () => {
  const out = ['dairy/a1', 'dairy/a4']
  const p = await opened([ok(8, out), () => { throw new TypeError('no network') }, ok(10), ok(10)])
  await p.press()
  expect(p.said()).toBe('stopped 8/30 no answer')
  expect(p.sent).toEqual([])
  await p.press()
  expect(p.asked).toEqual([part('a'), part('b'), part('b'), part('c')])
  await vi.waitFor(() => expect(p.sent).toHaveLength(1))
  expect(p.sent[0]).toMatchObject({ lines: out.join('\n'), decided: '28', do: 'approve' })
})
