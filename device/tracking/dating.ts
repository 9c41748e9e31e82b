/** Gives each fix the moment its position held and, once the receiver is believed, its UTC. */
import { type Anchor, isPlausibleUtc, unrolledUtc } from '../../core/ride/clock.js'
import type { Fix, Reading } from '../../core/ride/fix.js'
import { type AnchorMade, type ClockEpoch, createSatelliteClock } from '../../core/ride/satellite-clock.js'
import type { RideBegun } from '../../core/store/rides-writing.js'

export interface DatedFix {
  /** Its `at` is when the position held. */
  readonly fix: Fix
  /** As utcOfFix() has it: null until a receiver is believed. */
  readonly utcMs: number | null
}

export interface DatingOptions {
  readonly bootId: string
  /** The anchors of this boot in order, from before the device was begun again. */
  readonly known: readonly Anchor[]
  /** It speaks of now, so that only times of now can be true; a recorded ride may be of any year. */
  readonly isLive: boolean
}

export interface Dating {
  /** Takes every reading in order. An anchor, when one is due, is to be kept before the fix it came with. */
  readonly take: (reading: Reading) => { readonly anchor: AnchorMade | null; readonly dated: DatedFix | null }
  /** A phone says what time it is. Answers an anchor, or null where something better is known or a phone has just spoken. */
  readonly offer: (utcMs: number, monoMs: number) => Anchor | null
  /** The best there is: a receiver's, else a phone's. */
  readonly anchor: () => Anchor | null
  /** The receiver's alone: what fixes are dated by. */
  readonly satelliteAnchor: () => Anchor | null
}

/** Receivers lag by up to a second (gpsd(8), 4800 bps): one that is further off than that is not telling this epoch's time. */
const RECEIVER_AGREES_WITHIN_MS = 1_000
/** Phones keep time by their network, mostly within a second, and the way over Wi-Fi adds to it. */
const PHONE_UNCERTAINTY_MS = 2_000
const PHONE_EVERY_MS = 60_000
const LEAST_STEP_MS = 1

export function createDating({ bootId, known, isLive }: DatingOptions): Dating {
  const clock = createSatelliteClock(bootId, isLive ? isPlausibleUtc : () => true)
  const knownSatellites = known.findLast(({ source }) => source === 'satellites') ?? null
  let phone = known.findLast(({ source }) => source === 'phone') ?? null
  let last: { readonly arrivedMonoMs: number; readonly fix: Fix } | null = null
  const satelliteAnchor = (): Anchor | null => clock.anchor() ?? knownSatellites

  /** Takes a time to the clock; a receiver that counts its weeks from an older rollover was put right, and that is said. */
  const takeTime = (epoch: ClockEpoch, toldUtcMs: number): AnchorMade | null => {
    const made = clock.take(epoch)
    if (made?.because !== 'first' || epoch.utcMs === toldUtcMs) return made
    return { ...made, because: 'week-rollover', byMs: epoch.utcMs - toldUtcMs }
  }

  return {
    satelliteAnchor,
    anchor: () => satelliteAnchor() ?? phone,

    take: (told) => {
      const toldUtcMs = told.receiverUtcMs
      const receiverUtcMs = toldUtcMs !== null && isLive ? unrolledUtc(toldUtcMs) : toldUtcMs
      const reading = { ...told, receiverUtcMs }
      const arrivedMonoMs = reading.at.monoMs
      const heardMonoMs = reading.firstByteMonoMs ?? arrivedMonoMs
      // The same time in another moment is a clock that was put back.
      const isCompletion = last?.arrivedMonoMs === arrivedMonoMs && last.fix.receiverUtcMs === receiverUtcMs
      const mode = reading.kind === 'fix' ? reading.mode : 1
      const anchor =
        toldUtcMs === null || receiverUtcMs === null || isCompletion
          ? null
          : takeTime({ arrivedMonoMs: heardMonoMs, utcMs: receiverUtcMs, mode }, toldUtcMs)
      if (reading.kind === 'no-fix') return { anchor, dated: null }

      const at =
        isCompletion && last !== null
          ? last.fix.at
          : { bootId, monoMs: heldAfter(last?.fix ?? null, reading, satelliteAnchor()) }
      const fix = { ...reading, at }
      last = { arrivedMonoMs, fix }
      return { anchor, dated: { fix, utcMs: utcOfFix(fix, satelliteAnchor()) } }
    },

    offer: (utcMs, monoMs) => {
      if (satelliteAnchor() !== null || !isPlausibleUtc(utcMs)) return null
      if (phone !== null && monoMs - phone.monoMs < PHONE_EVERY_MS) return null
      phone = {
        bootId,
        monoMs,
        utcMinusMonoMs: utcMs - monoMs,
        uncertaintyMs: PHONE_UNCERTAINTY_MS,
        source: 'phone',
      }
      return phone
    },
  }
}

/** When a ride began that begins now, as far as anybody knows by then; its first fix tells it to the millisecond. */
export function startOf(atMonoMs: number, known: Anchor | null): Pick<RideBegun, 'startedUtcMs' | 'timeSource'> {
  if (known === null) return { startedUtcMs: null, timeSource: null }
  return { startedUtcMs: Math.round(atMonoMs + known.utcMinusMonoMs), timeSource: known.source }
}

/** The receiver's own time of a fix where it is believed, else what the anchor says; null without an anchor. */
export function utcOfFix(
  { at, receiverUtcMs }: Pick<Fix, 'at' | 'receiverUtcMs'>,
  anchor: Anchor | null,
): number | null {
  if (anchor === null) return null
  const utcMs = at.monoMs + anchor.utcMinusMonoMs
  const isBelieved = receiverUtcMs !== null && Math.abs(receiverUtcMs - utcMs) < RECEIVER_AGREES_WITHIN_MS
  return isBelieved ? receiverUtcMs : utcMs
}

/** What holds later by the receiver's time holds later, even where the anchor was put right in between. */
function heldAfter(last: Fix | null, fix: Fix, anchor: Anchor | null): number {
  const monoMs = heldAt(fix, anchor)
  if (last === null || last.receiverUtcMs === null || fix.receiverUtcMs === null) return monoMs
  const isPutRight = fix.receiverUtcMs > last.receiverUtcMs && last.at.monoMs - monoMs < RECEIVER_AGREES_WITHIN_MS
  return isPutRight ? Math.max(monoMs, last.at.monoMs + LEAST_STEP_MS) : monoMs
}

/** A line can only arrive late: a believed receiver's time says better than its arrival when the position held. */
function heldAt({ at, receiverUtcMs }: Fix, anchor: Anchor | null): number {
  if (anchor === null || receiverUtcMs === null) return at.monoMs
  const monoMs = receiverUtcMs - anchor.utcMinusMonoMs
  return Math.abs(at.monoMs - monoMs) < RECEIVER_AGREES_WITHIN_MS ? monoMs : at.monoMs
}
