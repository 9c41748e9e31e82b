/** Puts together what a receiver says of one moment in several NMEA sentences, and finds out which day it is. */
import type { Moment } from '../../core/ride/clock.js'
import type { Reading } from '../../core/ride/fix.js'
import type { LatLon } from '../../core/ride/geo.js'
import type { Day, Errors, InView, Mode, Motion, Position, Sentence } from './nmea-sentence.js'
import { createSkyMemory } from './sky-memory.js'

export interface NmeaEpochs {
  /**
   * Answers the epoch that this sentence ends by being of another one, if it does.
   * @param at when the first byte of the sentence came
   */
  readonly take: (sentence: Sentence, at: Moment) => Reading | null
  /** Answers the epoch at hand: to be asked after SILENCE_MS without a byte, and at the end of a recording. */
  readonly silence: () => Reading | null
}

/** Receivers tell an epoch in one go; at 10 Hz and more the next one ends it before this does. */
export const SILENCE_MS = 120
const DAY_MS = 86_400_000
/** Four satellite systems tell some 30 sentences an epoch. */
const MOST_EARLY = 64

/**
 * An epoch is told once the next one begins or the line falls silent; when more of it comes after all, it is told again,
 * with the same `at` and time. The day comes from RMC and ZDA alone and is carried on from there, over midnight too, never
 * from the host's clock; before it is known, and in a leap second, which has no such number, receiverUtcMs is null.
 */
export function createNmeaEpochs(receiver: string | null): NmeaEpochs {
  let epoch: Epoch | null = null
  /** Without a time of their own, after a silence: they belong to the epoch that begins now. */
  let early: Addition[] = []
  const sky = createSkyMemory()
  let mode: Mode['mode'] | null = null
  /** The last time of which the day was known. */
  let knownUtcMs: number | null = null

  const tell = (): Reading | null => {
    if (epoch === null || epoch.isTold) return null
    epoch.isTold = true
    mode = epoch.mode ?? mode
    const { monoMs } = epoch.at
    sky.take({ satellitesUsed: epoch.satellitesUsed, satellitesInView: inViewOf(epoch), hdop: epoch.hdop }, monoMs)
    const receiverUtcMs = utcOf(epoch, knownUtcMs)
    knownUtcMs = receiverUtcMs ?? knownUtcMs
    return readingOf(epoch, mode, { receiver, receiverUtcMs, firstByteMonoMs: null, sky: sky.at(monoMs) })
  }

  const takePosition = (position: Position, at: Moment): Reading | null => {
    const isMore = epoch !== null && belongsTo(epoch, position)
    // The same sentence of the same time, after a silence: a receiver whose clock stands still.
    if (isMore && epoch?.isTold && epoch.names.has(position.name)) return null
    const told = isMore ? null : tell()
    if (epoch === null || !isMore) epoch = newEpoch(at, position.timeMs)
    epoch.isTold = false
    addPosition(epoch, position)
    for (const addition of early) add(epoch, addition)
    early = []
    return told
  }

  const takeDay = ({ timeMs, dayUtcMs }: Day, at: Moment): void => {
    if (timeMs < DAY_MS) knownUtcMs = dayUtcMs + timeMs
    // Where nothing else tells the time it is ZDA's; else that may be of another moment, and only the day is of use.
    if (epoch !== null && epoch.timeMs !== null) return
    if (epoch === null || epoch.isTold) epoch = newEpoch(at, timeMs)
    else epoch.timeMs = timeMs
  }

  return {
    take: (sentence, at) => {
      switch (sentence.kind) {
        case 'position':
          return takePosition(sentence, at)
        case 'day':
          takeDay(sentence, at)
          return null
        case 'mode':
        case 'motion':
        case 'in-view':
        case 'errors':
          if (epoch !== null && !epoch.isTold) add(epoch, sentence)
          else early = [...early.slice(1 - MOST_EARLY), sentence]
          return null
        case 'unused':
        case 'nonsense':
          return null
      }
    },
    silence: tell,
  }
}

type Addition = Mode | Motion | InView | Errors

interface Epoch {
  readonly at: Moment
  timeMs: number | null
  readonly names: Set<Position['name']>
  readonly inView: Map<string, number>
  isTold: boolean
  dayUtcMs: number | null
  isVoid: boolean
  place: LatLon | null
  altitudeM: number | null
  speedMps: number | null
  courseDeg: number | null
  accuracyM: number | null
  mode: Mode['mode'] | null
  satellitesUsed: number | null
  hdop: number | null
}

function newEpoch(at: Moment, timeMs: number | null): Epoch {
  const unknown = { dayUtcMs: null, place: null, altitudeM: null, speedMps: null, courseDeg: null, accuracyM: null }
  const sky = { mode: null, satellitesUsed: null, hdop: null }
  return { at, timeMs, names: new Set(), inView: new Map(), isTold: false, isVoid: false, ...unknown, ...sky }
}

/** Without a time the second sentence of a name begins another epoch, and so does a silence. */
function belongsTo(epoch: Epoch, { timeMs, name }: Position): boolean {
  if (timeMs !== null) return timeMs === epoch.timeMs
  return epoch.timeMs === null && !epoch.isTold && !epoch.names.has(name)
}

function addPosition(epoch: Epoch, position: Position): void {
  epoch.names.add(position.name)
  epoch.satellitesUsed = highest(epoch.satellitesUsed, position.satellitesUsed)
  epoch.hdop = position.hdop ?? epoch.hdop
  epoch.isVoid = !position.isFix || position.place === null
  if (epoch.isVoid) return
  epoch.dayUtcMs = position.dayUtcMs ?? epoch.dayUtcMs
  epoch.place = position.place
  epoch.altitudeM = position.altitudeM ?? epoch.altitudeM
  epoch.speedMps = position.speedMps ?? epoch.speedMps
  epoch.courseDeg = position.courseDeg ?? epoch.courseDeg
}

function add(epoch: Epoch, addition: Addition): void {
  switch (addition.kind) {
    case 'mode':
      // One for each satellite system: the best of them holds.
      epoch.mode = highest(epoch.mode, addition.mode)
      epoch.hdop ??= addition.hdop
      break
    case 'motion':
      epoch.speedMps ??= addition.speedMps
      epoch.courseDeg ??= addition.courseDeg
      break
    case 'in-view':
      epoch.inView.set(addition.talker, highest(addition.satellites, epoch.inView.get(addition.talker) ?? null))
      break
    case 'errors':
      if (addition.timeMs === epoch.timeMs) epoch.accuracyM = addition.accuracyM
      break
  }
}

function highest<Value extends number>(a: Value, b: Value | null): Value
function highest<Value extends number>(a: Value | null, b: Value | null): Value | null
function highest<Value extends number>(a: Value | null, b: Value | null): Value | null {
  return a === null || (b !== null && b > a) ? b : a
}

function inViewOf({ inView }: Epoch): number | null {
  if (inView.size === 0) return null
  let sum = 0
  for (const satellites of inView.values()) sum += satellites
  return sum
}

function utcOf({ timeMs, dayUtcMs }: Epoch, knownUtcMs: number | null): number | null {
  if (timeMs === null || timeMs >= DAY_MS) return null
  if (dayUtcMs !== null) return dayUtcMs + timeMs
  // The day on which this time is nearest to the last one known: the next day where midnight lies between them.
  return knownUtcMs === null ? null : Math.round((knownUtcMs - timeMs) / DAY_MS) * DAY_MS + timeMs
}

function readingOf(
  epoch: Epoch,
  told: Mode['mode'] | null,
  common: Pick<Reading, 'receiver' | 'receiverUtcMs' | 'firstByteMonoMs' | 'sky'>,
): Reading {
  const { at, place, isVoid, altitudeM, speedMps, courseDeg, accuracyM } = epoch
  if (place === null || isVoid) return { kind: 'no-fix', state: 'no-fix', at, ...common }
  const mode = told === 2 || (told !== 3 && altitudeM === null) ? 2 : 3
  return { kind: 'fix', at, ...common, ...place, altitudeM, speedMps, courseDeg, accuracyM, mode }
}
