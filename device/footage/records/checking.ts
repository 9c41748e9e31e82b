/** Tells whether what a record says can be true, before any of it reaches the catalogue: cards pass through many hands. */
import { isPlausibleUtc } from '../../../core/ride/clock.js'
import { segmentId } from '../../../core/ride/footage.js'
import type { IncidentCause } from '../../../core/ride/incident.js'
import type { LeftOut } from '../../../core/ride/ride.js'
import {
  ANCHOR_COLUMNS,
  type BootRecord,
  FIX_COLUMNS,
  type GrowingRecord,
  type IncidentRecord,
  type Line,
  type PowerCutRecord,
  type RideRecord,
  type SegmentRecord,
} from '../../../core/store/record-shapes.js'
import { MOST_BOOTS } from './names.js'

/** The row, or why it cannot be one, as the end of a sentence. */
export type Checked<Row> =
  | { readonly row: Row; readonly reason: null }
  | { readonly row: null; readonly reason: string }

type Check<Value> = (value: unknown) => value is Value
type Fields<Row> = { readonly [Key in keyof Row]: Check<Row[Key]> }

const LONGEST_TEXT = 1_000
const LONGEST_DRAWING = 200_000
/** Of any clock, length or distance; 32 years in ms. */
const MOST = 1e15
const MOST_COUNT = 1_000_000_000

const numberThat =
  (holds: (value: number) => boolean): Check<number> =>
  (value): value is number =>
    typeof value === 'number' && Math.abs(value) <= MOST && holds(value)
const textThat =
  (longest: number, holds: (value: string) => boolean = () => true): Check<string> =>
  (value): value is string =>
    typeof value === 'string' && value.length <= longest && holds(value)

const isNumber = numberThat(() => true)
const isLength = numberThat((value) => value >= 0)
const isWhole = numberThat(Number.isSafeInteger)
const isCount = numberThat((value) => Number.isSafeInteger(value) && value >= 0)
const isNumbered = numberThat((value) => isCount(value) && value <= MOST_COUNT)
const isBoot = numberThat((value) => isCount(value) && value < MOST_BOOTS)
const isDate = numberThat((value) => isWhole(value) && isPlausibleUtc(value))
const isLat = numberThat((value) => Math.abs(value) <= 90)
const isLon = numberThat((value) => Math.abs(value) <= 180)
const isText = textThat(LONGEST_TEXT)
const isId = textThat(64, (value) => /^[A-Za-z0-9_-]+$/.test(value))
const isCamera = textThat(64, (value) => /^[a-z0-9][a-z0-9-]*$/.test(value))
const isDrawing = textThat(LONGEST_DRAWING, (value) => /^[?-~]*$/.test(value))
const isZone = textThat(LONGEST_TEXT, isKnownZone)
const isFlag: Check<boolean> = (value): value is boolean => typeof value === 'boolean'

const orNull =
  <Value>(check: Check<Value>): Check<Value | null> =>
  (value): value is Value | null =>
    value === null || check(value)
const oneOf =
  <Word extends string | number>(words: readonly Word[]): Check<Word> =>
  (value): value is Word =>
    words.some((word) => word === value)
const listOf =
  <Item>(check: Check<Item>): Check<readonly Item[]> =>
  (value): value is readonly Item[] =>
    Array.isArray(value) && value.every(check)
const rowOf =
  <Row extends object>(fields: Fields<Row>): Check<Row> =>
  (value): value is Row =>
    checked(fields, value).reason === null

const SOURCE = oneOf(['satellites', 'phone'])
const LEFT_OUT = oneOf<LeftOut>([
  ...(['time-not-increasing', 'implausible-jump', 'speed-disagrees', 'implausible-acceleration'] as const),
  'hopeless-accuracy',
])

const isMoments: Check<Readonly<Record<string, number>>> = (value): value is Readonly<Record<string, number>> =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).every(([name, at]) => isCamera(name) && isNumber(at))

const POWER_CUT: Fields<PowerCutRecord> = { lastSignMonoMs: isNumber, cameras: isMoments, lostMs: orNull(isNumber) }

const GROWING: Fields<GrowingRecord> = {
  camera: isCamera,
  number: isNumbered,
  rideId: orNull(isId),
  startMonoMs: isNumber,
  startUncertaintyMs: orNull(isLength),
}

const BOOT: Fields<BootRecord> = {
  number: isBoot,
  bootId: isText,
  deviceId: orNull(isId),
  closed: isFlag,
  inOrder: isFlag,
  recordingWord: orNull(isFlag),
  powerCut: orNull(rowOf(POWER_CUT)),
  growing: listOf(rowOf(GROWING)),
}

const RIDE: Fields<RideRecord> = {
  number: isNumbered,
  id: isId,
  name: orNull(isText),
  source: oneOf(['device', 'import']),
  simulated: isFlag,
  kept: isFlag,
  ended: isFlag,
  stopped: isFlag,
  bootNumber: isBoot,
  lastBootNumber: isBoot,
  beganMonoMs: isNumber,
  lastFixMonoMs: isNumber,
  lastMovedMonoMs: isNumber,
  startedUtcMs: orNull(isWhole),
  endedUtcMs: orNull(isWhole),
  timeSource: orNull(SOURCE),
  timeZone: orNull(isZone),
  distanceM: isLength,
  movingMs: isLength,
  elapsedMs: isNumber,
  ascentM: orNull(isNumber),
  maxSpeedMps: orNull(isLength),
  west: orNull(isLon),
  south: orNull(isLat),
  east: orNull(isLon),
  north: orNull(isLat),
  preview: orNull(isDrawing),
}

const INCIDENT: Fields<IncidentRecord> = {
  number: isNumbered,
  id: isId,
  rideId: orNull(isId),
  bootNumber: isBoot,
  atMonoMs: isNumber,
  cause: oneOf<IncidentCause>(['rider', 'button', 'braking', 'crash']),
  beforeMs: isLength,
  afterMs: isLength,
  latDeg: orNull(isLat),
  lonDeg: orNull(isLon),
  note: orNull(isText),
  spans: listOf(rowOf({ bootNumber: isBoot, fromMonoMs: isNumber, toMonoMs: isNumber })),
  marks: listOf(isText),
}

const SEGMENT: Fields<SegmentRecord> = {
  id: isText,
  rideId: orNull(isId),
  camera: isCamera,
  number: isNumbered,
  bootNumber: isBoot,
  startMonoMs: isNumber,
  startUncertaintyMs: orNull(isLength),
  startUtcMs: orNull(isDate),
  durationMs: isLength,
  frames: isCount,
  sizeBytes: isCount,
  state: oneOf(['recorded', 'tagged', 'swept']),
  kept: isFlag,
  keptItself: isFlag,
  file: isText,
}

export const bootIn = (told: unknown): Checked<BootRecord> => checked(BOOT, told)
export const rideIn = (told: unknown): Checked<RideRecord> => checked(RIDE, told)
export const incidentIn = (told: unknown): Checked<IncidentRecord> => checked(INCIDENT, told)
export function segmentIn(told: unknown): Checked<SegmentRecord> {
  const found = checked(SEGMENT, told)
  if (found.row === null || found.row.id === segmentId(found.row.camera, found.row.number)) return found
  return { row: null, reason: `its id cannot be ${shown(found.row.id)}` }
}

const FIX_CHECKS: readonly Check<unknown>[] = [
  ...[isWhole, isNumber, orNull(isWhole), orNull(isWhole), isLat, isLon, orNull(isNumber), orNull(isNumber)],
  ...[orNull(isNumber), orNull(isNumber), oneOf([2, 3]), orNull(isCount), orNull(isNumber), orNull(LEFT_OUT)],
]
const ANCHOR_CHECKS: readonly Check<unknown>[] = [isBoot, isNumber, isNumber, isLength, SOURCE]

/** A line of a track; its columns are FIX_COLUMNS. */
export const fixIn = (told: unknown): Checked<Line> => line(FIX_CHECKS, FIX_COLUMNS, told)
/** A line of a boot's anchors; its columns are ANCHOR_COLUMNS. */
export const anchorIn = (told: unknown): Checked<Line> => line(ANCHOR_CHECKS, ANCHOR_COLUMNS, told)

function line(checks: readonly Check<unknown>[], columns: readonly string[], told: unknown): Checked<Line> {
  if (!Array.isArray(told) || told.length !== checks.length) return { row: null, reason: 'a line is no row' }
  const wrong = checks.findIndex((check, index) => !check(told[index]))
  if (wrong === -1) return { row: told as unknown as Line, reason: null }
  return { row: null, reason: `the ${columns[wrong]} of a line cannot be ${shown(told[wrong])}` }
}

/** Without what it says more. */
function checked<Row extends object>(fields: Fields<Row>, told: unknown): Checked<Row> {
  if (typeof told !== 'object' || told === null) return { row: null, reason: 'it is no record' }
  const entries = (Object.entries(fields) as [string, Check<unknown>][]).map(([name, check]) => {
    const value: unknown = Reflect.get(told, name)
    return { name, value, isRight: check(value) }
  })
  const wrong = entries.find(({ isRight }) => !isRight)
  if (wrong !== undefined) return { row: null, reason: `its ${wrong.name} cannot be ${shown(wrong.value)}` }
  return { row: Object.fromEntries(entries.map(({ name, value }) => [name, value])) as Row, reason: null }
}

/** Without what could do something to a terminal. */
const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 60)

function isKnownZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false // RangeError: nobody could show a time in it.
  }
}
