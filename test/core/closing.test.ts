/** The catalogue is closed at any moment, in the middle of a look at it too: nothing goes on behind it. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const STORE = join(import.meta.dirname, '../../dist/core/store/store.js')

it.each([0, 5, 20, 60, 150, 400])(
  'a process ends by itself once it has closed it, %d ms into a look',
  async (afterMs) => {
    const folder = await mkdtemp(join(tmpdir(), 'closing-'))
    const program = `
    import { openStore } from '${STORE}'
    const store = await openStore('${folder}/rides.db', { looksAfterMs: 0 })
    await new Promise((resolve) => setTimeout(resolve, ${afterMs}))
    await store.close()`
    const file = join(folder, 'closing.mjs')
    await writeFile(file, program)
    // Else it is ended by force, which is a failure.
    await expect(promisify(execFile)(process.execPath, [file], { timeout: 8_000 })).resolves.toBeDefined()
    await rm(folder, { recursive: true })
  },
)
