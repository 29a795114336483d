// The gallery of scenes, built and served: every screen and state of the handheld app over a model that a scene has set.
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { extname, join, resolve } from 'node:path'
import { build } from 'vite'
import { newFolder } from './browser'

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2' }

/** Builds it and says where it is; close ends the server. */
export async function openGallery(): Promise<{ url: string; close(): void }> {
  const root = resolve(import.meta.dirname, '..'), folder = await newFolder('gallery')
  await build({
    root, base: '/', configFile: false, logLevel: 'error', publicDir: false, esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
    build: { outDir: folder, emptyOutDir: true, modulePreload: false, rollupOptions: { input: join(root, 'test/ui/gallery.html') } },
  } as Parameters<typeof build>[0])
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://gallery').pathname
    readFile(join(folder, path)).then((body) => response.setHeader('Content-Type', types[extname(path)] ?? 'application/octet-stream').end(body), () => response.writeHead(404).end())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}/test/ui/gallery.html`, close: () => void server.close() }
}
