/** How much room the card has left, in bytes and in hours of recording. */
import { statfs } from 'node:fs/promises'
import type { Log } from '../../core/process/log.js'
import { pause, type Service } from '../../core/process/service.js'
import type { StorageNow } from '../../core/ride/now.js'

export interface Storage {
  readonly now: () => StorageNow
  /** Whether an hour of recording fits beside what is there. */
  readonly hasAnHour: () => boolean
  readonly service: Service
}

const LOOK_EVERY_MS = 5_000
export const HOUR_S = 3_600
/** Under this many hours the rider is told. */
const LOW_HOURS = 1
/** Less than this is nothing: a recorder's buffers and the database need it. */
const FULL_BYTES = 64 * 1024 * 1024

/** @param hoursLeft null where nothing is recorded: then only an almost full card is worth a word */
export function stateOf(freeBytes: number, hoursLeft: number | null): StorageNow['state'] {
  if (freeBytes < FULL_BYTES) return 'full'
  return hoursLeft !== null && hoursLeft < LOW_HOURS ? 'low' : 'ok'
}

/** @param bytesPerSecond what all cameras write together, as configured */
export function watchStorage(folder: string, bytesPerSecond: number, log: Log): Storage {
  let freeBytes: number | null = null
  let state: StorageNow['state'] = 'ok'

  const look = async (): Promise<void> => {
    const before = state
    try {
      const { bavail, bsize } = await statfs(folder)
      freeBytes = bavail * bsize
      state = stateOf(freeBytes, hoursLeft())
    } catch (error) {
      freeBytes = null
      state = 'failed'
      if (before !== 'failed') log.error('the data folder cannot be read', { folder, error })
    }
    if (state !== before && state !== 'failed') log.warn('room on the card', { state, freeBytes })
  }

  const hoursLeft = (): number | null =>
    freeBytes === null || bytesPerSecond === 0 ? null : freeBytes / bytesPerSecond / HOUR_S

  return {
    now: () => ({ state, freeBytes, hoursLeft: hoursLeft(), keptBytes: 0 }),
    hasAnHour: () => (hoursLeft() ?? 0) > LOW_HOURS,
    service: {
      name: 'storage',
      run: async (signal) => {
        while (!signal.aborted) {
          await look()
          await pause(LOOK_EVERY_MS, signal)
        }
      },
    },
  }
}
