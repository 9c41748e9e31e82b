/** One report of gpsd to one message of ours: only figures that can be true get past here. */
import type { LatLon } from '../../core/ride/geo.js'

export type GpsdMessage = Version | Watch | Devices | Device | Tpv | SkyReport | Complaint | Unused | Nonsense

export interface Version {
  readonly kind: 'version'
  readonly release: string | null
}

export interface Watch {
  readonly kind: 'watch'
  readonly enable: boolean
  readonly json: boolean
}

export interface Devices {
  readonly kind: 'devices'
  readonly paths: readonly (string | null)[]
}

export interface Device {
  readonly kind: 'device'
  readonly path: string | null
  /** It was taken away: gpsd then sends the number 0 where otherwise a time stands. */
  readonly gone: boolean
}

/** What a receiver says of one epoch, or of a part of it; null where it does not. */
export interface Tpv {
  readonly kind: 'tpv'
  readonly device: string | null
  /** 0: it does not say, 1: no fix. */
  readonly mode: 0 | 1 | 2 | 3
  readonly utcMs: number | null
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

/** gpsd did not like what we sent. */
export interface Complaint {
  readonly kind: 'complaint'
  readonly message: string
}

/** A class we know and have no use for. */
export interface Unused {
  readonly kind: 'unused'
}

export interface Nonsense {
  readonly kind: 'nonsense'
  readonly because: 'not-json' | 'not-an-object' | 'no-class' | 'unknown-class'
}

/** gpsd_json(5), 3.20 to 3.27. */
const UNUSED_CLASSES: ReadonlySet<unknown> = new Set(
  'AIS ATT GST IMU LOG OSC POLL PPS RAW RTCM2 RTCM3 SUBFRAME TOFF'.split(' '),
)
const UNUSED: Unused = { kind: 'unused' }
/** A receiver on a bicycle is not lower than the Dead Sea, nor higher than Everest. */
const LOWEST_M = -500
const HIGHEST_M = 9_000
const FASTEST_MPS = 150
const MOST_ACCURACY_M = 1e6
const MOST_SATELLITES = 1_000
const MOST_HDOP = 100

/** @param json whatever a line of gpsd holds */
export function messageOf(json: unknown): GpsdMessage {
  return isReport(json) ? messageOfReport(json) : nonsense('not-an-object')
}

/** Milliseconds since 1970 of an ISO 8601 time in UTC, or null for anything else. A leap second (:60) has no such number. */
export function utcMsOf(text: unknown): number | null {
  if (typeof text !== 'string' || !ISO_UTC.test(text)) return null
  const utcMs = Date.parse(text)
  // Date.parse turns 30 February into March and 24:00 into the next day.
  return new Date(utcMs).getUTCDate() === Number(text.slice(8, 10)) ? utcMs : null
}

const ISO_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/

/** The fields we look at, all unproven. */
interface Report {
  readonly class?: unknown
  readonly device?: unknown
  readonly mode?: unknown
  readonly time?: unknown
  readonly lat?: unknown
  readonly lon?: unknown
  readonly alt?: unknown
  readonly altMSL?: unknown
  readonly altHAE?: unknown
  readonly speed?: unknown
  readonly track?: unknown
  readonly eph?: unknown
  readonly epx?: unknown
  readonly epy?: unknown
  readonly nSat?: unknown
  readonly uSat?: unknown
  readonly hdop?: unknown
  readonly satellites?: unknown
  readonly used?: unknown
  readonly devices?: unknown
  readonly path?: unknown
  readonly activated?: unknown
  readonly release?: unknown
  readonly enable?: unknown
  readonly json?: unknown
  readonly message?: unknown
}

const isReport = (value: unknown): value is Report =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const nonsense = (because: Nonsense['because']): Nonsense => ({ kind: 'nonsense', because })

function messageOfReport(report: Report): GpsdMessage {
  switch (report.class) {
    case 'TPV':
      return tpvOf(report)
    case 'SKY':
      return skyOf(report)
    case 'VERSION':
      return { kind: 'version', release: textOf(report.release) }
    case 'WATCH':
      return { kind: 'watch', enable: report.enable === true, json: report.json === true }
    case 'DEVICES':
      return Array.isArray(report.devices) ? { kind: 'devices', paths: report.devices.map(pathOf) } : UNUSED
    case 'DEVICE':
      return { kind: 'device', path: textOf(report.path), gone: report.activated === 0 }
    case 'ERROR':
      return { kind: 'complaint', message: textOf(report.message) ?? '' }
  }
  if (UNUSED_CLASSES.has(report.class)) return UNUSED
  return nonsense(typeof report.class === 'string' ? 'unknown-class' : 'no-class')
}

function tpvOf(report: Report): Tpv {
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
  if (utcMs === null && report.time !== undefined) rejected.push('time')
  const latDeg = figure('lat', -90, 90)
  const lonDeg = figure('lon', -180, 180)
  const hasFix = mode !== null && mode >= 2
  return {
    kind: 'tpv',
    device: textOf(report.device),
    mode: mode ?? 0,
    utcMs,
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
function skyOf(report: Report): SkyReport {
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

const countOf = (value: unknown): number | null =>
  isWithin(value, 0, MOST_SATELLITES) && Number.isInteger(value) ? value : null

const isWithin = (value: unknown, lowest: number, highest: number): value is number =>
  typeof value === 'number' && value >= lowest && value <= highest

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const pathOf = (device: unknown): string | null => (isReport(device) ? textOf(device.path) : null)
