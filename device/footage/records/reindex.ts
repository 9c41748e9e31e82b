/** `reindex`: makes a catalogue anew from the footage folder, and puts it in the place of the one that is there. */
import { existsSync } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../../../core/process/durable.js'
import type { Log } from '../../../core/process/log.js'
import { backupName, generationsOf, redoName } from '../../../core/store/generations.js'
import { takeLock } from '../../../core/store/lock.js'
import type { CatalogueCounts } from '../../../core/store/record-shapes.js'
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

/** The log and the index of a catalogue belong to it alone. */
const PARTS = ['-wal', '-shm', '']
const NOTHING_HELD_UP = { firstAfterMs: 0, everyMs: 0, betweenMs: 0, most: Number.POSITIVE_INFINITY }
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
    // Of one that broke off: what was noted of that would be carried out once more.
    await removeNew(data)
    const made = await makeAnew(`${catalogue}.new`, footage, log, signal)
    signal.throwIfAborted()
    const setAside = await swapIn(catalogue, data)
    await removeNew(data)
    return { ...made, setAside }
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
      await records.writeLast(signal)
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
    const last = await store.lastBoot()
    // The next device need not do it all once more.
    for (const number of inOrder.length > 0 || last === null ? inOrder : [last]) await store.footageIsInOrder(number)
    return { ...(await store.catalogueCounts()), unreadable }
  } finally {
    await store.close()
  }
}

/**
 * What the one before could be made of again goes with it, and first: beside the new one it would be taken for what that holds.
 * @returns where the one before is now
 */
async function swapIn(catalogue: string, data: string): Promise<string | null> {
  const aside = `${catalogue}.replaced-${await nextNumber(data)}`
  const { backups, redos } = generationsOf(catalogue)
  for (const backup of backups) await rename(backupName(catalogue, backup), backupName(aside, backup))
  for (const redo of redos) await rename(redoName(catalogue, redo), redoName(aside, redo))
  const had = PARTS.filter((part) => existsSync(catalogue + part))
  for (const part of had) await rename(catalogue + part, aside + part)
  for (const part of PARTS)
    if (existsSync(`${catalogue}.new${part}`)) await rename(`${catalogue}.new${part}`, catalogue + part)
  await syncFolder(data)
  return had.includes('') ? aside : null
}

/** The new catalogue, and whatever was made beside it: its notes, a backup, ballast. */
async function removeNew(data: string): Promise<void> {
  const names = (await readdir(data)).filter((name) => name === 'rides.db.new' || /^rides\.db\.new[.-]/.test(name))
  for (const name of names) await rm(join(data, name), { force: true })
}

/** The kept ones are counted up, never written over. */
async function nextNumber(data: string): Promise<number> {
  const numbers = (await readdir(data)).map((name) => Number(/^rides\.db\.replaced-(\d{1,9})/.exec(name)?.[1] ?? 0))
  return Math.max(0, ...numbers) + 1
}
