/** What gpsd reports of receivers: positions, skies, noise and first bytes; only figures that can be true get past here. */
import type { LatLon } from '../../core/ride/geo.js'
import { isReport, isWithin, leapSecondOf, type Report, textOf, utcMsOf } from './gpsd-fields.js'

/** What a receiver says of one epoch, or of a part of it; null where it does not. */
export interface Tpv {
  readonly kind: 'tpv'
  readonly device: string | null
  /** 0: it does not say, 1: no fix. */
  readonly mode: 0 | 1 | 2 | 3
  readonly utcMs: number | null
  /** Its time as text where that is a leap second, 23:59:60, which has no utcMs. */
  readonly leapSecond: string | null
  /** Never known below mode 2. */
  readonly place: LatLon | null
  readonly altitudeM: number | null
  readonly speedMps: number | null
  readonly courseDeg: number | null
  readonly accuracyM: number | null
  /** Fields that were there, but can not be true. */
  readonly rejected: readonly string[]
}

/** Its time is not here on purpose: after a start it can lie years off the TPV's. */
export interface SkyReport {
  readonly kind: 'sky'
  readonly device: string | null
  readonly satellitesUsed: number | null
  readonly satellitesInView: number | null
  readonly hdop: number | null
}

/** GST: how far the receiver believes itself to be off, from the noise of its signals. */
export interface NoiseReport {
  readonly kind: 'noise'
  readonly device: string | null
  readonly utcMs: number | null
  /** Horizontal error, 95 %. */
  readonly accuracyM: number | null
}

/** TOFF: when what a receiver says of one epoch began to come. */
export interface FirstByte {
  readonly kind: 'first-byte'
  readonly device: string | null
  /** The receiver's time of the epoch. */
  readonly utcMs: number
  /** The wall clock of gpsd's machine at that byte, milliseconds since 1970; it may be years off and may jump. */
  readonly wallMs: number
}

/** A receiver on a bicycle is not lower than the Dead Sea, nor higher than Everest. */
const LOWEST_M = -500
const HIGHEST_M = 9_000
const FASTEST_MPS = 150
const MOST_ACCURACY_M = 1e6
const MOST_SATELLITES = 1_000
const MOST_HDOP = 100
/** The year 9999. */
const MOST_SECONDS = 253_402_300_799

export function tpvOf(report: Report): Tpv {
  const rejected: string[] = []
  const figure = (field: keyof Report, lowest: number, highest: number): number | null => {
    const value = report[field]
    if (value === undefined) return null
    if (isWithin(value, lowest, highest)) return value
    rejected.push(field)
    return null
  }
  const mode = modeOf(report.mode)
  if (mode === null) rejected.push('mode')
  const utcMs = utcMsOf(report.time)
  const leapSecond = utcMs === null ? leapSecondOf(report.time) : null
  if (utcMs === null && leapSecond === null && report.time !== undefined) rejected.push('time')
  const latDeg = figure('lat', -90, 90)
  const lonDeg = figure('lon', -180, 180)
  const hasFix = mode !== null && mode >= 2
  return {
    kind: 'tpv',
    device: textOf(report.device),
    mode: mode ?? 0,
    utcMs,
    leapSecond,
    place: hasFix && latDeg !== null && lonDeg !== null ? { latDeg, lonDeg } : null,
    altitudeM:
      figure('altMSL', LOWEST_M, HIGHEST_M) ?? (altIsEllipsoidal(report) ? null : figure('alt', LOWEST_M, HIGHEST_M)),
    speedMps: figure('speed', 0, FASTEST_MPS),
    courseDeg: figure('track', 0, 360),
    accuracyM:
      figure('eph', 0, MOST_ACCURACY_M) ??
      lengthOf(figure('epx', 0, MOST_ACCURACY_M), figure('epy', 0, MOST_ACCURACY_M)),
    rejected,
  }
}

/** Without altMSL gpsd fills alt, which is deprecated, from altHAE: the ellipsoid, up to 100 m off the sea. */
const altIsEllipsoidal = (report: Report): boolean =>
  report.altMSL !== undefined || (report.altHAE !== undefined && report.alt === report.altHAE)

function modeOf(mode: unknown): Tpv['mode'] | null {
  return mode === 0 || mode === 1 || mode === 2 || mode === 3 ? mode : null
}

const lengthOf = (x: number | null, y: number | null): number | null =>
  x === null || y === null ? null : Math.hypot(x, y)

/** Newer versions of gpsd send most SKYs with the DOPs alone: what is not told here was told before. */
export function skyOf(report: Report): SkyReport {
  const satellites: readonly unknown[] | null = Array.isArray(report.satellites) ? report.satellites : null
  const isUsed = (satellite: unknown) => isReport(satellite) && satellite.used === true
  return {
    kind: 'sky',
    device: textOf(report.device),
    satellitesUsed: countOf(report.uSat) ?? satellites?.filter(isUsed).length ?? null,
    satellitesInView: countOf(report.nSat) ?? satellites?.length ?? null,
    hdop: isWithin(report.hdop, 0, MOST_HDOP) ? report.hdop : null,
  }
}

/**
 * GST tells one standard deviation, in metres, north and east; in some receivers of the axes of the error ellipse alone.
 * Twice the root of their squared sum (2 DRMS) holds at least 95 % of positions, 98 % where the ellipse is a circle:
 * Federal Radionavigation Plan, appendix A. What gpsd tells as eph it takes for 95 %, too: gpsd_json(5).
 */
export function noiseOf(report: Report): NoiseReport {
  const deviation = (field: 'lat' | 'lon' | 'major' | 'minor'): number | null => {
    const value = report[field]
    return isWithin(value, 0, MOST_ACCURACY_M) ? value : null
  }
  const drmsM = lengthOf(deviation('lat'), deviation('lon')) ?? lengthOf(deviation('major'), deviation('minor'))
  return {
    kind: 'noise',
    device: textOf(report.device),
    utcMs: utcMsOf(report.time),
    // A receiver that is sure to the millimetre has not been asked.
    accuracyM: drmsM === null || drmsM === 0 ? null : 2 * drmsM,
  }
}

/** Some versions of gpsd tell negative nanoseconds, and receivers times that are off their epoch's by less than one. */
export function firstByteOf(report: Report): FirstByte | null {
  const realMs = millisecondsOf(report.real_sec, report.real_nsec)
  const wallMs = millisecondsOf(report.clock_sec, report.clock_nsec)
  if (realMs === null || wallMs === null) return null
  return { kind: 'first-byte', device: textOf(report.device), utcMs: Math.round(realMs), wallMs }
}

function millisecondsOf(seconds: unknown, nanoseconds: unknown): number | null {
  if (!isWithin(seconds, 0, MOST_SECONDS) || !isWithin(nanoseconds, -1e9, 1e9)) return null
  return seconds * 1_000 + nanoseconds / 1e6
}

const countOf = (value: unknown): number | null =>
  isWithin(value, 0, MOST_SATELLITES) && Number.isInteger(value) ? value : null
