/** Dates and times as XML has them, to milliseconds since 1970. */

/** Before GPS time began no receiver knew the time: what claims to be older is a clock that was never set. */
const EARLIEST_MS = Date.UTC(1980, 0, 6)
const MINUTE_MS = 60_000
const MOST_OFFSET_MIN = 14 * 60
const SECOND_END = 19

/** Codes of characters: comparing those costs nothing, taking characters out of a string does. */
const ZERO = 48
const NINE = 57
const DASH = 45
const COLON = 58
const DOT = 46
const SPACE = 32
const T = 84
const Z = 90

/**
 * Milliseconds since 1970 of an xsd:dateTime, digits beyond the millisecond cut off; null for anything else, for a leap
 * second (:60 has no such number) and for what was before GPS. Without a zone it is UTC, as GPX 1.1 says of its times.
 * Read by hand: Date.parse takes 30 February for a day in March and a time without a zone for the host's.
 */
export function utcMsOfDateTime(text: string): number | null {
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return null
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return null
  const separator = text.charCodeAt(10)
  if (separator !== T && separator !== SPACE) return null
  const year = two(text, 0) * 100 + two(text, 2)
  const month = two(text, 5)
  const day = two(text, 8)
  const hour = two(text, 11)
  const minute = two(text, 14)
  const second = two(text, 17)
  // A NaN fails every comparison.
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return null
  if (!(hour < 24 && minute < 60 && second < 60)) return null

  const hasFraction = text.charCodeAt(SECOND_END) === DOT
  const zoneAt = hasFraction ? endOfDigits(text, SECOND_END + 1) : SECOND_END
  if (zoneAt === SECOND_END + 1) return null
  const offsetMin = offsetMinOf(text, zoneAt)
  if (offsetMin === null) return null
  const ms = hasFraction
    ? Number(
        text
          .slice(SECOND_END + 1, zoneAt)
          .slice(0, 3)
          .padEnd(3, '0'),
      )
    : 0
  const utcMs = Date.UTC(year, month - 1, day, hour, minute, second, ms) - offsetMin * MINUTE_MS
  return utcMs >= EARLIEST_MS ? utcMs : null
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** NaN where one of the two is no digit. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO
  const ones = text.charCodeAt(at + 1) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

function endOfDigits(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) >= ZERO && text.charCodeAt(at) <= NINE) at += 1
  return at
}

function offsetMinOf(text: string, from: number): number | null {
  if (from === text.length || (text.charCodeAt(from) === Z && from + 1 === text.length)) return 0
  const found = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(text.slice(from))
  if (found === null) return null
  const minutes = Number(found[2]) * 60 + Number(found[3] ?? 0)
  if (minutes > MOST_OFFSET_MIN) return null
  return found[1] === '-' ? -minutes : minutes
}
