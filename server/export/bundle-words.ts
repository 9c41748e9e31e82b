/** Times, places, speeds and directions in words that a stranger reads without knowing our units. */
import { isTimeZone } from '../../core/process/shared-sections.js'

export type Units = 'metric' | 'imperial'

export const UNKNOWN = 'unknown'

const KMH_PER_MPS = 3.6
/** The international mile has 1609.344 m. */
const MPH_PER_MPS = 3600 / 1609.344
/** Slower than this a receiver tells the noise of its own position as a direction. */
const MOVING_MPS = 0.7
const MINUTE_MS = 60_000

/** The zone a rider lives by, or UTC where none is known or the name is nobody's. */
export const zoneOrUtc = (timeZone: string | null): string =>
  timeZone !== null && isTimeZone(timeZone) ? timeZone : 'UTC'

/** `2026-06-06 08:15:03.250 UTC` */
export const utcWords = (utcMs: number): string =>
  `${new Date(utcMs).toISOString().replace('T', ' ').replace('Z', '')} UTC`

/** `20260606T081503Z` as part of a name: safe on FAT, and sorted as it happened. */
export const utcForNames = (utcMs: number): string =>
  `${new Date(utcMs).toISOString().slice(0, 19).replaceAll(':', '')}Z`

export interface LocalTime {
  /** `Saturday, 6 June 2026` */
  readonly day: string
  /** `10:15:03.250` */
  readonly clock: string
  /** `UTC+02:00`, summer time included. */
  readonly offset: string
}

/** @param timeZone an IANA name that exists */
export function localTimeOf(utcMs: number, timeZone: string): LocalTime {
  const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 } as const
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, hourCycle: 'h23', weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
    ...clock,
    timeZoneName: 'longOffset',
  })
  const parts = new Map(format.formatToParts(utcMs).map(({ type, value }) => [type, value]))
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? ''
  const offset = part('timeZoneName').replace('GMT', 'UTC')
  return {
    day: `${part('weekday')}, ${part('day')} ${part('month')} ${part('year')}`,
    clock: `${part('hour')}:${part('minute')}:${part('second')}.${part('fractionalSecond')}`,
    offset: offset === 'UTC' ? 'UTC+00:00' : offset,
  }
}

/** In the rider's units, with the others in brackets: who reads it may live by those. */
export function speedWords(speedMps: number | null, units: Units): string {
  if (speedMps === null) return UNKNOWN
  const kmh = `${(speedMps * KMH_PER_MPS).toFixed(1)} km/h`
  const mph = `${(speedMps * MPH_PER_MPS).toFixed(1)} mph`
  return units === 'imperial' ? `${mph} (${kmh})` : `${kmh} (${mph})`
}

const WINDS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west']

/** @param courseDeg over ground, true north; told only while the bicycle moves */
export function directionWords(courseDeg: number | null, speedMps: number | null): string {
  if (speedMps !== null && speedMps < MOVING_MPS) return 'standing, or as good as'
  if (courseDeg === null) return UNKNOWN
  const wind = WINDS[Math.round(courseDeg / 45) % WINDS.length] ?? ''
  return `towards the ${wind} (${Math.round(courseDeg) % 360}° from true north)`
}

/** Five digits are a metre: no receiver on a bicycle knows more. */
export const placeWords = (latDeg: number, lonDeg: number): string => `${latDeg.toFixed(5)}, ${lonDeg.toFixed(5)}`

/** `12.3 s`, `3 min 4.0 s` */
export function lengthWords(ms: number): string {
  const tenths = Math.round(Math.abs(ms) / 100)
  const minutes = Math.floor((tenths * 100) / MINUTE_MS)
  const seconds = `${((tenths - minutes * 600) / 10).toFixed(1)} s`
  return minutes === 0 ? seconds : `${minutes} min ${seconds}`
}

/** A text on one line, without what would steer a terminal or end the line. */
export const onOneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim()
