/** `spokecam device`: the process that owns receiver, cameras and footage. */
import { settingsOf } from '../core/process/config.js'
import { openLog } from '../core/process/log.js'
import { runUntilSignal } from '../core/process/run.js'
import { settledDevice } from '../device/config.js'
import type { Given } from './command.js'
import { DEVICE_SECTIONS, settingsFor } from './settings.js'

export async function run(given: Given): Promise<number> {
  const log = openLog('device')
  return runUntilSignal(log, async (signal) => {
    const loaded = settingsFor(given)
    const settings = settledDevice(settingsOf(loaded, DEVICE_SECTIONS))
    const { runDevice } = await import('../device/main.js')
    await runDevice({ settings, configFile: loaded.file, log, signal })
  })
}
