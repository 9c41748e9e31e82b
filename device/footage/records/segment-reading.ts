/** Reads the .json beside a segment, of this version or of an earlier one. */
import { join } from 'node:path'
import { parseUsedNumber } from '../../../core/ride/footage.js'
import type { SegmentRecord } from '../../../core/store/record-shapes.js'
import { footageFileOf } from '../footage-name.js'
import { type Checked, segmentIn } from './checking.js'
import { readJson, reasonIn } from './reading.js'
import { recordedFileOf } from './segment-files.js'

const MOST_BYTES = 64 * 1024
/** Footage of a boot nobody knows is from before all that are known. */
const BEFORE_ALL_BOOTS = 0

/**
 * What a .json in a folder of ours says; null where it is none of a segment's.
 * @param file relative to the footage folder
 * @param bootNumber of now: the record of a boot that has not been yet comes from another catalogue
 */
export async function segmentRecordIn(
  footage: string,
  file: string,
  bootNumber: number,
): Promise<Checked<SegmentRecord> | null> {
  const [folder = '', name = ''] = file.split('/')
  const video = `${name.slice(0, -'.json'.length)}.mp4`
  const named = footageFileOf(`${folder}/${video}`)
  const own = parseUsedNumber(name)
  if (named === null || own === null) return null
  try {
    const found = segmentIn(completed(await readJson(join(footage, file), MOST_BYTES), `${folder}/${video}`))
    if (found.reason !== null) return found
    const { row } = found
    if (row.id !== named.id) return { row: null, reason: 'it is of another than its name says' }
    const boot = row.bootNumber < bootNumber ? row.bootNumber : BEFORE_ALL_BOOTS
    const isOurs = footageFileOf(row.file)?.id === row.id
    return { row: { ...row, bootNumber: boot, file: isOurs ? row.file : `${folder}/${video}` }, reason: null }
  } catch (error) {
    return { row: null, reason: reasonIn(error) }
  }
}

/** What earlier versions did not write. */
function completed(told: unknown, video: string): unknown {
  if (typeof told !== 'object' || told === null) return told
  const { state, bootNumber, id } = told as Partial<Record<keyof SegmentRecord, unknown>>
  const isRecorded = state === 'recorded' && typeof bootNumber === 'number' && typeof id === 'string'
  return { keptItself: false, file: isRecorded ? recordedFileOf(bootNumber, id) : video, ...told }
}
