/** The fields of an NMEA 0183 sentence, read strictly: what is empty is unknown, what is malformed spoils the sentence. */
import type { LatLon } from '../../core/ride/geo.js'

export interface Fields {
  /** The address, such as GPRMC, and what follows it. */
  readonly texts: readonly string[]
  /** One that was read is neither empty nor as the standard writes it: nothing of the sentence is to be believed. */
  isMalformed: boolean
  /** Names of those that are well written and cannot be true; they were answered as null. */
  readonly rejected: string[]
}

/**
 * What stands between `$` and `*`, cut at the commas; null unless the checksum behind it is there and right.
 * The checksum is the exclusive or of all characters between the two (NMEA 0183).
 */
export function fieldsOf(sentence: string): Fields | null {
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
  if (sum !== Number.parseInt(told, 16)) return null
  return { texts: sentence.slice(1, star).split(','), isMalformed: false, rejected: [] }
}

export const textOf = ({ texts }: Fields, field: number): string => texts[field] ?? ''

/** @param name under which a figure out of its range is rejected */
export function figureOf(fields: Fields, field: number, name: string, lowest: number, highest: number): number | null {
  const text = textOf(fields, field)
  if (text === '') return null
  // Number() also takes '0x10', '1e9' and ' '.
  if (!NUMBER.test(text)) return spoil(fields)
  const value = Number(text)
  return value >= lowest && value <= highest ? value : reject(fields, name)
}

/** hhmmss.sss as milliseconds since midnight; a leap second, 23:59:60, is 86,400,000 and more. */
export function timeOf(fields: Fields, field: number): number | null {
  const text = textOf(fields, field)
  if (text === '') return null
  if (!TIME.test(text)) return spoil(fields)
  const hours = Number(text.slice(0, 2))
  const minutes = Number(text.slice(2, 4))
  const seconds = Number(text.slice(4))
  const isLeap = hours === 23 && minutes === 59 && seconds < 61
  if (hours > 23 || minutes > 59 || (seconds >= 60 && !isLeap)) return spoil(fields)
  return Math.round((hours * 3600 + minutes * 60 + seconds) * 1000)
}

/**
 * ddmmyy as the midnight the day begins with, in milliseconds since 1970. GPS began in 1980: years are 1980 to 2079.
 * A wrong one is rejected alone: some receivers count years from where their week number rolled over, 2208-1 and such.
 */
export function shortDayOf(fields: Fields, field: number): number | null {
  const text = textOf(fields, field)
  if (text === '') return null
  const year = Number(text.slice(4))
  const fullYear = year + (year < FIRST_YEAR % 100 ? 2000 : 1900)
  const isWritten = /^\d{6}$/.test(text)
  return (isWritten ? dayOf(fullYear, text.slice(2, 4), text.slice(0, 2)) : null) ?? reject(fields, 'date')
}

/** dd, mm and yyyy in three fields, as shortDayOf. */
export function longDayOf(fields: Fields, field: number): number | null {
  const [day = '', month = '', year = ''] = fields.texts.slice(field, field + 3)
  if (day === '' || month === '' || year === '') return null
  const isWritten = /^\d\d?$/.test(day) && /^\d\d?$/.test(month) && /^\d{4}$/.test(year)
  return (isWritten ? dayOf(Number(year), month, day) : null) ?? reject(fields, 'date')
}

/** ddmm.mmm, N or S, dddmm.mmm, E or W in four fields. */
export function placeOf(fields: Fields, field: number): LatLon | null {
  const lat = textOf(fields, field)
  const lon = textOf(fields, field + 2)
  if (lat === '' && lon === '') return null
  const latDeg = degreesOf(lat, textOf(fields, field + 1), 'N', 'S', 90)
  const lonDeg = degreesOf(lon, textOf(fields, field + 3), 'E', 'W', 180)
  return latDeg === null || lonDeg === null ? spoil(fields) : { latDeg, lonDeg }
}

const DOLLAR = 0x24
const STAR = 0x2a
const HEX = /^[0-9A-Fa-f]{2}$/
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/
const TIME = /^\d{6}(?:\.\d*)?$/
const DEGREES = /^\d{3,5}(?:\.\d*)?$/
const FIRST_YEAR = 1980

function spoil(fields: Fields): null {
  fields.isMalformed = true
  return null
}

function reject(fields: Fields, name: string): null {
  fields.rejected.push(name)
  return null
}

function dayOf(year: number, month: string, day: string): number | null {
  const utcMs = Date.UTC(year, Number(month) - 1, Number(day))
  const date = new Date(utcMs)
  // Date.UTC turns 30 February into March.
  const isReal = date.getUTCDate() === Number(day) && date.getUTCMonth() === Number(month) - 1
  return isReal && year >= FIRST_YEAR ? utcMs : null
}

function degreesOf(text: string, side: string, positive: string, negative: string, most: number): number | null {
  if (!DEGREES.test(text) || (side !== positive && side !== negative)) return null
  const point = text.indexOf('.')
  const whole = (point === -1 ? text.length : point) - 2
  const minutes = Number(text.slice(whole))
  const degrees = Number(text.slice(0, whole)) + minutes / 60
  if (minutes >= 60 || degrees > most) return null
  return side === positive ? degrees : -degrees
}
