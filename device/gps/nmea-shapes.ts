/** Each sentence we have a use for: how many fields it has, and what they mean. */
import { type Fields, figureOf, longDayOf, placeOf, shortDayOf, textOf, timeOf } from './nmea-fields.js'
import { type Mode, type Position, type Sentence, UNUSED } from './nmea-sentence.js'

export interface Shape {
  /**
   * How many fields may follow the address, from the oldest version of the standard to the newest. Some receivers run
   * two sentences into one, lose a few fields on the way and give it a right checksum: it then has too many.
   */
  readonly least: number
  readonly most: number
  readonly read: (fields: Fields) => Sentence
}

/** By the three letters behind the talker. */
export const SHAPES: ReadonlyMap<string, Shape> = new Map([
  ['RMC', { least: 9, most: 13, read: rmc }],
  ['GGA', { least: 13, most: 15, read: gga }],
  ['GNS', { least: 12, most: 13, read: gns }],
  ['GLL', { least: 6, most: 7, read: gll }],
  // Twelve satellites, or twice as many at Navior's.
  ['GSA', { least: 17, most: 30, read: gsa }],
  ['VTG', { least: 8, most: 9, read: vtg }],
  ['ZDA', { least: 4, most: 6, read: zda }],
  ['GST', { least: 8, most: 8, read: gst }],
  ['GSV', { least: 3, most: 21, read: gsv }],
])

const MPS_PER_KNOT = 1852 / 3600
/** A receiver on a bicycle is not lower than the Dead Sea, nor higher than Everest. */
const LOWEST_M = -500
const HIGHEST_M = 9_000
const FASTEST_KN = 150 / MPS_PER_KNOT
const MOST_SATELLITES = 1_000
const MOST_HDOP = 100
const MOST_ACCURACY_M = 1e6

/** Positioning mode, told since NMEA 2.3 in RMC, GLL and VTG. */
const NOT_VALID = 'N'

const NOTHING = { dayUtcMs: null, altitudeM: null, speedMps: null, courseDeg: null, satellitesUsed: null, hdop: null }

function rmc(fields: Fields): Sentence {
  const status = textOf(fields, 2)
  const isFix = (status === 'A' || status === 'D') && textOf(fields, 12) !== NOT_VALID
  return {
    ...NOTHING,
    ...whereAndWhen('RMC', fields, 1, 3, isFix),
    speedMps: speedOf(fields, 7),
    courseDeg: figureOf(fields, 8, 'course', 0, 360),
    dayUtcMs: shortDayOf(fields, 9),
  }
}

function gga(fields: Fields): Sentence {
  const quality = textOf(fields, 6)
  const satellites = satellitesOf(fields, 7)
  // Nobody has a place from two satellites; 6 and up are reckoned, typed in or simulated, from none.
  const isTooFew = satellites !== null && satellites < 3 && /^[1-5]$/.test(quality)
  return satelliteFix('GGA', fields, /^[1-7]$/.test(quality) && !isTooFew)
}

/** One letter for each satellite system: one that has a fix is enough. */
function gns(fields: Fields): Sentence {
  return satelliteFix('GNS', fields, /[^N]/.test(textOf(fields, 6)))
}

function satelliteFix(name: 'GGA' | 'GNS', fields: Fields, isFix: boolean): Sentence {
  return {
    ...NOTHING,
    ...whereAndWhen(name, fields, 1, 2, isFix),
    satellitesUsed: satellitesOf(fields, 7),
    hdop: hdopOf(fields, 8),
    altitudeM: figureOf(fields, 9, 'altitude', LOWEST_M, HIGHEST_M),
  }
}

function gll(fields: Fields): Sentence {
  const isFix = textOf(fields, 6) === 'A' && textOf(fields, 7) !== NOT_VALID
  return { ...NOTHING, ...whereAndWhen('GLL', fields, 5, 1, isFix) }
}

/** Without a fix a place is not even looked at: some write 8960.0000,N then. */
function whereAndWhen(name: Position['name'], fields: Fields, time: number, place: number, isFix: boolean) {
  return {
    kind: 'position',
    name,
    timeMs: timeOf(fields, time),
    isFix,
    place: isFix ? placeOf(fields, place) : null,
    rejected: fields.rejected,
  } as const
}

function gsa(fields: Fields): Sentence {
  const mode = MODES.get(textOf(fields, 2))
  const hdop = fields.texts.length - 1 > STANDARD_GSA ? null : hdopOf(fields, 16)
  return mode === undefined ? UNUSED : { kind: 'mode', mode, hdop }
}

const STANDARD_GSA = 18
/** Antaris chips write E here while they reckon on without satellites: no word on the mode. */
const MODES: ReadonlyMap<string, Mode['mode']> = new Map([
  ['1', 1],
  ['2', 2],
  ['3', 3],
])

function vtg(fields: Fields): Sentence {
  const courseDeg = figureOf(fields, 1, 'course', 0, 360)
  const speedMps = speedOf(fields, 5)
  return textOf(fields, 9) === NOT_VALID ? UNUSED : { kind: 'motion', speedMps, courseDeg }
}

function zda(fields: Fields): Sentence {
  const timeMs = timeOf(fields, 1)
  const dayUtcMs = longDayOf(fields, 2)
  return timeMs === null || dayUtcMs === null ? UNUSED : { kind: 'day', timeMs, dayUtcMs }
}

/** 2DRMS: within twice the root of both variances lie 95 to 98 % (Kaplan, Hegarty: Understanding GPS/GNSS). */
function gst(fields: Fields): Sentence {
  const timeMs = timeOf(fields, 1)
  const latM = figureOf(fields, 6, 'latitude error', 0, MOST_ACCURACY_M)
  const lonM = figureOf(fields, 7, 'longitude error', 0, MOST_ACCURACY_M)
  if (timeMs === null || latM === null || lonM === null) return UNUSED
  return { kind: 'errors', timeMs, accuracyM: 2 * Math.hypot(latM, lonM) }
}

function gsv(fields: Fields): Sentence {
  const satellites = satellitesOf(fields, 3)
  return satellites === null ? UNUSED : { kind: 'in-view', talker: textOf(fields, 0).slice(0, 2), satellites }
}

function speedOf(fields: Fields, field: number): number | null {
  const speedKn = figureOf(fields, field, 'speed', 0, FASTEST_KN)
  return speedKn === null ? null : speedKn * MPS_PER_KNOT
}

const satellitesOf = (fields: Fields, field: number): number | null =>
  figureOf(fields, field, 'satellites', 0, MOST_SATELLITES)

const hdopOf = (fields: Fields, field: number): number | null => figureOf(fields, field, 'hdop', 0, MOST_HDOP)
