/** `spokecam server`: the process that answers phones, and owns neither footage nor hardware. */
import { settingsOf } from '../core/process/config.js'
import { openLog } from '../core/process/log.js'
import { runUntilSignal } from '../core/process/run.js'
import type { Given } from './command.js'
import { SERVER_SECTIONS, settingsFor } from './settings.js'

/** Standard output carries one line, `listening http://ADDRESS:PORT`, once it answers. */
export async function run(given: Given): Promise<number> {
  const log = openLog('server')
  return runUntilSignal(log, async (signal) => {
    const settings = settingsOf(settingsFor(given), SERVER_SECTIONS)
    const { runServer } = await import('../server/main.js')
    await runServer({ settings, log, signal, onListening: (url) => process.stdout.write(`listening ${url}\n`) })
  })
}
