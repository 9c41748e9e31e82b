/** Keeps room for what comes: the oldest video goes first, its track stays. */
import { rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../core/process/log.js'
import { pause, type Service } from '../../core/process/service.js'
import type { SegmentOnCard } from '../../core/store/footage.js'
import type { Store } from '../../core/store/store.js'

export interface Room {
  /** What footage may take at most; null where only free room counts. */
  readonly mostFootageBytes: number | null
  /** Free on the card at least: the larger of this share and of an hour of recording. */
  readonly freePercent: number
  readonly bytesAnHour: number
}

const LOOK_EVERY_MS = 10_000
/** Below the limit by this share once it sweeps, so that it does not sweep a little all the time. */
const HYSTERESIS = 0.05
const AT_ONCE = 20

export interface Card {
  readonly totalBytes: number
  readonly freeBytes: number
  readonly footageBytes: number
}

/** How many bytes have to go; 0 while there is room. */
export function surplusBytes(card: Card, room: Room): number {
  const wantedFreeBytes = Math.max((card.totalBytes * room.freePercent) / 100, room.bytesAnHour)
  const missing = missingOf(wantedFreeBytes - card.freeBytes, wantedFreeBytes)
  const most = room.mostFootageBytes
  return Math.max(missing, most === null ? 0 : missingOf(card.footageBytes - most, most))
}

export function retention(
  footage: string,
  room: Room,
  store: Pick<Store, 'footageBytes' | 'oldestFootage' | 'sweepSegment'>,
  log: Log,
): Service {
  const look = async (): Promise<void> => {
    const { blocks, bavail, bsize } = await statfs(footage)
    const card = { totalBytes: blocks * bsize, freeBytes: bavail * bsize, footageBytes: await store.footageBytes() }
    let surplus = surplusBytes(card, room)
    while (surplus > 0) {
      const oldest = await store.oldestFootage(AT_ONCE)
      if (oldest.length === 0) return
      for (const segment of oldest) {
        if (surplus > 0) surplus -= await sweep(segment)
      }
    }
  }

  /** The row first: a file without a row is found again, a row without its file would be a lie. */
  const sweep = async ({ id, file, fileAsRecorded, sizeBytes }: SegmentOnCard): Promise<number> => {
    await store.sweepSegment(id)
    for (const path of [file, fileAsRecorded]) if (path !== null) await rm(join(footage, path), { force: true })
    log.info('the oldest video made room', { segment: id, sizeBytes })
    return sizeBytes * (fileAsRecorded === null ? 1 : 2)
  }

  return {
    name: 'retention',
    run: async (signal) => {
      while (!signal.aborted) {
        await look()
        await pause(LOOK_EVERY_MS, signal)
      }
    },
  }
}

const missingOf = (overBytes: number, limitBytes: number): number =>
  overBytes <= 0 ? 0 : overBytes + limitBytes * HYSTERESIS
