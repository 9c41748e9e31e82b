/** One NMEA 0183 sentence to one value of ours: only what carries a right checksum and can be true gets past here. */
import type { LatLon } from '../../core/ride/geo.js'
import { createFieldReader, type FieldReader, fieldsOf } from './nmea-fields.js'

/*
 * A parser of our own, not the npm package `gps`: on the 28,355 sentences of gpsd's test suite that one throws at 73 which
 * receivers really send, dates a GGA by the host's clock, which a Pi without a battery has wrong, tells km/h, and takes
 * 6 us a line. What a bicycle needs of NMEA is this file and nmea-fields.ts.
 */

export type Sentence = Position | Day | Mode | Motion | InView | Errors | Unused | Nonsense

/** RMC, GGA, GNS or GLL: where it was at a time of day. Null where it does not say. */
export interface Position {
  readonly kind: 'position'
  readonly name: 'RMC' | 'GGA' | 'GNS' | 'GLL'
  /** Since midnight UTC; a leap second is 86,400,000 and more. */
  readonly timeMs: number | null
  /** The midnight its day begins with, milliseconds since 1970; only RMC tells it. */
  readonly dayUtcMs: number | null
  /** Whether the receiver vouches for the place; without that it can be anything, 0 N 0 E too. */
  readonly isFix: boolean
  readonly place: LatLon | null
  readonly altitudeM: number | null
  readonly speedMps: number | null
  readonly courseDeg: number | null
  readonly satellitesUsed: number | null
  readonly hdop: number | null
  /** Fields that were there, but can not be true. */
  readonly rejected: readonly string[]
}

/** ZDA. */
export interface Day {
  readonly kind: 'day'
  readonly timeMs: number
  readonly dayUtcMs: number
}

/** GSA: one for each satellite system; it tells no time. */
export interface Mode {
  readonly kind: 'mode'
  /** 1: no fix. */
  readonly mode: 1 | 2 | 3
  readonly hdop: number | null
}

/** VTG; it tells no time. */
export interface Motion {
  readonly kind: 'motion'
  readonly speedMps: number | null
  readonly courseDeg: number | null
}

/** GSV: what one satellite system has above the horizon; it tells no time. */
export interface InView {
  readonly kind: 'in-view'
  readonly talker: string
  readonly satellites: number
}

/** GST: how far off it may be. */
export interface Errors {
  readonly kind: 'errors'
  readonly timeMs: number
  /** Horizontal, 95 %. */
  readonly accuracyM: number
}

/** A right sentence that we have no use for. */
export interface Unused {
  readonly kind: 'unused'
}

export interface Nonsense {
  readonly kind: 'nonsense'
  readonly because: 'not-nmea' | 'no-checksum' | 'wrong-checksum' | 'malformed'
}

const MPS_PER_KNOT = 1852 / 3600
/** A receiver on a bicycle is not lower than the Dead Sea, nor higher than Everest. */
const LOWEST_M = -500
const HIGHEST_M = 9_000
const FASTEST_MPS = 150
const MOST_SATELLITES = 1_000
const MOST_HDOP = 100
const MOST_ACCURACY_M = 1e6

/**
 * The values of one line, mostly one. Where a newline was lost, or noise stands before a sentence, whatever begins with
 * `$` and proves itself by its own checksum still counts. Never throws.
 */
export function sentencesOf(text: string): readonly Sentence[] {
  const line = text.trimEnd()
  const start = line.indexOf('$')
  if (start === -1) return [line.startsWith('!') ? UNUSED : nonsense('not-nmea')]
  if (line.indexOf('$', start + 1) === -1) return [sentenceOf(line.slice(start))]
  const pieces = line.slice(start + 1).split('$')
  return pieces.map((piece) => sentenceOf(`$${piece}`))
}

/** @param text from its `$` to the last digit of its checksum */
export function sentenceOf(text: string): Sentence {
  const fields = fieldsOf(text)
  if (fields === null) return nonsense(faultOf(text))
  const [address = ''] = fields
  const shape = ADDRESS.test(address) ? SHAPES[address.slice(2)] : undefined
  if (shape === undefined) return UNUSED
  const count = fields.length - 1
  if (count < shape.least || count > shape.most) return nonsense('malformed')
  const reader = createFieldReader(fields)
  const sentence = shape.read(reader)
  return reader.isMalformed() ? nonsense('malformed') : sentence
}

/** The talker, two characters, and the name. A proprietary sentence begins with P and has a name of its own length. */
const ADDRESS = /^[A-OQ-Z][A-Z0-9][A-Z]{3}$/
const UNUSED: Unused = { kind: 'unused' }
const nonsense = (because: Nonsense['because']): Nonsense => ({ kind: 'nonsense', because })

function faultOf(text: string): Nonsense['because'] {
  if (!/^\$[A-Z0-9]{3,}[ -~]*$/.test(text)) return 'not-nmea'
  return /\*[0-9A-Fa-f]{2}$/.test(text) ? 'wrong-checksum' : 'no-checksum'
}

interface Shape {
  /**
   * How many fields may follow the address, from the oldest version of the standard to the newest. Some receivers run
   * two sentences into one, lose a few fields on the way and give it a right checksum: it then has too many.
   */
  readonly least: number
  readonly most: number
  readonly read: (reader: FieldReader) => Sentence
}

const SHAPES: Readonly<Record<string, Shape>> = {
  RMC: { least: 9, most: 13, read: rmc },
  GGA: { least: 13, most: 14, read: (reader) => satelliteFix('GGA', reader, /^[1-9]$/) },
  // One letter for each satellite system: one that has a fix is enough.
  GNS: { least: 12, most: 13, read: (reader) => satelliteFix('GNS', reader, /[^N]/) },
  GLL: { least: 6, most: 7, read: gll },
  GSA: { least: 17, most: 18, read: gsa },
  VTG: { least: 8, most: 9, read: vtg },
  ZDA: { least: 4, most: 6, read: zda },
  GST: { least: 8, most: 8, read: gst },
  GSV: { least: 3, most: 21, read: gsv },
}

/** Positioning mode, told since NMEA 2.3 in RMC, GLL and VTG. */
const NOT_VALID = 'N'

const NOTHING = { dayUtcMs: null, altitudeM: null, speedMps: null, courseDeg: null, satellitesUsed: null, hdop: null }

function rmc({ text, figure, time, shortDay, place, rejected }: FieldReader): Sentence {
  return {
    ...NOTHING,
    kind: 'position',
    name: 'RMC',
    timeMs: time(1),
    isFix: (text(2) === 'A' || text(2) === 'D') && text(12) !== NOT_VALID,
    place: place(3),
    speedMps: figure('speed', 7, 0, FASTEST_MPS, MPS_PER_KNOT),
    courseDeg: figure('course', 8, 0, 360),
    dayUtcMs: shortDay(9),
    rejected: rejected(),
  }
}

function satelliteFix(name: 'GGA' | 'GNS', reader: FieldReader, quality: RegExp): Sentence {
  const { text, figure, time, place, rejected } = reader
  return {
    ...NOTHING,
    kind: 'position',
    name,
    timeMs: time(1),
    isFix: quality.test(text(6)),
    place: place(2),
    satellitesUsed: figure('satellites', 7, 0, MOST_SATELLITES),
    hdop: figure('hdop', 8, 0, MOST_HDOP),
    altitudeM: figure('altitude', 9, LOWEST_M, HIGHEST_M),
    rejected: rejected(),
  }
}

function gll({ text, time, place, rejected }: FieldReader): Sentence {
  const isFix = text(6) === 'A' && text(7) !== NOT_VALID
  return { ...NOTHING, kind: 'position', name: 'GLL', timeMs: time(5), isFix, place: place(1), rejected: rejected() }
}

function gsa({ text, figure }: FieldReader): Sentence {
  const mode = MODES.get(text(2))
  const hdop = figure('hdop', 16, 0, MOST_HDOP)
  return mode === undefined ? UNUSED : { kind: 'mode', mode, hdop }
}

/** Antaris chips write E here while they reckon on without satellites: no word on the mode. */
const MODES: ReadonlyMap<string, Mode['mode']> = new Map([
  ['1', 1],
  ['2', 2],
  ['3', 3],
])

function vtg({ text, figure }: FieldReader): Sentence {
  const courseDeg = figure('course', 1, 0, 360)
  const speedMps = figure('speed', 5, 0, FASTEST_MPS, MPS_PER_KNOT)
  return text(9) === NOT_VALID ? UNUSED : { kind: 'motion', speedMps, courseDeg }
}

function zda({ time, longDay }: FieldReader): Sentence {
  const [timeMs, dayUtcMs] = [time(1), longDay(2)]
  return timeMs === null || dayUtcMs === null ? UNUSED : { kind: 'day', timeMs, dayUtcMs }
}

/** 2DRMS: within twice the root of both variances lie 95 to 98 % (Kaplan, Hegarty: Understanding GPS/GNSS). */
function gst({ figure, time }: FieldReader): Sentence {
  const timeMs = time(1)
  const latM = figure('latitude error', 6, 0, MOST_ACCURACY_M)
  const lonM = figure('longitude error', 7, 0, MOST_ACCURACY_M)
  if (timeMs === null || latM === null || lonM === null) return UNUSED
  return { kind: 'errors', timeMs, accuracyM: 2 * Math.hypot(latM, lonM) }
}

function gsv({ text, figure }: FieldReader): Sentence {
  const satellites = figure('satellites', 3, 0, MOST_SATELLITES)
  return satellites === null ? UNUSED : { kind: 'in-view', talker: text(0).slice(0, 2), satellites }
}
