// Chromium, as people have it: on a handheld with one profile that survives the process, at a desk with a window each.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from 'playwright-core'

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

const chosen = { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: flags }

/** Opens the browser on a profile folder; the same folder again finds everything that the profile stored durably. */
export function openProfile(folder: string, options: BrowserContextOptions = {}, more: string[] = []): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, { ...chosen, ...options, args: [...flags, ...more] })
}

/** Opens a browser that keeps nothing, for windows that share nothing. */
export const openBrowser = (): Promise<Browser> => chromium.launch(chosen)

export const newFolder = (name: string) => mkdtemp(join(tmpdir(), `jard-${name}-`))
