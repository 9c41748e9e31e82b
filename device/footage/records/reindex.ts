/** `reindex`: makes a catalogue anew from the footage folder, and puts it in the place of the one that is there. */
import { existsSync } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncFolder } from '../../../core/process/durable.js'
import type { Log } from '../../../core/process/log.js'
import { takeLock } from '../../../core/store/lock.js'
import type { CatalogueCounts } from '../../../core/store/records.js'
import { openStore } from '../../../core/store/store.js'
import { putInOrder } from '../folder-order.js'
import { MOST_BOOTS } from './names.js'
import { rebuildCatalogue } from './rebuilding.js'
import { createSegmentFiles } from './segment-files.js'
import { createRecords } from './writing.js'

export interface Reindexed extends CatalogueCounts {
  /** What lies among the footage and could not be read, relative to the footage folder. */
  readonly unreadable: readonly { readonly file: string; readonly reason: string }[]
  /** Where the catalogue is that was there before; null where there was none. */
  readonly setAside: string | null
}

/** Log and index, backups and notes belong to one catalogue alone: another's would be taken for those of the new one. */
const OWN = /^(-wal|-shm|\.(?:backup|redo)-\d+(?:-wal|-shm)?|\.ballast|)$/
/** What the new one is called until it is whole. */
const NEW = '.new'
const NOTHING_HELD_UP = { firstAfterMs: 0, everyMs: 0, betweenMs: 0 }
const NO_PAUSES = { betweenStepsMs: 0, secondLookMs: 0 }

/**
 * Killed at any moment and begun again it comes to the same end: the old catalogue stays until the new one is whole.
 * @param data absolute path of the data folder
 * @throws one sentence where a device runs there, or there is no footage
 */
export async function reindex(data: string, log: Log, signal: AbortSignal): Promise<Reindexed> {
  const footage = join(data, 'footage')
  if (!existsSync(footage)) throw new Error(`there is no footage folder in ${data}`)
  const lock = takeLock(join(data, 'device.lock'))
  if (lock === null) {
    throw new Error(`${data} is in use: a device that runs keeps its catalogue in order itself, stop it first`)
  }
  try {
    const catalogue = join(data, 'rides.db')
    await writeWhatIsDue(catalogue, footage, log, signal)
    const made = await makeAnew(catalogue + NEW, footage, log, signal).catch(async (error: unknown) => {
      // Half of one would only take room.
      await removePartsOf(catalogue + NEW)
      throw error
    })
    return { ...made, setAside: await swapIn(catalogue, data) }
  } finally {
    lock.release()
  }
}

/** What the old catalogue had not written beside the footage yet must not be lost with it, as far as it can be read. */
async function writeWhatIsDue(catalogue: string, footage: string, log: Log, signal: AbortSignal): Promise<void> {
  if (!existsSync(catalogue)) return
  try {
    const store = await openStore(catalogue)
    try {
      if (!(await store.isSound())) throw new Error('its pages do not fit together')
      const segmentFiles = createSegmentFiles(footage, false, store)
      const nothing = { bootNumber: null, commit: async () => {}, pace: NOTHING_HELD_UP }
      const records = createRecords({ footage, store, segmentFiles, log, ...nothing })
      records.catalogueIsWhole()
      await records.writeDue(signal)
    } finally {
      await store.close()
    }
  } catch (error) {
    log.warn('the catalogue that is there tells nothing more', { error })
  }
}

async function makeAnew(
  file: string,
  footage: string,
  log: Log,
  signal: AbortSignal,
): Promise<Omit<Reindexed, 'setAside'>> {
  // Of one that was killed.
  await removePartsOf(file)
  const unreadable: Reindexed['unreadable'][number][] = []
  const store = await openStore(file)
  try {
    const all = { footage, bootNumber: MOST_BOOTS, isFromBefore: () => true, store }
    let inOrder: readonly number[] = []
    const rebuild = async (): Promise<void> => {
      const told = {
        unreadable: (file: string, reason: string) => void unreadable.push({ file, reason }),
        betweenMs: 0,
      }
      inOrder = await rebuildCatalogue({ ...all, ...told, recordsAreNewer: false }, signal)
    }
    const idle = {
      isRestored: false,
      isBusyWith: () => false,
      onMended: () => {},
      onSettled: async () => {},
      onCatalogueWhole: () => {},
    }
    await putInOrder({ ...all, ...idle, rebuild, log, pauses: NO_PAUSES }, signal)
    signal.throwIfAborted()
    const last = await store.lastBoot()
    // The next device need not do it all once more.
    for (const number of inOrder.length > 0 || last === null ? inOrder : [last]) await store.footageIsInOrder(number)
    return { ...(await store.catalogueCounts()), unreadable }
  } finally {
    await store.close()
  }
}

/** @returns where the one before is now */
async function swapIn(catalogue: string, data: string): Promise<string | null> {
  const aside = `${catalogue}.replaced-${await nextNumber(data)}`
  const had = await partsOf(catalogue)
  for (const part of had) await rename(catalogue + part, aside + part)
  // Its notes would say that it was made elsewhere: it begins new ones.
  for (const part of SQLITES)
    if (existsSync(catalogue + NEW + part)) await rename(catalogue + NEW + part, catalogue + part)
  await removePartsOf(catalogue + NEW)
  await syncFolder(data)
  return had.includes('') ? aside : null
}

/** In this order: a log without its database is nobody's. */
const SQLITES = ['-wal', '-shm', '']

async function removePartsOf(file: string): Promise<void> {
  for (const part of await partsOf(file)) await rm(file + part, { force: true })
}

/** What each is called behind the name of the catalogue, itself last. */
async function partsOf(file: string): Promise<string[]> {
  const names = (await readdir(dirname(file))).filter((name) => name.startsWith(basename(file)))
  const parts = names.map((name) => name.slice(basename(file).length)).filter((part) => OWN.test(part))
  return parts.sort().reverse()
}

/** The kept ones are counted up, never written over. */
async function nextNumber(data: string): Promise<number> {
  const numbers = (await readdir(data)).map((name) => Number(/^rides\.db\.replaced-(\d{1,9})/.exec(name)?.[1] ?? 0))
  return Math.max(0, ...numbers) + 1
}
