/** A track as GPX 1.1 with Garmin's TrackPointExtension v2, written piece by piece. */
import type { TrackPoint } from '../ride/ride.js'
import { decimal, isoOf } from './figures.js'
import { isApart, type TrackHead } from './track-head.js'

/** By what a GPX is told to be of our own making, and no ride. */
export const OURS = { creator: 'Spokecam', simulated: 'simulated' } as const

/**
 * Pieces of text that make one GPX document. Times are the receiver's own to the millisecond; a point whose time is not
 * known has no <time>. A <trkseg> ends where fixes stop for over 5 s.
 */
export function* gpxOf(head: TrackHead, points: Iterable<TrackPoint>): Generator<string> {
  yield beginningOf(head)
  let last: TrackPoint | null = null
  for (const point of points) {
    if (last === null) yield '    <trkseg>\n'
    else if (isApart(head, last, point)) yield '    </trkseg>\n    <trkseg>\n'
    yield pointOf(point)
    last = point
  }
  yield last === null ? END : `    </trkseg>\n${END}`
}

const END = '  </trk>\n</gpx>\n'

function beginningOf({ name, utcMs, simulated }: TrackHead): string {
  const time = utcMs === null ? '' : `<time>${isoOf(utcMs)}</time>`
  const description = simulated ? `\n    <desc>${OURS.simulated}</desc>` : ''
  return `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="${OURS.creator}" xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.topografix.com/GPX/1/1 http://www.topografix.com/GPX/1/1/gpx.xsd http://www.garmin.com/xmlschemas/TrackPointExtension/v2 http://www.garmin.com/xmlschemas/TrackPointExtensionv2.xsd">
  <metadata><name>${escaped(name)}</name>${time}</metadata>
  <trk>
    <name>${escaped(name)}</name>${description}
`
}

/** Children in the order the schema asks for: ele, time, fix, sat, hdop, extensions. */
function pointOf(point: TrackPoint): string {
  const altitude = point.altitudeM === null ? '' : `<ele>${decimal(point.altitudeM)}</ele>`
  const time = point.utcMs === null ? '' : `<time>${isoOf(point.utcMs)}</time>`
  const satellites = point.satellitesUsed === null ? '' : `<sat>${point.satellitesUsed}</sat>`
  const hdop = point.hdop === null ? '' : `<hdop>${decimal(point.hdop)}</hdop>`
  const told = `${altitude}${time}<fix>${point.mode}d</fix>${satellites}${hdop}${extensionOf(point)}`
  return `      <trkpt lat="${decimal(point.latDeg)}" lon="${decimal(point.lonDeg)}">${told}</trkpt>\n`
}

function extensionOf({ speedMps, courseDeg }: TrackPoint): string {
  if (speedMps === null && courseDeg === null) return ''
  const speed = speedMps === null ? '' : `<gpxtpx:speed>${decimal(speedMps)}</gpxtpx:speed>`
  // The schema of DegreesType ends before 360.
  const course = courseDeg === null ? '' : `<gpxtpx:course>${decimal(courseDeg % 360)}</gpxtpx:course>`
  return `<extensions><gpxtpx:TrackPointExtension>${speed}${course}</gpxtpx:TrackPointExtension></extensions>`
}

/** XML 1.0 has no way to write most control characters: they are left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"'\t\n\r\u0085\u2028\u2029]/g, (character) => `&#${character.charCodeAt(0)};`)
}
