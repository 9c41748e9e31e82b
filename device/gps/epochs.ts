/** Puts together what receivers say in several messages, and picks the receiver to listen to. */
import type { Moment } from '../../core/ride/clock.js'
import type { Reading } from '../../core/ride/fix.js'
import { type Epoch, epochOf, isSamePlace, merge, mergeNoise, readingOf } from './epoch.js'
import type { NoiseReport, SkyReport, Tpv } from './gpsd-messages.js'
import { createSkyMemory, type SkyMemory } from './sky-memory.js'

export interface Epochs {
  /** @param at when the chunk came that carried the report */
  readonly takeTpv: (tpv: Tpv, at: Moment) => void
  readonly takeSky: (report: SkyReport, at: Moment) => void
  readonly takeNoise: (report: NoiseReport, at: Moment) => void
  /** @param monoMs when the receiver's first byte of the epoch of this time came; mostly known before its first report */
  readonly takeFirstByte: (device: string | null, utcMs: number, monoMs: number) => void
  /**
   * A receiver was taken away, null: all of them. Another may be listened to at once.
   * Answers whether it was the one listened to and no other lives.
   */
  readonly takeGone: (device: string | null, at: Moment) => boolean
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
/** At 4800 baud an epoch takes a second, and its first report may have to wait for the end. */
const FIRST_REPORTED_WITHIN_MS = 1_500
/** Some receivers tell epochs interleaved, up to half a second back at 10 Hz and more. */
const EPOCHS_KEPT = 16
/** gpsd serves four unless built otherwise; more names than this are somebody's joke. */
const MOST_RECEIVERS = 16

/**
 * Listens to the first receiver that has a position. When that has had no new one for standstillMs, and another has,
 * the other takes over and stays. While the one listened to does not live, what any other says is told, too: a receiver
 * that searches is more than none.
 * @param only the one path to listen to, whatever others have; null: any
 */
export function createEpochs(only: string | null = null, standstillMs = STANDSTILL_MS): Epochs {
  const receivers = new Map<string | null, Receiver>()
  let chosen: Receiver | null = null
  let livedMonoMs: number | null = null
  let untold = new Set<Epoch>()

  const isHeard = (device: string | null): boolean => only === null || device === only
  const receiverNamed = (name: string | null): Receiver => {
    const known = receivers.get(name)
    if (known !== undefined) return known
    const oldest = [...receivers.keys()].find((key) => key !== chosen?.name)
    if (receivers.size >= MOST_RECEIVERS && oldest !== undefined) receivers.delete(oldest)
    const receiver = newReceiver(name)
    receivers.set(name, receiver)
    return receiver
  }
  const livesAt = (receiver: Receiver, at: Moment): boolean =>
    receiver.livedMonoMs !== null && at.monoMs - receiver.livedMonoMs <= standstillMs
  const isToldOf = (receiver: Receiver, at: Moment): boolean =>
    chosen === null || chosen === receiver || !livesAt(chosen, at)
  const takesOver = (receiver: Receiver, at: Moment): boolean =>
    chosen === null || (chosen !== receiver && at.monoMs - chosen.placedMonoMs > standstillMs)

  return {
    takeTpv: (tpv, at) => {
      if (!isHeard(tpv.device)) return
      const receiver = receiverNamed(tpv.device)
      if (hasMoved(receiver, tpv)) {
        receiver.time = timeOf(tpv) ?? receiver.time
        receiver.livedMonoMs = at.monoMs
      } else if (!livesAt(receiver, at)) return
      const epoch = begunOf(receiver, tpv, at, standstillMs) ?? begin(receiver, tpv, at)
      const isNews = merge(epoch, tpv)
      if (isNews) epoch.sky = receiver.sky.at(at.monoMs)
      if (tpv.place !== null && takesOver(receiver, at)) chosen = receiver
      if (tpv.place !== null) receiver.placedMonoMs = epoch.at.monoMs
      if (!isToldOf(receiver, at)) return
      livedMonoMs = receiver.livedMonoMs
      if (isNews) untold.add(epoch)
    },
    takeSky: (report, at) => {
      if (isHeard(report.device)) receiverNamed(report.device).sky.take(report, at.monoMs)
    },
    takeNoise: ({ device, utcMs, accuracyM }, at) => {
      if (!isHeard(device) || utcMs === null || accuracyM === null) return
      const receiver = receiverNamed(device)
      receiver.noise = { utcMs, accuracyM, monoMs: at.monoMs }
      const epoch = receiver.epochs.findLast((begun) => begun.utcMs === utcMs)
      if (epoch === undefined || at.monoMs - epoch.at.monoMs > COMPLETED_WITHIN_MS) return
      if (mergeNoise(epoch, accuracyM) && isToldOf(receiver, at)) untold.add(epoch)
    },
    takeFirstByte: (device, utcMs, monoMs) => {
      if (!isHeard(device)) return
      const receiver = receiverNamed(device)
      receiver.firstByte = { utcMs, monoMs }
      const epoch = receiver.epochs.findLast((begun) => begun.utcMs === utcMs)
      // Too late to be told for itself: the epoch carries it if it is told again.
      if (epoch !== undefined) epoch.firstByteMonoMs ??= firstByteOf(receiver, epoch)
    },
    takeGone: (device, at) => {
      const isListenedTo = device === null || device === (only ?? chosen?.name ?? device)
      for (const receiver of receivers.values()) {
        // Its time stays known: should gpsd repeat the last of it, that is no new fix.
        if (device === null || receiver.name === null || receiver.name === device) receiver.livedMonoMs = null
      }
      if (isListenedTo) chosen = null
      return isListenedTo && ![...receivers.values()].some((other) => livesAt(other, at))
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
  readonly sky: SkyMemory
  /** The last few that told their time, oldest first. */
  readonly epochs: Epoch[]
  /** The time it told last. */
  time: number | string | null
  livedMonoMs: number | null
  /** When its last epoch with a position began. */
  placedMonoMs: number
  /** The last TOFF and the last GST, which may come before the report of their epoch. */
  firstByte: { readonly utcMs: number; readonly monoMs: number } | null
  noise: { readonly utcMs: number; readonly monoMs: number; readonly accuracyM: number } | null
}

const newReceiver = (name: string | null): Receiver => ({
  name,
  sky: createSkyMemory(),
  epochs: [],
  time: null,
  livedMonoMs: null,
  placedMonoMs: 0,
  firstByte: null,
  noise: null,
})

/** What an epoch is known by. */
const timeOf = ({ utcMs, leapSecond }: Pick<Tpv, 'utcMs' | 'leapSecond'>): number | string | null => utcMs ?? leapSecond

function hasMoved(receiver: Receiver, tpv: Tpv): boolean {
  const time = timeOf(tpv)
  return time === null || time !== receiver.time
}

/** The epoch of the same time, if it came just now; a log that begins again tells old times anew. */
function begunOf(receiver: Receiver, tpv: Tpv, at: Moment, standstillMs: number): Epoch | null {
  const time = timeOf(tpv)
  const begun = time === null ? undefined : receiver.epochs.findLast((epoch) => timeOf(epoch) === time)
  if (begun === undefined) return null
  const ageMs = at.monoMs - begun.at.monoMs
  const isStuck = begun === receiver.epochs.at(-1) && (tpv.place === null || isSamePlace(tpv.place, begun.place))
  return ageMs <= COMPLETED_WITHIN_MS || (isStuck && ageMs <= standstillMs) ? begun : null
}

function begin(receiver: Receiver, tpv: Tpv, at: Moment): Epoch {
  const epoch = epochOf(receiver.name, tpv, at, receiver.sky.at(at.monoMs))
  epoch.firstByteMonoMs = firstByteOf(receiver, epoch)
  const { noise } = receiver
  if (noise !== null && noise.utcMs === epoch.utcMs && at.monoMs - noise.monoMs <= COMPLETED_WITHIN_MS) {
    epoch.noiseM = noise.accuracyM
  }
  if (timeOf(epoch) === null) return epoch
  receiver.epochs.push(epoch)
  if (receiver.epochs.length > EPOCHS_KEPT) receiver.epochs.shift()
  return epoch
}

/** Some receivers' first bytes are those of the next epoch, told under the time of this one: they come after its report. */
function firstByteOf({ firstByte }: Receiver, { utcMs, at }: Epoch): number | null {
  if (firstByte === null || firstByte.utcMs !== utcMs) return null
  const ageMs = at.monoMs - firstByte.monoMs
  return ageMs >= 0 && ageMs <= FIRST_REPORTED_WITHIN_MS ? firstByte.monoMs : null
}
