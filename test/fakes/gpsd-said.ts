/** What a stream of gpsd says, found the plain way, and what our client told of it, side by side. */
import type { Fix, Reading } from '../../core/ride/fix.js'

type Figures = Pick<Fix, 'latDeg' | 'lonDeg' | 'mode' | 'altitudeM' | 'speedMps' | 'courseDeg' | 'accuracyM'>

export interface Said {
  /** By time, as milliseconds since 1970, in the order they were first said. */
  readonly fixes: Map<number, Figures>
  /** Positions without a time, in their order. */
  readonly untimed: { readonly latDeg: number; readonly lonDeg: number }[]
}

/** What a stream of one receiver says, found the plain way: line by line, and of each epoch the last figures. */
export function saidIn(text: string): Said {
  const epochs = new Map<string, Report>()
  const untimed: Said['untimed'] = []
  for (const line of text.split('\n')) {
    const report = reportIn(line)
    if (report?.class !== 'TPV' || report.mode === undefined || report.mode < 2) continue
    const { time, lat, lon } = report
    if (time !== undefined) epochs.set(time, { ...epochs.get(time), ...report })
    else if (lat !== undefined && lon !== undefined) untimed.push({ latDeg: lat, lonDeg: lon })
  }
  const fixes = new Map<number, Figures>()
  for (const [time, { lat, lon, mode, altMSL, alt, speed, track, eph, epx, epy }] of epochs) {
    if (lat === undefined || lon === undefined) continue
    fixes.set(Date.parse(time), {
      latDeg: lat,
      lonDeg: lon,
      mode: mode === 2 ? 2 : 3,
      altitudeM: within(altMSL ?? alt, -500, 9000),
      speedMps: within(speed, 0, 150),
      courseDeg: within(track, 0, 360),
      accuracyM: eph ?? (epx === undefined || epy === undefined ? null : Math.hypot(epx, epy)),
    })
  }
  return { fixes, untimed }
}

export function toldIn(told: readonly Reading[]): Said {
  const fixes = new Map<number, Figures>()
  const untimed: Said['untimed'] = []
  for (const reading of told) {
    if (reading.kind !== 'fix') continue
    const { receiverUtcMs, latDeg, lonDeg, mode, altitudeM, speedMps, courseDeg, accuracyM } = reading
    if (receiverUtcMs === null) untimed.push({ latDeg, lonDeg })
    else fixes.set(receiverUtcMs, { latDeg, lonDeg, mode, altitudeM, speedMps, courseDeg, accuracyM })
  }
  return { fixes, untimed }
}

interface Report {
  readonly class?: string
  readonly time?: string
  readonly mode?: number
  readonly lat?: number
  readonly lon?: number
  readonly alt?: number
  readonly altMSL?: number
  readonly speed?: number
  readonly track?: number
  readonly eph?: number
  readonly epx?: number
  readonly epy?: number
}

function reportIn(line: string): Report | null {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

const within = (value: number | undefined, low: number, high: number): number | null =>
  value !== undefined && value >= low && value <= high ? value : null
