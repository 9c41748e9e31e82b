/** Which stored segments belong into an evidence bundle, which do not and why, and what of the time they leave open. */
import type { Clip } from '../../core/ride/clip.js'
import type { TimeSource } from '../../core/ride/clock.js'
import { segmentId } from '../../core/ride/footage.js'
import type { Reading } from '../../core/store/catalogue.js'
import type { SegmentOnCard } from '../../core/store/footage.js'

/** Police portals ask for a whole minute before what happened (Metropolitan Police, FOI 01.FOI.24.037205). */
export const MARGIN_MS = 60_000
/** Between two segments the recorder loses nothing, but their times are known to some hundredths of a second only. */
const LEAST_HOLE_MS = 200
const PAGE_SEGMENTS = 100

/** A segment that can be placed in time. */
export interface BundleSegment extends SegmentOnCard {
  readonly startUtcMs: number
  /** Who told its boot the time; null where that is not known any more. */
  readonly timeSource: TimeSource | null
}

/** UTC, milliseconds since 1970; the end is not part of it. */
export interface Period {
  readonly fromUtcMs: number
  readonly toUtcMs: number
}

/** What nobody is to see. An end that is not known reaches as far as there is anything. */
export interface HiddenPeriod {
  readonly fromUtcMs: number | null
  readonly toUtcMs: number | null
}

/** swept: its video made room; recording: it still grew; private: it reaches into a privacy zone; missing: its file is not there. */
export type WhyLeftOut = 'swept' | 'recording' | 'private' | 'missing'

export interface LeftOut {
  readonly segment: BundleSegment
  readonly why: WhyLeftOut
}

export interface Chosen {
  readonly taken: readonly BundleSegment[]
  readonly leftOut: readonly LeftOut[]
}

/** The time a bundle is to cover: the clip's, a minute before it and a minute after it. */
export const wantedOf = ({ fromUtcMs, toUtcMs }: Pick<Clip, 'fromUtcMs' | 'toUtcMs'>): Period => ({
  fromUtcMs: fromUtcMs - MARGIN_MS,
  toUtcMs: toUtcMs + MARGIN_MS,
})

/** What the catalogue has of the clip's camera in that time, swept ones too, in the order of their numbers. */
export function segmentsAround(
  reading: Pick<Reading, 'segments' | 'segment' | 'anchorsOf'>,
  clip: Pick<Clip, 'rideId' | 'camera' | 'fromUtcMs' | 'toUtcMs'>,
): BundleSegment[] {
  const wanted = wantedOf(clip)
  const sources = new Map<number, TimeSource | null>()
  const sourceOf = (bootNumber: number): TimeSource | null => {
    const known = sources.get(bootNumber)
    if (known !== undefined) return known
    const told = new Set(reading.anchorsOf(bootNumber).map(({ source }) => source))
    const source = told.has('satellites') ? 'satellites' : told.has('phone') ? 'phone' : null
    sources.set(bootNumber, source)
    return source
  }
  const placed = (segment: SegmentOnCard | null): BundleSegment[] => {
    if (segment === null || segment.startUtcMs === null || segment.frames === 0) return []
    const dated = { ...segment, startUtcMs: segment.startUtcMs, timeSource: sourceOf(segment.bootNumber) }
    return reachesInto(dated, wanted) ? [dated] : []
  }

  const found: BundleSegment[] = []
  let cursor: string | null = null
  do {
    const page: ReturnType<typeof reading.segments> = reading.segments(clip.rideId, clip.camera, {
      limit: PAGE_SEGMENTS,
      cursor,
    })
    found.push(...page.items.flatMap(placed))
    cursor = page.next
  } while (cursor !== null)

  // The minute before a ride, or after it, may belong to another or to none.
  const [first, last] = [found[0], found.at(-1)]
  const beyond = (number: number, step: 1 | -1): BundleSegment[] => {
    const next = placed(reading.segment(segmentId(clip.camera, number + step)))
    return next.flatMap((segment) => [segment, ...beyond(segment.number, step)])
  }
  return [
    ...(first === undefined ? [] : beyond(first.number, -1).toReversed()),
    ...found,
    ...(last === undefined ? [] : beyond(last.number, 1)),
  ]
}

/** @param hidden of the whole time that is wanted: where the clip was made without it, nothing that reaches into it is taken */
export function choose(
  clip: Pick<Clip, 'fromUtcMs' | 'toUtcMs' | 'privacy'>,
  segments: readonly BundleSegment[],
  hidden: readonly HiddenPeriod[],
): Chosen {
  const judged = segments
    .filter((segment) => reachesInto(segment, wantedOf(clip)))
    .map((segment) => ({ segment, why: whyNot(segment, clip.privacy ? hidden : []) }))
  return {
    taken: judged.filter(({ why }) => why === null).map(({ segment }) => segment),
    leftOut: judged.flatMap(({ segment, why }) => (why === null ? [] : [{ segment, why }])),
  }
}

/** What of a time is in none of the segments. */
export function holesIn(wanted: Period, segments: readonly BundleSegment[]): Period[] {
  const holes: Period[] = []
  let coveredToUtcMs = wanted.fromUtcMs
  for (const segment of segments.toSorted((one, other) => one.startUtcMs - other.startUtcMs)) {
    const fromUtcMs = Math.min(segment.startUtcMs, wanted.toUtcMs)
    if (fromUtcMs - coveredToUtcMs >= LEAST_HOLE_MS) holes.push({ fromUtcMs: coveredToUtcMs, toUtcMs: fromUtcMs })
    coveredToUtcMs = Math.max(coveredToUtcMs, endOf(segment))
  }
  if (wanted.toUtcMs - coveredToUtcMs < LEAST_HOLE_MS) return holes
  return [...holes, { fromUtcMs: coveredToUtcMs, toUtcMs: wanted.toUtcMs }]
}

/** The segment whose picture was taken at a time; null where none was. */
export const segmentAt = (segments: readonly BundleSegment[], utcMs: number): BundleSegment | null =>
  segments.find((segment) => segment.startUtcMs <= utcMs && utcMs < endOf(segment)) ?? null

export const endOf = ({ startUtcMs, durationMs }: BundleSegment): number => startUtcMs + durationMs

function whyNot(segment: BundleSegment, hidden: readonly HiddenPeriod[]): WhyLeftOut | null {
  if (hidden.some((period) => reachesInto(segment, period))) return 'private'
  if (segment.state === 'swept' || segment.state === 'recording') return segment.state
  return null
}

/** Whether any of it may lie in a time, as far as its own is known. */
function reachesInto(segment: BundleSegment, { fromUtcMs, toUtcMs }: HiddenPeriod): boolean {
  const uncertaintyMs = segment.startUncertaintyMs ?? 0
  const isBefore = fromUtcMs !== null && endOf(segment) + uncertaintyMs <= fromUtcMs
  const isAfter = toUtcMs !== null && segment.startUtcMs - uncertaintyMs >= toUtcMs
  return !isBefore && !isAfter
}
