/** Puts beside a closed segment what is known of it: the GPX of exactly its span, and a .json of what the catalogue holds. */
import { join } from 'node:path'
import { makeFolderDurably, writeDurably } from '../../core/process/durable.js'
import { datedName } from '../../core/ride/footage.js'
import type { TrackPoint } from '../../core/ride/ride.js'
import type { SegmentOnCard } from '../../core/store/footage.js'
import type { Store } from '../../core/store/store.js'
import { gpxOf } from '../../core/track/gpx.js'

/** A segment whose first frame has a date. */
export type DatedSegment = SegmentOnCard & { readonly startUtcMs: number }

/** Folder and base name under the footage folder, without an extension. */
export function pathOf({ camera, number, startUtcMs }: DatedSegment): string {
  const { folder, base } = datedName(camera, number, startUtcMs)
  return `${folder}/${base}`
}

export const pointsOf = (segment: SegmentOnCard, store: Pick<Store, 'pointsBetween'>): Promise<TrackPoint[]> =>
  store.pointsBetween({
    bootNumber: segment.bootNumber,
    fromMonoMs: segment.startMonoMs,
    toMonoMs: segment.startMonoMs + segment.durationMs,
  })

/** Writes both files, then dates the segment for good: an undated one is done again after a power cut. @throws where the card refuses */
export async function describeSegment(
  footage: string,
  segment: DatedSegment,
  simulated: boolean,
  store: Pick<Store, 'dateSegment' | 'pointsBetween'>,
): Promise<void> {
  const path = join(footage, pathOf(segment))
  await makeFolderDurably(join(path, '..'))
  const points = await pointsOf(segment, store)
  const head = { name: segment.id, utcMs: segment.startUtcMs, simulated }
  await writeDurably(`${path}.gpx`, [...gpxOf(head, points)].join(''))
  await writeRecord(footage, segment, simulated)
  await store.dateSegment(segment.id, segment.startUtcMs, segment.startUncertaintyMs ?? 0)
}

/**
 * The .json beside the segment: enough to rebuild its row.
 * @param picture the hash of its picture as it was recorded, null while that is not known
 */
export async function writeRecord(
  footage: string,
  segment: DatedSegment,
  simulated: boolean,
  picture: string | null = null,
): Promise<void> {
  const { file: _file, fileAsRecorded: _old, ...known } = segment
  await writeDurably(
    join(footage, `${pathOf(segment)}.json`),
    `${JSON.stringify({ ...known, simulated, picture }, null, 2)}\n`,
  )
}
