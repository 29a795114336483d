// The handheld app, built into ../static/scanner and served under /app/.
import { createHash } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import preact from '@preact/preset-vite'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vitest/config'
import { databaseVersion } from './src/store/schema.ts'

const preloadHelper = `export function __vitePreload(load, files = []) {
  for (const file of files) {
    const href = '/app/' + file
    if (document.querySelector('link[href="' + href + '"]')) continue
    const link = document.createElement('link')
    link.rel = 'modulepreload'
    link.crossOrigin = ''
    link.href = href
    document.head.append(link)
  }
  return load()
}`

let folder = ''

export default defineConfig({
  base: '/app/',
  plugins: [
    preact(),
    // No chunk has a style sheet of its own: what a part imports is asked for together with it, and not waited for.
    {
      name: 'import-together', enforce: 'pre',
      load: (id) => (id === '\0vite/preload-helper.js' ? preloadHelper : undefined),
    },
    // What the first screen takes comes at once: the entry, what it imports, and the texts of the first language.
    {
      name: 'first-at-once',
      transformIndexHtml: {
        order: 'post',
        handler: (_html, { bundle }) => Object.values(bundle ?? {}).filter((c) => c.type === 'chunk').flatMap((c) => (c.isEntry ? c.imports : c.name === 'ar-first' ? [c.fileName] : [])).map((file) => (
          { tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: '/app/' + file }, injectTo: 'head' as const })),
      },
    },
    VitePWA({
      registerType: 'prompt', // an update waits for the counter's word, between passes
      injectRegister: null,
      includeAssets: ['icon.svg'],
      manifest: {
        id: '/app/', start_url: '/app/', scope: '/app/', display: 'standalone', orientation: 'portrait', lang: 'ar', dir: 'rtl',
        name: 'جرد · Jard', short_name: 'جرد', description: 'العدّ بالجهاز اليدوي، مع الشبكة ومن دونها',
        theme_color: '#0b5b5b', background_color: '#faf8f4',
        icons: [{ src: 'icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any maskable' }],
      },
      // The page of the first visit is its worker's, too: what it did not load yet is there without a network.
      workbox: { clientsClaim: true, globPatterns: ['**/*.{js,css,html,svg,woff2,wasm}'], navigateFallback: '/app/index.html', navigateFallbackAllowlist: [/^\/app\//] },
    }),
    // Each version's service worker bears the sum of its text as its name, so that no browser takes one for another's successor
    // (src/ui/update.ts); worker.json says which one the server has.
    {
      name: 'worker-name', apply: 'build', enforce: 'post',
      configResolved({ root, build }) { folder = resolve(root, build.outDir) },
      closeBundle: {
        sequential: true, order: 'post',
        handler() {
          const made = join(folder, 'sw.js'), worker = `sw-${createHash('sha256').update(readFileSync(made)).digest('hex').slice(0, 16)}.js`
          renameSync(made, join(folder, worker))
          writeFileSync(join(folder, 'worker.json'), JSON.stringify({ worker, database: databaseVersion }) + '\n')
        },
      },
    },
  ],
  worker: { format: 'es' },
  build: { outDir: '../static/scanner', emptyOutDir: true, target: 'chrome83', assetsInlineLimit: 0, modulePreload: { polyfill: false, resolveDependencies: (_file, deps, { hostType }) => (hostType === 'js' ? deps : []) } },
  test: { include: ['test/**/*.test.{ts,tsx}'], setupFiles: ['test/texts.ts'], testTimeout: 30_000 /* a bound for a busy machine */ },
})
