// The console's islands, built into ../static/console and served under /static/console/. Every *.ts directly under
// internal/web/island is an entry of its own, under its own name: pages name it without a manifest, and the server adds
// the build's version to the address.
import { readdirSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { defineConfig } from 'vite'

const island = resolve(import.meta.dirname, '../internal/web/island')

export default defineConfig({
  root: island,
  base: '/static/console/',
  build: {
    outDir: resolve(import.meta.dirname, '../static/console'), emptyOutDir: true, target: 'chrome110', assetsInlineLimit: 0, modulePreload: false,
    rollupOptions: {
      input: Object.fromEntries(readdirSync(island).filter((f) => f.endsWith('.ts')).map((f) => [basename(f, '.ts'), resolve(island, f)])),
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunk-[hash].js', assetFileNames: '[name][extname]' },
    },
  },
})
