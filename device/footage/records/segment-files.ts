/** The .json beside a segment: what the catalogue holds of it, and the hash of its picture, which only the file knows. */
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolderDurably, UNFINISHED, writeDurably } from '../../../core/process/durable.js'
import { bootFolder, datedName } from '../../../core/ride/footage.js'
import type { SegmentRecord } from '../../../core/store/record-shapes.js'
import type { Store } from '../../../core/store/store.js'
import { footageFileOf } from '../footage-name.js'
import { readText } from './reading.js'

export interface SegmentFiles {
  /**
   * Writes it, unless it says so already.
   * @param picture the hash of its picture as it was recorded; where it is not known now it stays what it was
   */
  readonly write: (record: SegmentRecord, picture?: string | null) => Promise<void>
  /** Brings it up to the catalogue. */
  readonly follow: (id: string) => Promise<void>
}

const MOST_BYTES = 64 * 1024

/** @param simulated whether what is recorded now is, for a segment without a ride of which nobody knows it otherwise */
export function createSegmentFiles(
  footage: string,
  simulated: boolean,
  store: Pick<Store, 'isSimulatedRide' | 'segmentRecord'>,
): SegmentFiles {
  let underWay: Promise<unknown> = Promise.resolve()
  /** Tagging and what follows the catalogue write the same files: one after the other. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = underWay.then(work)
    // Its trouble is told to whoever asked for it.
    underWay = mine.catch(() => {})
    return mine
  }

  const writeNow = async (record: SegmentRecord, picture: string | null = null): Promise<void> => {
    const file = recordFileOf(record)
    const path = join(footage, file)
    const before = await readText(path, MOST_BYTES).catch(() => null) // Not there, or not readable: it is written anew.
    const told = toldIn(before)
    const ofRide = record.rideId === null ? null : await store.isSimulatedRide(record.rideId)
    const text = segmentText(record, ofRide ?? told.simulated ?? simulated, picture ?? told.picture)
    if (text !== before) {
      await makeFolderDurably(dirname(path))
      await writeDurably(path, text)
    }
    const undated = undatedFileOf(record)
    if (undated === file) return
    for (const old of [undated, undated + UNFINISHED]) await rm(join(footage, old), { force: true })
  }

  return {
    write: (record, picture) => inTurn(() => writeNow(record, picture)),
    follow: (id) =>
      inTurn(async () => {
        const record = await store.segmentRecord(id)
        if (record !== null) await writeNow(record)
      }),
  }
}

/** Where the record lies: beside the tagged video, by the date of the segment, else in the folder of its boot. */
export function recordFileOf(record: SegmentRecord): string {
  const { camera, number, startUtcMs, file } = record
  if (footageFileOf(file)?.kind === 'tagged') return file.replace(/mp4$/, 'json')
  if (startUtcMs === null) return undatedFileOf(record)
  const { folder, base } = datedName(camera, number, startUtcMs)
  return `${folder}/${base}.json`
}

/** Where a recorder wrote it. */
export const recordedFileOf = (bootNumber: number, id: string): string => `${bootFolder(bootNumber)}/${id}.mp4`

const undatedFileOf = ({ bootNumber, id }: SegmentRecord): string => `${bootFolder(bootNumber)}/${id}.json`

export function segmentText(record: SegmentRecord, simulated: boolean, picture: string | null): string {
  const { file, keptItself, ...known } = record
  return `${JSON.stringify({ ...known, keptItself, file, simulated, picture }, null, 2)}\n`
}

/** What only the file knows; null where it does not. */
function toldIn(text: string | null): { readonly picture: string | null; readonly simulated: boolean | null } {
  try {
    const { picture, simulated } = JSON.parse(text ?? '{}') as Readonly<Record<string, unknown>>
    return {
      picture: typeof picture === 'string' ? picture : null,
      simulated: typeof simulated === 'boolean' ? simulated : null,
    }
  } catch {
    return { picture: null, simulated: null } // Torn: it is written anew.
  }
}
