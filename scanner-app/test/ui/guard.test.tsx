// @vitest-environment happy-dom
import { render } from 'preact'
import { act } from 'preact/test-utils'
import { expect, it, vi } from 'vitest'
import { Guard } from '../../src/ui/guard'

it('says in both languages that a screen could not be shown, where it would have stayed empty', async () => {
  const reported = vi.spyOn(console, 'error').mockReturnValue()
  const fault = new TypeError('no such text')
  const Screen = () => { throw fault }
  await act(() => render(<Guard><Screen /></Guard>, document.body))
  const said = document.querySelector('[role=alert]')!
  expect(said.textContent).toContain('ما سُجّل محفوظ')
  expect(said.textContent).toContain('What was recorded is kept')
  expect(document.querySelector('button')).not.toBeNull()
  expect(reported).toHaveBeenCalledExactlyOnceWith(fault)
  reported.mockRestore()
})
