/** A track as GeoJSON (RFC 7946), written piece by piece. */
import type { TrackPoint } from '../ride/ride.js'
import { decimal, isoOf } from './figures.js'
import { isApart, type TrackHead } from './track-head.js'

/**
 * A feature holds its points once as positions and once for each thing else that is told of them: so many are held in memory
 * until all of that is written. Five and a half hours of one fix a second.
 */
const MOST_POINTS = 20_000
const POINTS_A_PIECE = 500

/**
 * Pieces of text that make one FeatureCollection: a LineString for each stretch (a Point, where it is a single one), told by
 * its number `stretch`; one of over 20,000 points goes on in the next feature. Positions are longitude, latitude and, where it
 * is known, altitude. `coordinateProperties` has as many entries as there are positions, under the names that togeojson and
 * Mapbox know; null where a figure is unknown. m/s, degrees, metres.
 */
export function* geojsonOf(head: TrackHead, points: Iterable<TrackPoint>): Generator<string> {
  yield '{"type":"FeatureCollection","features":['
  let feature: TrackPoint[] = []
  let stretch = 0
  let between = '\n'
  for (const point of points) {
    const last = feature.at(-1)
    const isOver = last !== undefined && isApart(head, last, point)
    if (isOver || feature.length === MOST_POINTS) {
      yield between
      yield* featureOf(head, feature, stretch)
      between = ',\n'
      feature = []
    }
    if (isOver) stretch += 1
    feature.push(point)
  }
  if (feature.length > 0) {
    yield between
    yield* featureOf(head, feature, stretch)
  }
  yield '\n]}\n'
}

/** What is told of each point beside its position. */
const COLUMNS: Readonly<Record<string, (point: TrackPoint) => string>> = {
  times: ({ utcMs }) => (utcMs === null ? 'null' : `"${isoOf(utcMs)}"`),
  speeds: ({ speedMps }) => numberOf(speedMps),
  courses: ({ courseDeg }) => numberOf(courseDeg),
  accuracies: ({ accuracyM }) => numberOf(accuracyM),
  fixes: ({ mode }) => `"${mode}d"`,
  sats: ({ satellitesUsed }) => numberOf(satellitesUsed),
  hdops: ({ hdop }) => numberOf(hdop),
}

function* featureOf(head: TrackHead, points: readonly TrackPoint[], stretch: number): Generator<string> {
  const [first] = points
  const time = first === undefined || first.utcMs === null ? null : isoOf(first.utcMs)
  const isPoint = points.length === 1
  yield `{"type":"Feature","geometry":{"type":"${isPoint ? 'Point' : 'LineString'}","coordinates":`
  yield* isPoint ? points.map(positionOf) : listOf(points, positionOf)
  // Properties that a name could break out of are written by JSON itself.
  const told = JSON.stringify({ name: head.name, simulated: head.simulated, stretch, time })
  yield `},"properties":${told.slice(0, -1)},"coordinateProperties":{`
  let between = ''
  for (const [name, told] of Object.entries(COLUMNS)) {
    yield `${between}"${name}":`
    yield* listOf(points, told)
    between = ','
  }
  yield '}}}'
}

function* listOf(points: readonly TrackPoint[], told: (point: TrackPoint) => string): Generator<string> {
  for (let from = 0; from < points.length; from += POINTS_A_PIECE) {
    yield from === 0 ? '[' : ','
    yield points
      .slice(from, from + POINTS_A_PIECE)
      .map(told)
      .join()
  }
  yield ']'
}

function positionOf({ lonDeg, latDeg, altitudeM }: TrackPoint): string {
  const altitude = altitudeM === null ? '' : `,${decimal(altitudeM)}`
  return `[${decimal(lonDeg)},${decimal(latDeg)}${altitude}]`
}

const numberOf = (value: number | null): string => (value === null ? 'null' : decimal(value))
