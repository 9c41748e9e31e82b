/** The bytes of a segment: as they were recorded, and as they became by tagging, each under a name of its own. */
import type { SegmentOnCard } from '../../core/store/footage.js'

export type Version = 'recorded' | 'tagged'

export const presentVersion = ({ state }: SegmentOnCard): Version => (state === 'tagged' ? 'tagged' : 'recorded')

/** Where the bytes lie, relative to the footage folder; null where this version is not there (yet, or any more). */
export function fileOf(segment: SegmentOnCard, version: Version): string | null {
  if (segment.state === 'swept') return null
  if (presentVersion(segment) === version) return segment.file
  return version === 'recorded' ? segment.fileAsRecorded : null
}
