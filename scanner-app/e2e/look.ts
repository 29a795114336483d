// Looks at a screen as three people would: who cannot see it well (axe), who cannot read its language (keys that were left),
// and who wants to see it (a picture, kept where JARD_SHOTS says).
import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { ar } from '../src/i18n/ar'

export type Language = 'ar' | 'en'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const words = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../internal/web/text/ar.json'), 'utf8')) as object
const keys = new Set([...Object.keys(ar), ...Object.keys(words)].filter((k) => k.includes('.')))

const seenBefore = new Set<string>(), sounded = new Set<string>()

/** Keeps a picture, where pictures are wanted. */
export async function picture(page: Page, language: Language, name: string): Promise<void> {
  const folder = process.env.JARD_SHOTS
  if (!folder) return
  await mkdir(join(folder, language), { recursive: true })
  await page.screenshot({ path: join(folder, language, name + '.png') })
}

/**
 * Looks at a screen, once under one name in each language. Axe, which takes seconds, looks at it in the first: e2e/looks has every screen
 * of the handheld in both.
 */
export async function look(page: Page, language: Language, name: string): Promise<void> {
  if (seenBefore.has(language + name)) return
  seenBefore.add(language + name)
  await page.evaluate(async () => {
    await document.fonts.ready
    for (const a of document.getAnimations()) if (a.effect?.getComputedTiming().endTime !== Infinity) a.finish() // what moves comes to rest
  })
  await picture(page, language, name)
  const seen = await page.evaluate(() => ({ lang: document.documentElement.lang, dir: document.documentElement.dir, text: document.body.innerText + ' ' + document.title }))
  expect(seen, name).toMatchObject({ lang: language, dir: language === 'ar' ? 'rtl' : 'ltr' })
  expect(seen.text.split(/\s+/).filter((w) => keys.has(w)), `untranslated on ${name}`).toEqual([])
  expect(seen.text, name).not.toMatch(/⟦|undefined|\[object |NaN|%!/)

  if (sounded.has(name)) return
  sounded.add(name)
  await addAxe(page)
  expect(await findings(page), `axe on ${name}`).toEqual([])
}

/** By the debugger: a page's own policy lets no foreign script in. */
export async function addAxe(page: Page): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
}

/** What axe finds that is more than minor, by all its rules or by some; that it looked at nothing is a finding, too. */
export async function findings(page: Page, rules?: string[]): Promise<string[]> {
  const { passed, violations } = await page.evaluate(async (rules) => {
    const { passes, violations } = await (window as unknown as { axe: { run(options: object): Promise<{ passes: unknown[]; violations: Violation[] }> } })
      .axe.run({ resultTypes: ['violations'], selectors: false, ...(rules ? { runOnly: { type: 'rule', values: rules } } : {}) }) // of what is well only that it is
    const grave = violations.filter((v) => v.impact !== 'minor')
    return { passed: passes.length, violations: grave.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + ' – ' + n.failureSummary).join(' | ')}`) }
  }, rules)
  return passed > (rules ? 0 : 5) ? violations : [...violations, 'axe looked at nothing']
}

interface Violation { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }
