/** Joins what keeps room on the card: who reads from it, what may go, and whether it can be written. */
import { join } from 'node:path'
import type { News } from '../core/link/messages.js'
import { monoNowMs } from '../core/process/boot.js'
import type { Log } from '../core/process/log.js'
import type { Store } from '../core/store/store.js'
import { bytesPerSecondOf, type DeviceSettings } from './config.js'
import { createHolds, type Holds } from './footage/holds.js'
import { createRetention } from './footage/retention.js'
import { type Storage, watchStorage } from './footage/storage.js'

/** The card whose place memory takes. */
export interface StandsInFor {
  /** Absolute path of a file on it that is written to see whether that works. */
  readonly probe: string
  readonly onWritable: () => void
}

export interface CardOptions {
  readonly settings: Pick<DeviceSettings, 'cameras' | 'keep' | 'mostFootageBytes'>
  /** Absolute paths of the data folder and of the footage folder in it. */
  readonly data: string
  readonly footage: string
  readonly store: Store
  /** Null where the data folder lies on the card itself. */
  readonly standsInFor: StandsInFor | null
  /** Whether files of a segment are being written just now. */
  readonly isBusyWith: (segmentId: string) => boolean
  readonly tell: (news: News) => void
  readonly log: Log
}

export function openCard({ settings, data, footage, store, standsInFor, isBusyWith, tell, log }: CardOptions): {
  readonly storage: Storage
  readonly holds: Holds
} {
  const holds = createHolds()
  const expiredExports = join(data, 'exports', 'expired')
  const nowMonoMs = monoNowMs
  const { isHeld } = holds
  const storage = watchStorage({
    footage,
    probe: standsInFor?.probe ?? join(data, '.write-probe'),
    isTaking: standsInFor === null,
    limits: { ...settings.keep, mostFootageBytes: settings.mostFootageBytes },
    cameras: settings.cameras.map((camera) => ({ name: camera.name, bytesPerSecond: bytesPerSecondOf(camera) })),
    store,
    retention: createRetention({ footage, expiredExports, store, isHeld, isBusyWith, nowMonoMs, tell, log }),
    onWritable: async () => (standsInFor === null ? store.reopen() : standsInFor.onWritable()),
    log,
  })
  return { storage, holds }
}
