/** Tests run what riders run: an import of a source file under test/ is answered with the file that was built from it. */
import { dirname, join, resolve } from 'node:path'
import { defineConfig, type Plugin } from 'vitest/config'

const root = resolve(import.meta.dirname, '..')
const wings = ['core', 'cli', 'device', 'server'].map((wing) => join(root, wing, '/'))

const builtFiles: Plugin = {
  name: 'built-files',
  enforce: 'pre',
  resolveId(source, importer) {
    if (!source.startsWith('.') || importer === undefined) return null
    const file = resolve(dirname(importer), source)
    return wings.some((wing) => file.startsWith(wing))
      ? { id: file.replace(root, join(root, 'dist')), external: true }
      : null
  },
}

export default defineConfig({
  root,
  plugins: [builtFiles],
  test: {
    include: ['test/**/*.test.ts'],
    env: { TZ: 'UTC' },
    // A story mostly waits: three side by side keep two cores busy, and four are too many for what is timed.
    maxWorkers: 3,
    testTimeout: 15_000,
    hookTimeout: 15_000,
    server: { deps: { external: [/\/dist\//] } },
  },
})
