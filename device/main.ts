/** The device: rides with what lies in its data folder, or with memory alone while the card under it cannot be written. */
import { join, resolve } from 'node:path'
import type { Log } from '../core/process/log.js'
import { makeStandIn, removeStandIn } from '../core/process/stand-in.js'
import { openStore, type Rebuilt } from '../core/store/store.js'
import { checkSources } from './checking.js'
import type { DeviceSettings } from './config.js'
import { openDataFolder } from './data-folder.js'
import { isTroubleOfTheCard } from './footage/write-probe.js'
import { type RidingOptions, ride } from './riding.js'

export { type Reindexed, reindex } from './footage/records/reindex.js'
export { serveReplay } from './gps/replay.js'
export { openKeeping } from './import-keeping.js'
export { type ImportedLog, importLog } from './import-log.js'
export type { Keeping } from './importing/ride-import.js'

export interface DeviceOptions {
  readonly settings: DeviceSettings
  /** Where they come from, for whoever has to mend them; null without a file. */
  readonly configFile: string | null
  readonly log: Log
  readonly signal: AbortSignal
}

type Riding = Omit<RidingOptions, 'store' | 'standsInFor' | 'isRestored'>

/**
 * Records until the signal aborts; resolves when everything is closed and on the card. A card that cannot be written does not end
 * it: to be begun again and again would help nobody.
 * @throws ConfigurationError for a source that cannot be used; else where the data folder or the catalogue cannot be opened
 */
export async function runDevice({ settings, configFile, log, signal }: DeviceOptions): Promise<void> {
  const receiver = await checkSources(settings, configFile)
  const riding = { settings, receiver, data: resolve(settings.data), log, signal }
  while (!signal.aborted) {
    try {
      return await rideIn(riding, null)
    } catch (error) {
      if (signal.aborted || !(await isTroubleOfTheCard(error, probeIn(riding.data)))) throw error
      log.error('the card cannot be written: the ride is kept in memory until it can', { error })
    }
    await rideInMemory(riding)
  }
}

async function rideIn(riding: Riding, standsInFor: RidingOptions['standsInFor']): Promise<void> {
  const lock = await openDataFolder(riding.data)
  try {
    let isRestored = false
    let beginsAnew = new AbortController()
    const onRebuilt = ({ isComplete }: Rebuilt): void => {
      if (isComplete) return
      isRestored = true
      beginsAnew.abort()
    }
    const store = await openStore(join(riding.data, 'rides.db'), { log: riding.log, onRebuilt })
    try {
      // One that comes back in mid ride without all it had does not know that ride: it is gone on with as after a restart.
      do {
        beginsAnew = new AbortController()
        const signal = AbortSignal.any([riding.signal, beginsAnew.signal])
        await ride({ ...riding, store, isRestored, standsInFor, signal })
      } while (beginsAnew.signal.aborted && !riding.signal.aborted)
    } finally {
      await store.close()
    }
  } finally {
    lock.release()
  }
}

/** No video, and a track that can be had until the power goes; resolves once the card can be written, or the signal aborts. */
async function rideInMemory(riding: Riding): Promise<void> {
  const isBack = new AbortController()
  const signal = AbortSignal.any([riding.signal, isBack.signal])
  const data = await makeStandIn(riding.data, 'device')
  try {
    await rideIn({ ...riding, data, signal }, { probe: probeIn(riding.data), onWritable: () => isBack.abort() })
  } finally {
    await removeStandIn(riding.data, 'device')
  }
}

/** Written to see whether that works. */
const probeIn = (data: string): string => join(data, '.write-probe')
