/** Builds the page into dist/web: hashed files, each text beside its .br and .gz, which the server sends as they are. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const TEXT = /\.(js|mjs|css|html|svg|json)$/
/** Smaller files fit into one packet either way. */
const LEAST_BYTES = 1_024
/** 11 saves another 8 % and takes ten times as long: a minute on a Pi. */
const BROTLI_QUALITY = 9

const precompressed: Plugin = {
  name: 'precompressed',
  apply: 'build',
  writeBundle({ dir = '' }, bundle) {
    for (const name of Object.keys(bundle).filter((name) => TEXT.test(name))) {
      const file = join(dir, name)
      const bytes = readFileSync(file)
      if (bytes.length <= LEAST_BYTES) continue
      writeFileSync(
        `${file}.br`,
        brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
      )
      writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
    }
  },
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [precompressed],
  // The light build leaves out captions, DRM and a second sound track, none of which a ride has, and a third of the size.
  resolve: { alias: [{ find: /^hls\.js$/, replacement: 'hls.js/light' }] },
  worker: { format: 'es' },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // Nothing becomes a data: address, so a strict content security policy holds.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The map library is one file of 1 MB, loaded after the page shows speed and state.
    chunkSizeWarningLimit: 1_200,
    // A build on a small computer is slow: that is no warning for whoever starts Spokecam.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
})
