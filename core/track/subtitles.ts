/** A track as subtitles (SubRip): speed, position and time as text, for the stream inside a segment. */
import type { TrackPoint } from '../ride/ride.js'

/** A fix is shown no longer than this: behind it nothing is known. */
const HOLDS_MS = 2_000
const KMH_PER_MPS = 3.6

/** One cue a fix, from its moment until the next fix or for 2 s. Empty without points. */
export function subtitlesOf(points: readonly TrackPoint[], startMonoMs: number, durationMs: number): string {
  const cues = points.map((point, index) => {
    const fromMs = Math.max(0, point.monoMs - startMonoMs)
    const nextMs = (points[index + 1]?.monoMs ?? Number.POSITIVE_INFINITY) - startMonoMs
    const toMs = Math.min(nextMs, fromMs + HOLDS_MS, durationMs)
    return toMs <= fromMs ? '' : `${index + 1}\n${timeOf(fromMs)} --> ${timeOf(toMs)}\n${lineOf(point)}\n\n`
  })
  return cues.join('')
}

/** Without "Lat:": exiftool would read the line as a second track beside a telemetry track. */
function lineOf({ speedMps, latDeg, lonDeg, utcMs }: TrackPoint): string {
  const speed = speedMps === null ? '-- km/h' : `${(speedMps * KMH_PER_MPS).toFixed(1)} km/h`
  const time = utcMs === null ? 'time unknown' : `${new Date(utcMs).toISOString().slice(11, 19)}Z`
  return `${speed}  ${latDeg.toFixed(5)} ${lonDeg.toFixed(5)}  ${time}`
}

function timeOf(ms: number): string {
  return new Date(Math.round(ms)).toISOString().slice(11, 23).replace('.', ',')
}
