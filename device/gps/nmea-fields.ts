/** The fields of an NMEA 0183 sentence, read strictly: what is empty is unknown, what is malformed spoils the sentence. */
import type { LatLon } from '../../core/ride/geo.js'

/** Reads fields by their number, where 0 is the address. Whatever it answers counts only if nothing was malformed. */
export interface FieldReader {
  readonly text: (field: number) => string
  /** @param name under which a figure out of its range is rejected, that is: null */
  readonly figure: (name: string, field: number, lowest: number, highest: number, unit?: number) => number | null
  /** hhmmss.sss as milliseconds since midnight; a leap second, 23:59:60, is 86,400,000 and more. */
  readonly time: (field: number) => number | null
  /** ddmmyy as the midnight the day begins with, in milliseconds since 1970; GPS began in 1980: up to 2079. */
  readonly shortDay: (field: number) => number | null
  /** dd, mm and yyyy in three fields. */
  readonly longDay: (field: number) => number | null
  /** ddmm.mmm, N or S, dddmm.mmm, E or W in four fields. */
  readonly place: (field: number) => LatLon | null
  readonly isMalformed: () => boolean
  readonly rejected: () => readonly string[]
}

/**
 * What stands between `$` and `*`, cut at the commas; null unless the checksum behind it is there and right.
 * The checksum is the exclusive or of all characters between the two (NMEA 0183).
 */
export function fieldsOf(sentence: string): readonly string[] | null {
  const star = sentence.length - 3
  if (star < 1 || sentence.charCodeAt(0) !== DOLLAR || sentence.charCodeAt(star) !== STAR) return null
  const told = sentence.slice(star + 1)
  if (!HEX.test(told)) return null
  let sum = 0
  for (let index = 1; index < star; index += 1) {
    const code = sentence.charCodeAt(index)
    if (code < 0x20 || code > 0x7e || code === DOLLAR || code === STAR) return null
    sum ^= code
  }
  return sum === Number.parseInt(told, 16) ? sentence.slice(1, star).split(',') : null
}

export function createFieldReader(fields: readonly string[]): FieldReader {
  let malformed = false
  const rejected: string[] = []

  const text = (field: number) => fields[field] ?? ''
  const spoilt = () => {
    malformed = true
    return null
  }
  const dayOf = (year: number, month: number, day: number): number | null => {
    const utcMs = Date.UTC(year, month - 1, day)
    // Date.UTC turns 30 February into March.
    return year >= FIRST_YEAR && new Date(utcMs).getUTCDate() === day && month <= 12 ? utcMs : spoilt()
  }

  return {
    text,
    figure: (name, field, lowest, highest, unit = 1) => {
      const given = text(field)
      if (given === '') return null
      // Number() also takes '0x10', '1e9' and ' '.
      if (!NUMBER.test(given)) return spoilt()
      const value = Number(given) * unit
      if (value >= lowest && value <= highest) return value
      rejected.push(name)
      return null
    },
    time: (field) => {
      const given = text(field)
      if (given === '') return null
      const [, hours, minutes, seconds] = (TIME.exec(given) ?? []).map(Number)
      if (hours === undefined || minutes === undefined || seconds === undefined) return spoilt()
      const isLeap = hours === 23 && minutes === 59 && seconds < 61
      if (hours > 23 || minutes > 59 || (seconds >= 60 && !isLeap)) return spoilt()
      return Math.round((hours * 3600 + minutes * 60 + seconds) * 1000)
    },
    shortDay: (field) => {
      const given = text(field)
      if (given === '') return null
      if (!/^\d{6}$/.test(given)) return spoilt()
      const year = Number(given.slice(4))
      return dayOf(year + (year < FIRST_YEAR % 100 ? 2000 : 1900), Number(given.slice(2, 4)), Number(given.slice(0, 2)))
    },
    longDay: (field) => {
      const [day, month, year] = [text(field), text(field + 1), text(field + 2)]
      if (day === '' || month === '' || year === '') return null
      if (!/^\d\d?$/.test(day) || !/^\d\d?$/.test(month) || !/^\d{4}$/.test(year)) return spoilt()
      return dayOf(Number(year), Number(month), Number(day))
    },
    place: (field) => {
      if (text(field) === '' && text(field + 2) === '') return null
      const latDeg = degreesOf(text(field), 'NS'.indexOf(text(field + 1) || '?'), 90)
      const lonDeg = degreesOf(text(field + 2), 'EW'.indexOf(text(field + 3) || '?'), 180)
      return latDeg === null || lonDeg === null ? spoilt() : { latDeg, lonDeg }
    },
    isMalformed: () => malformed,
    rejected: () => rejected,
  }
}

const DOLLAR = 0x24
const STAR = 0x2a
const HEX = /^[0-9A-Fa-f]{2}$/
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/
const TIME = /^(\d\d)(\d\d)(\d\d(?:\.\d*)?)$/
const DEGREES = /^(\d{1,3})(\d\d(?:\.\d*)?)$/
const FIRST_YEAR = 1980

/** @param side 0 for north and east, 1 for south and west, anything else for neither */
function degreesOf(text: string, side: number, most: number): number | null {
  const found = DEGREES.exec(text)
  const minutes = Number(found?.[2])
  const degrees = Number(found?.[1]) + minutes / 60
  if (!(minutes < 60 && degrees <= most) || (side !== 0 && side !== 1)) return null
  return side === 0 ? degrees : -degrees
}
