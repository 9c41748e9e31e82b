/** What an overlay says: speed, clock and heading as text, safe to stand in an ASS script. */

export type Units = 'metric' | 'imperial'

const UNITS = {
  metric: { perMps: 3.6, name: 'km/h' },
  imperial: { perMps: 3_600 / 1_609.344, name: 'mph' },
} as const
const UNKNOWN = '–'

/** A whole number, or a dash. */
export const speedOf = (speedMps: number | null, units: Units): string =>
  speedMps === null ? UNKNOWN : (speedMps * UNITS[units].perMps).toFixed(0)

export const speedUnit = (units: Units): string => UNITS[units].name

const POINTS = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW']

/** One of the eight points of the compass with the degrees, 0 to 359. */
export function headingOf(courseDeg: number): string {
  const degrees = ((Math.round(courseDeg) % 360) + 360) % 360
  return `${POINTS[Math.round(degrees / 45) % 8]} ${degrees}°`
}

export interface ClockWords {
  readonly day: string
  readonly time: string
  /** The distance from UTC, which a reader abroad or after the summer needs. */
  readonly zone: string
}

/** What a clock in a zone shows; summer time as it was then. @throws RangeError for a name that is no zone */
export function clockIn(timeZone: string): (utcMs: number) => ClockWords {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  })
  return (utcMs) => {
    const parts = new Map(format.formatToParts(utcMs).map(({ type, value }) => [type, value]))
    const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? ''
    return {
      day: `${part('year')}-${part('month')}-${part('day')}`,
      time: `${part('hour')}:${part('minute')}:${part('second')}`,
      zone: part('timeZoneName').replace('GMT', 'UTC').replace('UTC+00:00', 'UTC'),
    }
  }
}

/** Text that is shown and nothing else: ASS takes what stands in braces, and behind backslashes, for orders. */
export const shownText = (text: string): string =>
  text.replace(/[{}\\]/g, (sign) => ({ '{': '(', '}': ')' })[sign] ?? '/').replace(/\p{Cc}+/gu, ' ')
