// What is put into the app's page before it starts: a clock that can be set and can sleep, and an ear for what the handheld answers.
import type { Page } from 'playwright-core'
import type { Mode, Sight } from './notebook'

/** What the handheld answers a scan or key with, as its vibration tells. */
export type Answer = 'ok' | 'check' | 'unknown'

interface Soaked {
  soak: { ahead: number; slept: number }
  heard(answer: string): void
}

/** Ahead is how far the device's clock is wrong, ms. */
export async function rig(page: Page, ahead: number, heard: (answer: Answer) => void): Promise<void> {
  await page.exposeFunction('heard', heard)
  await page.addInitScript((ahead) => {
    const w = window as unknown as Soaked
    w.soak = { ahead, slept: 0 }
    // The wall clock may be set at any time. The monotonic one only goes on while the device sleeps, and the events with it.
    const Real = Date
    const now = () => Real.now() + w.soak.ahead
    window.Date = class extends Real {
      constructor(...given: []) { given.length > 0 ? super(...given) : super(now()) }
      static override now(): number { return now() }
    } as DateConstructor
    const mono = performance.now.bind(performance)
    performance.now = () => mono() + w.soak.slept
    const stamp = Object.getOwnPropertyDescriptor(Event.prototype, 'timeStamp')!.get!
    Object.defineProperty(Event.prototype, 'timeStamp', { get(this: Event) { return stamp.call(this) as number + w.soak.slept } })
    const answers: Record<string, string> = { 1: 'ok', 3: 'check', 0: 'unknown' }
    Object.defineProperty(Navigator.prototype, 'vibrate', { value: (pattern: number[]) => {
      w.heard(answers[pattern.length === 1 && pattern[0]! > 200 ? 0 : pattern.length]!)
      return true
    } })
    Object.defineProperty(UserActivation.prototype, 'hasBeenActive', { get: () => true })
  }, ahead)
}

/** The device sleeps so long; or its clock is set. */
export const sleep = (page: Page, ms: number) => page.evaluate((ms) => {
  const { soak } = window as unknown as Soaked
  soak.slept += ms
  soak.ahead += ms
}, ms)

export const setClock = (page: Page, ahead: number) => page.evaluate((ahead) => { (window as unknown as Soaked).soak.ahead = ahead }, ahead)

/** The system tells that the network is there again. */
export const tellOnline = (page: Page) => page.evaluate(() => void dispatchEvent(new Event('online')))

/** Waits until the app can be worked with; presses what stands before that: a tour to skip, the counting to begin. */
export async function ready(page: Page, presses: string[]): Promise<void> {
  await page.waitForFunction((presses) => {
    for (const b of document.querySelectorAll('button')) if (presses.includes(b.textContent ?? '')) b.click()
    return document.querySelector('.panel, .prompt') !== null
  }, presses, { polling: 100 })
}

/** What a counter sees at a glance. Of a question, only that there is one. */
export function look(page: Page, words: { each: string; entries: string }): Promise<Sight & { dialog: string; said: string }> {
  return page.evaluate(({ each, entries }) => {
    const text = (of: Element | null | undefined) => of?.textContent ?? ''
    const panel = document.querySelector('.panel')
    const buttons = [...document.querySelectorAll('.tools button')]
    const figure = panel?.querySelector('.figure'), big = text(figure?.querySelector('.added > bdi') ?? figure?.querySelector('.big')).replace(/[+×,–]/g, '')
    const code = text(panel?.querySelector('.ident .code'))
    const at = /(\d+)\D+(\d+)/.exec(text(document.querySelector('.topline .name'))), pad = (n: string | undefined) => n!.padStart(2, '0')
    const what = !panel || panel.querySelector('.ready') ? 'nothing' : figure?.classList.contains('recorded') ? 'recorded' : code ? 'in hand' : 'multiplier'
    const dialog = text(document.querySelector('[role=dialog]'))
    return {
      place: panel && at ? `W${pad(at[1])}-${pad(at[2])}` : '',
      mode: (panel ? buttons.some((b) => b.getAttribute('aria-label')?.includes(each)) : text(document.querySelector('.choice .chosen')).includes(each)) ? 'each' as Mode : 'quantity' as Mode,
      counted: panel ? Number(text(buttons.find((b) => text(b).includes(entries))?.querySelector('bdi')).replace(/,/g, '')) : 0,
      asks: dialog !== '', code, figure: what === 'nothing' ? '' : big, what: what as Sight['what'],
      dialog, said: text(document.querySelector('.said, .statement.check')),
    }
  }, words)
}
