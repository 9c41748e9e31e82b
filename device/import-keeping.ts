/** Opens the catalogue for rides of other devices: through the device that runs, or under its lock where none does. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openServerEnd } from '../core/link/server-end.js'
import { monoNowMs } from '../core/process/boot.js'
import { makeFolderDurably } from '../core/process/durable.js'
import type { Log } from '../core/process/log.js'
import { takeLock } from '../core/store/lock.js'
import { openReader, openStore, type Store } from '../core/store/store.js'
import { createSegmentFiles } from './footage/records/segment-files.js'
import { createRecords } from './footage/records/writing.js'
import type { Keeping } from './importing/ride-import.js'
import { createImports } from './imports.js'
import { aSecret } from './page-settings.js'

export interface OpenKeeping extends Keeping {
  readonly close: () => Promise<void>
}

const CONNECTS_WITHIN_MS = 5_000
const LOOKS_EVERY_MS = 20
const RECORDS_WITHIN_MS = 10_000
/** What the link would say, every answer says. */
const QUIET: Log = { info: () => {}, warn: () => {}, error: () => {} }

/** @throws one sentence where neither can be */
export async function openKeeping(data: string, log: Log): Promise<OpenKeeping> {
  await makeFolderDurably(join(data, 'footage'))
  const catalogue = join(data, 'rides.db')
  const lock = takeLock(join(data, 'device.lock'))
  if (lock === null) return throughTheDevice(data, catalogue)
  try {
    const store = await openStore(catalogue, { log })
    await store.keepPrivacySecret(aSecret())
    return {
      ask: createImports(store, monoNowMs, log),
      sameRide: store.sameRide,
      close: async () => {
        await writeRecords(data, store, log)
        await store.close()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** What a device would write beside the footage; the rest is the next one's. */
async function writeRecords(data: string, store: Store, log: Log): Promise<void> {
  const footage = join(data, 'footage')
  const segmentFiles = createSegmentFiles(footage, false, store)
  const records = createRecords({ footage, bootNumber: null, store, segmentFiles, commit: async () => {}, log })
  records.catalogueIsWhole()
  await records.writeLast(AbortSignal.timeout(RECORDS_WITHIN_MS))
}

async function throughTheDevice(data: string, catalogue: string): Promise<OpenKeeping> {
  const link = openServerEnd({ paths: [join(data, 'device.sock')], hear: () => {}, log: QUIET })
  const stop = new AbortController()
  const listening = link.service.run(stop.signal)
  const close = async (): Promise<void> => {
    stop.abort()
    await listening
  }
  const deadlineMs = monoNowMs() + CONNECTS_WITHIN_MS
  while (link.lastNow() === null) {
    if (monoNowMs() > deadlineMs) {
      await close()
      throw new Error(`${data} is in use, but no device answers there: is another import under way?`)
    }
    await sleep(LOOKS_EVERY_MS)
  }
  return {
    ask: link.ask,
    sameRide: async (ride) => {
      const reader = openReader(catalogue)
      try {
        return reader?.sameRide(ride) ?? null
      } finally {
        reader?.close()
      }
    },
    close,
  }
}
