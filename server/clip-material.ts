/** What a clip is made of, gathered out of the catalogue: footage, track, and what of both privacy zones hide. */
import { join } from 'node:path'
import type { Clip } from '../core/ride/clip.js'
import { utcOf } from '../core/ride/clock.js'
import type { Ride, TrackPoint } from '../core/ride/ride.js'
import type { SettingsInForce } from '../core/ride/settings.js'
import { segmentsOfSpan } from '../core/store/clip-footage.js'
import type { SegmentOnCard } from '../core/store/footage.js'
import type { HiddenSpan } from '../core/track/hidden-span.js'
import { asGrown } from './export/film.js'
import type { AskCatalogue } from './export/making.js'
import type { ClipAsk, UtcSpan } from './export/plan-shapes.js'
import { hiddenIn } from './http/track-points.js'

/** What of a clip says where and when it is. */
export type ClipOf = Pick<Clip, 'camera' | 'fromUtcMs' | 'toUtcMs' | 'privacy'>

/** What a clip is planned of. @param footage absolute path of the footage folder */
export async function clipAskOf(
  ask: AskCatalogue,
  footage: string,
  { camera, fromUtcMs, toUtcMs, privacy }: ClipOf,
  ride: Ride,
  settings: SettingsInForce,
): Promise<ClipAsk> {
  const hidden = privacy ? await hiddenUtcSpans(ask, ride.id, settings) : []
  const span = { camera, fromUtcMs, toUtcMs }
  const segments = ask((reading) => segmentsOfSpan(reading, ride.id, span))
  const filmed = segments.map((segment) => ({ ...segment, path: join(footage, segment.file) }))
  return { ...span, cameras: ride.cameras, hidden, segments: await asGrown(filmed) }
}

/**
 * What privacy zones hide of a ride, in UTC. Footage has no other common time; where an end cannot be dated all on that side of it is
 * hidden, up to where the power was off.
 */
export async function hiddenUtcSpans(
  ask: AskCatalogue,
  rideId: string,
  settings: SettingsInForce,
): Promise<readonly UtcSpan[]> {
  const { hidden } = await hiddenIn({ ask }, rideId, settings)
  const utcAt = (part: number, monoMs: number): number | null =>
    ask((reading) => {
      const anchors = reading.anchorsOf(part)
      return utcOf({ bootId: anchors[0]?.bootId ?? '', monoMs }, anchors)
    })
  return hidden.map(({ part, fromMonoMs, toMonoMs, fromUtcMs, toUtcMs }: HiddenSpan) => ({
    fromUtcMs: fromUtcMs ?? utcAt(part, Math.max(0, fromMonoMs)) ?? Number.NEGATIVE_INFINITY,
    toUtcMs:
      toUtcMs ?? (Number.isFinite(toMonoMs) ? utcAt(part, toMonoMs) : utcAt(part + 1, 0)) ?? Number.POSITIVE_INFINITY,
  }))
}

/** The ride's points over a span of UTC and as much before and behind it, in order: of a ride of ten hours only these are read. */
export function pointsAround(ask: AskCatalogue, rideId: string, clip: ClipOf, aroundMs: number): TrackPoint[] {
  const segments = ask((reading) => segmentsOfSpan(reading, rideId, clip)).filter(isDated)
  return [...new Set(segments.map(({ bootNumber }) => bootNumber))].flatMap((bootNumber) => {
    const own = segments.filter((segment) => segment.bootNumber === bootNumber)
    const [first, last] = [own[0], own.at(-1)]
    if (first === undefined || last === undefined) return []
    const fromMonoMs = first.startMonoMs + clip.fromUtcMs - aroundMs - first.startUtcMs
    const toMonoMs = last.startMonoMs + clip.toUtcMs + aroundMs - last.startUtcMs
    return pointsOf(ask, rideId, bootNumber, fromMonoMs, toMonoMs)
  })
}

function pointsOf(ask: AskCatalogue, rideId: string, part: number, fromMonoMs: number, toMonoMs: number): TrackPoint[] {
  const points: TrackPoint[] = []
  for (let last = { part, monoMs: fromMonoMs }; ; ) {
    const page = ask((reading) => reading.pointsAfter(rideId, last))
    const own = page.filter((point) => point.part === part && point.monoMs < toMonoMs)
    points.push(...own)
    const end = page.at(-1)
    if (end === undefined || own.length < page.length) return points
    last = end
  }
}

type Dated = SegmentOnCard & { readonly startUtcMs: number }
const isDated = (segment: SegmentOnCard): segment is Dated => segment.startUtcMs !== null
