/** What the attributes and elements of a <trkpt> say, and which of it can be true. */
import { utcMsOfDateTime } from './date-time.js'
import { decimalOf } from './decimal.js'

/** A point of a track; null where the file does not say, or says what cannot be true. */
export interface GpxPoint {
  /** Which <trkseg> of the file it stands in, from 0. */
  readonly stretch: number
  readonly utcMs: number | null
  readonly latDeg: number
  readonly lonDeg: number
  /** Above mean sea level. */
  readonly altitudeM: number | null
  readonly speedMps: number | null
  /** Over ground, true north, 0 to 360. */
  readonly courseDeg: number | null
  /** What <fix> says of it. */
  readonly mode: 2 | 3 | null
  readonly satellitesUsed: number | null
  readonly hdop: number | null
}

/** A point whose elements are being read. */
export type GpxPointDraft = { -readonly [Name in keyof GpxPoint]: GpxPoint[Name] }

/** The elements of a point that are figures; speed and course come from an extension or, in GPX 1.0, from the point. */
export type GpxFigure = 'ele' | 'time' | 'fix' | 'sat' | 'hdop' | 'speed' | 'course'

/** Lower than the Dead Sea or higher than Everest is no ride; the others as with any receiver. */
const LOWEST_M = -500
const HIGHEST_M = 9_000
const FASTEST_MPS = 150
const MOST_SATELLITES = 1_000
const MOST_HDOP = 100

/** Null where the attributes are no position. */
export function draftAt(lat: string | undefined, lon: string | undefined, stretch: number): GpxPointDraft | null {
  const latDeg = numberWithin(lat, -90, 90)
  const lonDeg = numberWithin(lon, -180, 180)
  if (latDeg === null || lonDeg === null) return null
  return {
    stretch,
    utcMs: null,
    latDeg,
    lonDeg,
    altitudeM: null,
    speedMps: null,
    courseDeg: null,
    mode: null,
    satellitesUsed: null,
    hdop: null,
  }
}

export function isFigure(element: string): element is GpxFigure {
  switch (element) {
    case 'ele':
    case 'time':
    case 'fix':
    case 'sat':
    case 'hdop':
    case 'speed':
    case 'course':
      return true
    default:
      return false
  }
}

/** @param text what the element holds, without space around it */
export function note(draft: GpxPointDraft, figure: GpxFigure, text: string): void {
  switch (figure) {
    case 'ele':
      draft.altitudeM = numberWithin(text, LOWEST_M, HIGHEST_M)
      return
    case 'time':
      draft.utcMs = utcMsOfDateTime(text)
      return
    case 'fix':
      // dgps and pps say how good it is, not in how many dimensions.
      draft.mode = text === '2d' ? 2 : text === '3d' ? 3 : null
      return
    case 'sat':
      draft.satellitesUsed = wholeWithin(text, MOST_SATELLITES)
      return
    case 'hdop':
      draft.hdop = numberWithin(text, 0, MOST_HDOP)
      return
    case 'speed':
      draft.speedMps = numberWithin(text, 0, FASTEST_MPS)
      return
    case 'course':
      draft.courseDeg = numberWithin(text, 0, 360)
  }
}

function numberWithin(text: string | undefined, lowest: number, highest: number): number | null {
  if (text === undefined) return null
  const value = decimalOf(text)
  return value >= lowest && value <= highest ? value : null
}

function wholeWithin(text: string, most: number): number | null {
  const value = numberWithin(text, 0, most)
  return value !== null && Number.isInteger(value) ? value : null
}
