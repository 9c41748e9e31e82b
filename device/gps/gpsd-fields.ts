/** The fields of gpsd's reports, all unproven, and what makes figures, names and times of them. */

/** The fields we look at, gpsd_json(5), 3.20 to 3.27. */
export interface Report {
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
  readonly major?: unknown
  readonly minor?: unknown
  readonly satellites?: unknown
  readonly used?: unknown
  readonly real_sec?: unknown
  readonly real_nsec?: unknown
  readonly clock_sec?: unknown
  readonly clock_nsec?: unknown
  readonly devices?: unknown
  readonly path?: unknown
  readonly activated?: unknown
  readonly release?: unknown
  readonly enable?: unknown
  readonly json?: unknown
  readonly message?: unknown
}

export const isReport = (value: unknown): value is Report =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isWithin = (value: unknown, lowest: number, highest: number): value is number =>
  typeof value === 'number' && value >= lowest && value <= highest

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** Milliseconds since 1970 of an ISO 8601 time in UTC, or null for anything else. A leap second (:60) has no such number. */
export function utcMsOf(text: unknown): number | null {
  if (typeof text !== 'string' || !ISO_UTC.test(text)) return null
  const utcMs = Date.parse(text)
  // Date.parse turns 30 February into March and 24:00 into the next day.
  return new Date(utcMs).getUTCDate() === Number(text.slice(8, 10)) ? utcMs : null
}

/** The text of a time within a leap second, or null for anything else. They are only ever the last of a UTC day. */
export function leapSecondOf(text: unknown): string | null {
  return typeof text === 'string' && LEAP_SECOND.test(text) ? text : null
}

const ISO_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/
const LEAP_SECOND = /^\d{4}-\d\d-\d\dT23:59:60(?:\.\d{1,9})?Z$/
