/** Tells what a file under the footage folder is by where it lies and how it is called; what riders put there is none of ours. */
import { UNFINISHED } from '../../core/process/durable.js'
import {
  type DatedName,
  isDayFolder,
  type NumberedName,
  parseBootFolder,
  parseDatedName,
  parseRecordingName,
  segmentId,
} from '../../core/ride/footage.js'

export type FootageFile =
  | { readonly kind: 'recording'; readonly id: string; readonly name: NumberedName; readonly boot: number }
  | { readonly kind: 'tagged'; readonly id: string; readonly name: DatedName }
  /** Of a writing that broke off, or is under way. */
  | { readonly kind: 'leftover'; readonly id: string; readonly name: DatedName }

const LEFTOVERS = new Set(
  ['.mp4', '.gpx', '.json']
    .map((ending) => ending + UNFINISHED)
    .concat(`.mp4${UNFINISHED}-text`, `.mp4${UNFINISHED}-hash`),
)

/**
 * Null for whatever else lies there: tracks and records, what was set aside, what others put there.
 * @param file relative to the footage folder
 */
export function footageFileOf(file: string): FootageFile | null {
  const [folder = '', base = ''] = file.split('/')
  const boot = parseBootFolder(folder)
  if (boot !== null) {
    const name = parseRecordingName(base)
    return name === null ? null : { kind: 'recording', id: idOf(name), name, boot }
  }
  const name = isDayFolder(folder) ? parseDatedName(base) : null
  if (name === null) return null
  if (name.ending === '.mp4') return { kind: 'tagged', id: idOf(name), name }
  return LEFTOVERS.has(name.ending) ? { kind: 'leftover', id: idOf(name), name } : null
}

const idOf = ({ camera, number }: NumberedName): string => segmentId(camera, number)
