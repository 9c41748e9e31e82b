/** Video time, UTC and the place on the track: from one to the other and back. */
import type { Track, TrackVertex } from '../core/api/shapes.js'
import type { Segment } from '../core/ride/footage.js'
import { distanceM } from '../core/ride/geo.js'
import { STRETCH_GAP_MS } from '../core/ride/ride.js'
import type { Place } from './outline.js'

/** A piece of the video timeline over which UTC runs with the video. */
export interface Span {
  /** Where it begins on the video's own timeline. */
  readonly startS: number
  readonly durationS: number
  /** Of its first frame; null where the time was never known. */
  readonly startUtcMs: number | null
}

export interface Position {
  readonly place: Place
  readonly speedMps: number | null
  /** Of the leg it lies on; null where the rider stood. */
  readonly courseDeg: number | null
}

/** lonDeg, latDeg, utcMs, altitudeM, speedMps. */
export type DatedVertex = readonly [number, number, number, number | null, number | null]
export type DatedTrack = readonly (readonly DatedVertex[])[]

/** A tap or an end this far beyond the footage or the track still means its end. */
const SLACK_MS = STRETCH_GAP_MS
/** Behind the last frame there is nothing to show: its end is 50 ms before. */
const LAST_FRAME_MS = 50
const RADIANS = Math.PI / 180

/** UTC in milliseconds since 1970 of a second of video; null outside the spans and where the time was never known. */
export function utcAt(spans: readonly Span[], videoS: number): number | null {
  const span = spans[indexNotAfter(spans, videoS, ({ startS }) => startS)]
  if (span === undefined || span.startUtcMs === null) return null
  return span.startUtcMs + Math.min(videoS - span.startS, span.durationS) * 1_000
}

/** The second of video that shows a moment; the nearest end of the footage up to 5 s away, else null. */
export function videoTimeAt(spans: readonly Span[], utcMs: number): number | null {
  let nearest: { readonly videoS: number; readonly offMs: number } | null = null
  for (const { startS, durationS, startUtcMs } of spans) {
    if (startUtcMs === null) continue
    const intoMs = utcMs - startUtcMs
    const offMs = Math.max(0, -intoMs, intoMs - durationS * 1_000)
    const insideMs = Math.max(0, Math.min(intoMs, durationS * 1_000 - LAST_FRAME_MS))
    if (nearest === null || offMs < nearest.offMs) nearest = { videoS: startS + insideMs / 1_000, offMs }
  }
  return nearest !== null && nearest.offMs <= SLACK_MS ? nearest.videoS : null
}

/** The spans of segments played one after the other, as a player does that tells no dates itself. */
export function spansOfSegments(segments: readonly Segment[]): Span[] {
  let startS = 0
  return segments
    .filter(({ state }) => state !== 'swept')
    .toSorted((one, other) => one.number - other.number)
    .map(({ durationMs, startUtcMs }) => {
      const span = { startS, durationS: durationMs / 1_000, startUtcMs }
      startS += span.durationS
      return span
    })
}

/** What of a track has times, which is all that playback can use. */
export const datedTrack = ({ stretches }: Pick<Track, 'stretches'>): DatedTrack =>
  stretches.map((stretch) => stretch.filter(isDated)).filter((stretch) => stretch.length > 0)

/** Where the rider was at a moment, between the vertices around it; null where no fix is within 5 s. */
export function positionAt(track: DatedTrack, utcMs: number): Position | null {
  let nearest: { readonly stretch: readonly DatedVertex[]; readonly atMs: number; readonly offMs: number } | null = null
  for (const stretch of track) {
    const atMs = Math.min(Math.max(utcMs, stretch[0]?.[2] ?? utcMs), stretch.at(-1)?.[2] ?? utcMs)
    const offMs = Math.abs(utcMs - atMs)
    if (nearest === null || offMs < nearest.offMs) nearest = { stretch, atMs, offMs }
  }
  return nearest !== null && nearest.offMs <= SLACK_MS ? between(nearest.stretch, nearest.atMs) : null
}

/** The moment at which the track passed nearest to a place, and how far off that is; null where the track has no times. */
export function nearestMoment(track: DatedTrack, place: Place) {
  let nearest: { readonly utcMs: number; readonly distanceM: number } | null = null
  for (const stretch of track) {
    for (const [index, to] of stretch.entries()) {
      const from = stretch[index - 1] ?? to
      const share = shareNearest(place, from, to)
      const off = distanceM(latLon(place), latLon(placeBetween(from, to, share)))
      if (nearest !== null && nearest.distanceM <= off) continue
      nearest = { utcMs: from[2] + share * (to[2] - from[2]), distanceM: off }
    }
  }
  return nearest
}

const isDated = (vertex: TrackVertex): vertex is TrackVertex & [number, number, number, number | null, number | null] =>
  vertex[2] !== null

function between(stretch: readonly DatedVertex[], utcMs: number): Position | null {
  const index = indexNotAfter(stretch, utcMs, (vertex) => vertex[2])
  const from = stretch[index]
  if (from === undefined) return null
  const to = stretch[index + 1] ?? from
  const spanMs = to[2] - from[2]
  const share = spanMs === 0 ? 0 : (utcMs - from[2]) / spanMs
  const speedMps = from[4] === null || to[4] === null ? (from[4] ?? to[4]) : from[4] + share * (to[4] - from[4])
  return { place: placeBetween(from, to, share), speedMps, courseDeg: courseOf(from, to) }
}

const placeBetween = (from: DatedVertex, to: DatedVertex, share: number): Place => [
  from[0] + share * (to[0] - from[0]),
  from[1] + share * (to[1] - from[1]),
]

/** On a map flat around the place: good for legs of some kilometres. */
function shareNearest([lonDeg, latDeg]: Place, from: DatedVertex, to: DatedVertex): number {
  const narrowing = Math.cos(latDeg * RADIANS)
  const east = (to[0] - from[0]) * narrowing
  const north = to[1] - from[1]
  const square = east * east + north * north
  if (square === 0) return 0
  const share = ((lonDeg - from[0]) * narrowing * east + (latDeg - from[1]) * north) / square
  return Math.min(Math.max(share, 0), 1)
}

function courseOf(from: DatedVertex, to: DatedVertex): number | null {
  const east = (to[0] - from[0]) * Math.cos(from[1] * RADIANS)
  const north = to[1] - from[1]
  return east === 0 && north === 0 ? null : (Math.atan2(east, north) / RADIANS + 360) % 360
}

const latLon = ([lonDeg, latDeg]: Place) => ({ lonDeg, latDeg })

/** Of items in order, where the last is whose key is not greater than the value; -1 where there is none. */
function indexNotAfter<Item>(items: readonly Item[], value: number, keyOf: (item: Item) => number): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    const item = items[middle]
    if (item !== undefined && keyOf(item) <= value) low = middle + 1
    else high = middle
  }
  return low - 1
}
