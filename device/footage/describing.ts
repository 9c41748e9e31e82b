/** Puts beside a closed segment what is known of it: the GPX of exactly its span, and a .json of what the catalogue holds. */
import { join } from 'node:path'
import { makeFolderDurably, writeDurably } from '../../core/process/durable.js'
import { datedName } from '../../core/ride/footage.js'
import type { TrackPoint } from '../../core/ride/ride.js'
import type { SegmentOnCard } from '../../core/store/footage.js'
import type { Store } from '../../core/store/store.js'
import { gpxOf } from '../../core/track/gpx.js'
import type { SegmentFiles } from './records/segment-files.js'

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
  store: Pick<Store, 'dateSegment' | 'pointsBetween' | 'segmentRecord'>,
  files: Pick<SegmentFiles, 'write'>,
): Promise<void> {
  const path = join(footage, pathOf(segment))
  await makeFolderDurably(join(path, '..'))
  const points = await pointsOf(segment, store)
  const head = { name: segment.id, utcMs: segment.startUtcMs, simulated }
  await writeDurably(`${path}.gpx`, [...gpxOf(head, points)].join(''))
  const { id, startUtcMs } = segment
  const startUncertaintyMs = segment.startUncertaintyMs ?? 0
  const record = await store.segmentRecord(id)
  if (record !== null) await files.write({ ...record, startUtcMs, startUncertaintyMs })
  await store.dateSegment(id, startUtcMs, startUncertaintyMs)
}
