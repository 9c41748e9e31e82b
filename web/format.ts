/** Figures in the rider's words; what is not known reads as a dash, never as 0. */

export const UNKNOWN = '–'
const MPS_TO_KMH = 3.6
const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Whole km/h without the unit, which stands beside it. */
export const speedKmh = (speedMps: number | null): string =>
  speedMps === null ? UNKNOWN : String(Math.round(speedMps * MPS_TO_KMH))

/** `23.4 km/h`, for an average or a maximum. */
export const speedWithUnit = (speedMps: number | null): string =>
  speedMps === null ? UNKNOWN : `${(speedMps * MPS_TO_KMH).toFixed(1)} km/h`

/** `0.64 km`, `12.3 km`, `128 km`. */
export function distanceWords(distanceM: number | null): string {
  if (distanceM === null) return UNKNOWN
  const km = distanceM / 1_000
  return `${km.toFixed(km < 10 ? 2 : km < 100 ? 1 : 0)} km`
}

/** `5:09`, `1:05:09`: minutes and seconds, hours where there are any. */
export function durationClock(durationMs: number | null): string {
  if (durationMs === null) return UNKNOWN
  const seconds = Math.floor(durationMs / SECOND_MS)
  const hours = Math.floor(seconds / 3_600)
  const minutes = Math.floor(seconds / 60) % 60
  const rest = two(seconds % 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}

/** `12 s`, `3 min`, `2 h`, `5 days`: one unit, rounded down; never negative, whatever the clocks did. */
export function agoWords(agoMs: number): string {
  const ms = Math.max(0, agoMs)
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`
  if (ms < 2 * DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`
  return `${Math.floor(ms / DAY_MS)} days`
}

/** `5 h 12 min left`, `12 min left`: rounded down, nobody is promised a minute that is not there; in hours alone over a hundred. */
export function leftWords(hoursLeft: number): string {
  const minutes = Math.max(0, Math.floor(hoursLeft * 60))
  const hours = Math.floor(minutes / 60)
  if (hours >= 100) return `${hours} h left`
  return hours > 0 ? `${hours} h ${minutes % 60} min left` : `${minutes} min left`
}

/** `120 MB`, `3.2 GB`, `41 GB`: in powers of ten, as cards are sold. */
export function bytesWords(bytes: number): string {
  const gigabytes = bytes / 1e9
  if (gigabytes < 1) return `${Math.round(bytes / 1e6)} MB`
  return `${gigabytes.toFixed(gigabytes < 10 ? 1 : 0)} GB`
}

/** How well a time is known: `±0.05 s`, `±1.5 s`, `±40 s`. */
export function uncertaintyWords(uncertaintyMs: number): string {
  const seconds = uncertaintyMs / SECOND_MS
  return `±${seconds < 1 ? seconds.toFixed(2) : seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0)} s`
}

/** Day and time of day in the zone given, the browser's own by default; `time unknown` for null. */
export function dateWords(utcMs: number | null, timeZone?: string): string {
  if (utcMs === null) return 'time unknown'
  return `${dayWords(utcMs, timeZone)} · ${hourWords(utcMs, timeZone)}`
}

/** `Sat 21 Nov 2026` in the zone given, the browser's own by default; `Time unknown` for null. */
export const dayWords = (utcMs: number | null, timeZone?: string): string =>
  utcMs === null
    ? 'Time unknown'
    : inZone({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }, timeZone)
        .format(utcMs)
        .replace(',', '')

/** `08:15` in the zone given, the browser's own by default; `time unknown` for null. */
export const hourWords = (utcMs: number | null, timeZone?: string): string =>
  utcMs === null ? 'time unknown' : inZone({ hour: '2-digit', minute: '2-digit' }, timeZone).format(utcMs)

/** Time of day with seconds in the zone given, the browser's own by default. */
export const timeOfDay = (utcMs: number | null, timeZone?: string): string =>
  utcMs === null ? UNKNOWN : inZone({ hour: '2-digit', minute: '2-digit', second: '2-digit' }, timeZone).format(utcMs)

export const countWords = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`

const THIN_SPACE = '\u202f'

/** `1800`, `1 296 000`: in groups of three from five digits on. */
export const bigCount = (count: number): string =>
  count < 10_000 ? String(count) : String(count).replace(/\B(?=(\d{3})+$)/g, THIN_SPACE)

const two = (number: number): string => String(number).padStart(2, '0')

/** The page speaks English, so its dates do too, whatever language the browser prefers. */
const inZone = (fields: Intl.DateTimeFormatOptions, timeZone?: string) =>
  new Intl.DateTimeFormat('en-GB', timeZone === undefined ? fields : { ...fields, timeZone })
