/** A track as CSV (RFC 4180), written piece by piece. */
import type { TrackPoint } from '../ride/ride.js'
import { decimal, isoOf } from './figures.js'
import { isApart, type TrackHead } from './track-head.js'

/** With the unit in the name; `time` is ISO 8601 in UTC with milliseconds. */
const COLUMNS = [
  ...['time', 'latitude_deg', 'longitude_deg', 'altitude_m', 'speed_mps', 'course_deg', 'accuracy_m'],
  ...['fix', 'satellites', 'hdop', 'stretch', 'simulated', 'ride'],
]
const END = '\r\n'

/** Pieces of text that make one CSV file: a header, then a line a point; empty where unknown. */
export function* csvOf(head: TrackHead, points: Iterable<TrackPoint>): Generator<string> {
  yield COLUMNS.join() + END
  const ofRide = `${head.simulated ? 'yes' : 'no'},${cell(head.name)}`
  let stretch = 0
  let last: TrackPoint | null = null
  for (const point of points) {
    if (last !== null && isApart(head, last, point)) stretch += 1
    yield `${lineOf(point)},${stretch},${ofRide}${END}`
    last = point
  }
}

function lineOf(point: TrackPoint): string {
  const time = point.utcMs === null ? '' : isoOf(point.utcMs)
  const figures = [point.latDeg, point.lonDeg, point.altitudeM, point.speedMps, point.courseDeg, point.accuracyM]
  const [satellites, hdop] = [point.satellitesUsed, point.hdop].map(numberOf)
  return `${time},${figures.map(numberOf).join()},${point.mode}d,${satellites},${hdop}`
}

const numberOf = (value: number | null): string => (value === null ? '' : decimal(value))

/**
 * Always in quotes. A line break is written as \n: RFC 4180 allows it within quotes, but readers that go line by line, gpsbabel
 * for one, take the rest of the name for a point. A text that a spreadsheet would take for a formula gets an apostrophe in front
 * of it (OWASP, CSV injection; the full-width forms are taken for the same where a Japanese one reads them).
 */
function cell(text: string): string {
  const shown = text.replace(/\0/g, '').replace(/\r\n|[\r\n\u2028\u2029]/g, '\\n')
  const isFormula = /^[\s\u200b\ufeff]*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text)
  return `"${isFormula ? "'" : ''}${shown.replaceAll('"', '""')}"`
}
