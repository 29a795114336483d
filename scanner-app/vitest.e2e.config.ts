// The browser tests: real Chromium, real processes. One after another, since they share the machine's clock and cores.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['e2e/**/*.test.ts'], setupFiles: ['test/texts.ts'], fileParallelism: false, testTimeout: 240_000, hookTimeout: 240_000, reporters: ['verbose'], bail: 1 },
})
