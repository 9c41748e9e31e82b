/** What is known of a clip's moment, gathered once for everything in a bundle that tells of it. */
import type { Clip, ClipPoint } from '../../core/ride/clip.js'
import type { Incident } from '../../core/ride/incident.js'
import type { Ride } from '../../core/ride/ride.js'
import { type BundleSegment, holesIn, type LeftOut, type Period, segmentAt, wantedOf } from './bundle-segments.js'
import type { Units } from './bundle-words.js'

/** Of what happened; where nobody marked it the middle of the clip stands for it. */
export type Marked = Pick<Incident, 'cause' | 'note'> & { readonly atUtcMs: number }

export interface BundleSubject {
  readonly clip: Clip
  readonly ride: Pick<Ride, 'id' | 'name' | 'simulated'>
  /** The track on the clip's time, without what a privacy zone hides. */
  readonly points: readonly ClipPoint[]
  readonly marked: Marked | null
  /** IANA name of a zone that exists. */
  readonly timeZone: string
  readonly units: Units
  /** Name and version, `Spokecam 0.1.0`. */
  readonly software: string
}

/** A segment as it is in the bundle. */
export interface BundledSegment {
  readonly segment: BundleSegment
  /** Names of its files in the bundle; null for what is not there. */
  readonly video: string
  readonly track: string | null
  readonly record: string | null
  /** What its record tells of its picture, `murmur3=` and 32 digits; null where it tells nothing. */
  readonly pictureHash: string | null
}

export interface BundleFacts extends BundleSubject {
  readonly wanted: Period
  readonly bundled: readonly BundledSegment[]
  readonly leftOut: readonly LeftOut[]
  readonly holes: readonly Period[]
  readonly momentUtcMs: number
  /** The segment whose picture was taken at the moment; null where none is in the bundle. */
  readonly momentSegment: BundleSegment | null
  /** The measured fix nearest to the moment; null where none is near enough to stand for it. */
  readonly fix: MomentFix | null
  readonly slowestMps: number | null
  readonly fastestMps: number | null
}

export interface MomentFix {
  readonly point: ClipPoint
  /** From the moment to it; negative before. */
  readonly offMs: number
}

/** At 40 km/h a fix this old is 22 m away. */
const NEAR_MS = 2_000

export function factsOf(
  subject: BundleSubject,
  bundled: readonly BundledSegment[],
  leftOut: readonly LeftOut[],
): BundleFacts {
  const { clip, points, marked } = subject
  const segments = bundled.map(({ segment }) => segment)
  const wanted = wantedOf(clip)
  const momentUtcMs = marked?.atUtcMs ?? Math.round((clip.fromUtcMs + clip.toUtcMs) / 2)
  const speeds = points.flatMap(({ speedMps }) => speedMps ?? [])
  return {
    ...subject,
    wanted,
    bundled,
    leftOut,
    holes: holesIn(wanted, segments),
    momentUtcMs,
    momentSegment: segmentAt(segments, momentUtcMs),
    fix: fixAt(points, clip.fromUtcMs, momentUtcMs),
    slowestMps: speeds.reduce<number | null>((least, speed) => (least === null ? speed : Math.min(least, speed)), null),
    fastestMps: speeds.reduce<number | null>((most, speed) => (most === null ? speed : Math.max(most, speed)), null),
  }
}

function fixAt(points: readonly ClipPoint[], fromUtcMs: number, momentUtcMs: number): MomentFix | null {
  const nearest = points
    .map((point) => ({ point, offMs: (point.utcMs ?? fromUtcMs + point.atMs) - momentUtcMs }))
    .reduce<MomentFix | null>((best, fix) => (best === null || isNearer(fix, best) ? fix : best), null)
  return nearest === null || Math.abs(nearest.offMs) > NEAR_MS ? null : nearest
}

const isNearer = (one: MomentFix, other: MomentFix): boolean => Math.abs(one.offMs) < Math.abs(other.offMs)
