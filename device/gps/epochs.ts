/** Puts together what a receiver says of one moment in several messages, and picks the receiver to listen to. */
import type { Moment } from '../../core/ride/clock.js'
import { type Reading, type Sky, UNKNOWN_SKY } from '../../core/ride/fix.js'
import type { LatLon } from '../../core/ride/geo.js'
import type { SkyReport, Tpv } from './gpsd-messages.js'

export interface Epochs {
  /** @param at when the chunk came that carried the report */
  readonly takeTpv: (tpv: Tpv, at: Moment) => void
  readonly takeSky: (report: SkyReport) => void
  /**
   * What is new since the last call, oldest epoch first; to be asked after each chunk. An epoch is told as soon as
   * something is known of it, and again, with the same `at` and time, when a later message adds to it.
   */
  readonly readings: () => Reading[]
  /** When the receiver listened to last showed that it lives: its time changed, or it told no time. Null before that. */
  readonly livedMonoMs: () => number | null
  /** The receiver listened to: the one asked for, or the first that had a fix; null until there is one. */
  readonly receiver: () => string | null
}

/** gpsd says nothing when a receiver is unplugged: one whose time stands still this long is not there. */
export const STANDSTILL_MS = 5_000
/** A report of the same time and another place that comes later than this is of a clock that was put back. */
const COMPLETED_WITHIN_MS = 900
/** Some receivers tell epochs interleaved, up to half a second back at 10 Hz and more. */
const EPOCHS_KEPT = 16
/** gpsd serves four unless built otherwise; more names than this are somebody's joke. */
const MOST_RECEIVERS = 16

/**
 * Listens to the first receiver that has a position. When that has had no new one for standstillMs, and another has,
 * the other takes over and stays.
 * @param only the one path to listen to, whatever others have; null: any
 */
export function createEpochs(only: string | null = null, standstillMs = STANDSTILL_MS): Epochs {
  const receivers = new Map<string | null, Receiver>()
  let chosen: Receiver | null = null
  let livedMonoMs: number | null = null
  let untold = new Set<Epoch>()

  const receiverNamed = (name: string | null): Receiver => {
    const known = receivers.get(name)
    if (known !== undefined) return known
    const oldest = [...receivers.keys()].find((key) => key !== chosen?.name)
    if (receivers.size >= MOST_RECEIVERS && oldest !== undefined) receivers.delete(oldest)
    const receiver: Receiver = { name, sky: UNKNOWN_SKY, epochs: [], utcMs: null, livedMonoMs: 0, placedMonoMs: 0 }
    receivers.set(name, receiver)
    return receiver
  }

  return {
    takeTpv: (tpv, at) => {
      if (only !== null && tpv.device !== only) return
      const receiver = receiverNamed(tpv.device)
      if (tpv.utcMs === null || tpv.utcMs !== receiver.utcMs) {
        receiver.utcMs = tpv.utcMs ?? receiver.utcMs
        receiver.livedMonoMs = at.monoMs
      } else if (at.monoMs - receiver.livedMonoMs > standstillMs) {
        return
      }
      const epoch = epochOf(receiver, tpv, at, standstillMs)
      const isNews = merge(epoch, tpv)
      if (isNews) epoch.sky = receiver.sky
      if (tpv.place !== null && takesOver(receiver, chosen, at, standstillMs)) chosen = receiver
      if (tpv.place !== null) receiver.placedMonoMs = epoch.at.monoMs
      if (chosen !== null && chosen !== receiver) return
      livedMonoMs = receiver.livedMonoMs
      if (isNews) untold.add(epoch)
    },
    takeSky: ({ device, satellitesUsed, satellitesInView, hdop }) => {
      if (only !== null && device !== only) return
      const receiver = receiverNamed(device)
      const { sky } = receiver
      receiver.sky = {
        satellitesUsed: satellitesUsed ?? sky.satellitesUsed,
        satellitesInView: satellitesInView ?? sky.satellitesInView,
        hdop: hdop ?? sky.hdop,
      }
    },
    readings: () => {
      if (untold.size === 0) return []
      const told = [...untold].map(readingOf)
      untold = new Set()
      return told
    },
    livedMonoMs: () => livedMonoMs,
    receiver: () => only ?? chosen?.name ?? null,
  }
}

interface Receiver {
  readonly name: string | null
  sky: Sky
  /** The last few that told their time, oldest first. */
  epochs: Epoch[]
  utcMs: number | null
  livedMonoMs: number
  /** When its last epoch with a position began. */
  placedMonoMs: number
}

interface Epoch {
  readonly receiver: Receiver
  readonly at: Moment
  readonly utcMs: number | null
  isNew: boolean
  /** As it was known then, so that what is told does not hang on how the chunks fall. */
  sky: Sky
  mode: Tpv['mode']
  place: LatLon | null
  altitudeM: number | null
  speedMps: number | null
  courseDeg: number | null
  accuracyM: number | null
}

function takesOver(receiver: Receiver, chosen: Receiver | null, at: Moment, standstillMs: number): boolean {
  return chosen === null || (chosen !== receiver && at.monoMs - chosen.placedMonoMs > standstillMs)
}

/** The epoch of the same time, if it came just now; a log that begins again tells old times anew. */
function epochOf(receiver: Receiver, { utcMs, place }: Tpv, at: Moment, standstillMs: number): Epoch {
  const begun = receiver.epochs.findLast((epoch) => epoch.utcMs === utcMs)
  if (utcMs !== null && begun !== undefined) {
    const ageMs = at.monoMs - begun.at.monoMs
    const isStuck = begun === receiver.epochs.at(-1) && (place === null || isSamePlace(place, begun.place))
    if (ageMs <= COMPLETED_WITHIN_MS || (isStuck && ageMs <= standstillMs)) return begun
  }
  const unknown = { mode: 0, place: null, altitudeM: null, speedMps: null, courseDeg: null, accuracyM: null } as const
  const epoch: Epoch = { receiver, at, utcMs, isNew: true, sky: receiver.sky, ...unknown }
  if (utcMs === null) return epoch
  receiver.epochs.push(epoch)
  if (receiver.epochs.length > EPOCHS_KEPT) receiver.epochs.shift()
  return epoch
}

/**
 * What is said later wins, what is not said stays, and a report without a fix takes nothing back.
 * Answers whether there is something to tell.
 */
function merge(epoch: Epoch, tpv: Tpv): boolean {
  const { isNew } = epoch
  epoch.isNew = false
  if (tpv.mode < 2) return isNew
  let isChanged = tpv.mode !== epoch.mode
  epoch.mode = tpv.mode
  if (tpv.place !== null && !isSamePlace(tpv.place, epoch.place)) {
    epoch.place = tpv.place
    isChanged = true
  }
  for (const figure of FIGURES) {
    const value = tpv[figure]
    if (value === null || value === epoch[figure]) continue
    epoch[figure] = value
    isChanged = true
  }
  return isNew || (isChanged && epoch.place !== null)
}

const FIGURES = ['altitudeM', 'speedMps', 'courseDeg', 'accuracyM'] as const

const isSamePlace = (a: LatLon, b: LatLon | null): boolean => a.latDeg === b?.latDeg && a.lonDeg === b.lonDeg

function readingOf({ receiver, at, utcMs, sky, mode, place, ...figures }: Epoch): Reading {
  const common = { at, receiverUtcMs: utcMs, receiver: receiver.name, sky }
  if (place === null || mode < 2) return { kind: 'no-fix', state: 'no-fix', ...common }
  const { altitudeM, speedMps, courseDeg, accuracyM } = figures
  return { kind: 'fix', ...common, ...place, altitudeM, speedMps, courseDeg, accuracyM, mode: mode === 2 ? 2 : 3 }
}
