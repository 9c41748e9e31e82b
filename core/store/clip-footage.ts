/** The footage a clip is cut from, and what there is of it on the card. */
import type { ClipWish } from '../ride/clip.js'
import type { Ride } from '../ride/ride.js'
import type { SegmentOnCard } from './footage.js'
import type { Listed, Listing } from './listing.js'

/** What is asked of the catalogue. */
export interface SegmentPages {
  readonly segments: (rideId: string, camera: string | null, listing: Listing) => Listed<SegmentOnCard>
}

export type ClipSpan = Pick<ClipWish, 'camera' | 'fromUtcMs' | 'toUtcMs'>

const PAGE = 100

/** The segments of a ride that a span reaches into, in the order of their time; those too whose video is gone. */
export function segmentsOfSpan(pages: SegmentPages, rideId: string, span: ClipSpan): SegmentOnCard[] {
  const found: { readonly startUtcMs: number; readonly segment: SegmentOnCard }[] = []
  let cursor: string | null = null
  do {
    const page: Listed<SegmentOnCard> = pages.segments(rideId, span.camera, { limit: PAGE, cursor })
    for (const segment of page.items) {
      const { startUtcMs } = segment
      if (startUtcMs !== null && overlapMs(segment, span) > 0) found.push({ startUtcMs, segment })
    }
    cursor = page.next
  } while (cursor !== null)
  return found.sort((one, other) => one.startUtcMs - other.startUtcMs).map(({ segment }) => segment)
}

/** Why there is nothing to cut. */
export interface NoFootage {
  /** outside: the ride was not under way; none: it was, without video; swept: its video made room. */
  readonly kind: 'outside' | 'none' | 'swept'
  /** A sentence for the rider. */
  readonly reason: string
}

/** @param segments those of the span @returns null where there is something to cut */
export function whyNoFootage(ride: Ride, segments: readonly SegmentOnCard[], span: ClipSpan): NoFootage | null {
  if (segments.some(({ state }) => state !== 'swept')) return null
  if (segments.length > 0) return { kind: 'swept', reason: 'the video of this span was cleared away to make room' }
  const { startedUtcMs, endedUtcMs } = ride
  if (startedUtcMs === null) return { kind: 'none', reason: 'the time of this ride is not known' }
  const isOutside = span.toUtcMs <= startedUtcMs || (endedUtcMs !== null && span.fromUtcMs > endedUtcMs)
  if (!isOutside) return { kind: 'none', reason: `there is no video of ${span.camera} of this span` }
  const end = endedUtcMs === null ? '' : ` and ended at ${isoOf(endedUtcMs)}`
  return { kind: 'outside', reason: `the span lies outside of the ride, which began at ${isoOf(startedUtcMs)}${end}` }
}

const isoOf = (utcMs: number): string => new Date(utcMs).toISOString()

/** About what the span takes of these segments as they are stored, in bytes. */
export function bytesOfSpan(segments: readonly SegmentOnCard[], span: ClipSpan): number {
  return segments.reduce((sum, segment) => {
    if (segment.state === 'swept' || segment.durationMs <= 0) return sum
    return sum + (segment.sizeBytes * overlapMs(segment, span)) / segment.durationMs
  }, 0)
}

function overlapMs({ startUtcMs, durationMs }: SegmentOnCard, { fromUtcMs, toUtcMs }: ClipSpan): number {
  if (startUtcMs === null) return 0
  return Math.min(startUtcMs + durationMs, toUtcMs) - Math.max(startUtcMs, fromUtcMs)
}
