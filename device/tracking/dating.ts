/** Gives each fix the moment its position held and, once the receiver is believed, its UTC. */
import type { Anchor } from '../../core/ride/clock.js'
import type { Fix, Reading } from '../../core/ride/fix.js'
import { type AnchorMade, createSatelliteClock } from '../../core/ride/satellite-clock.js'

export interface DatedFix {
  /** Its `at` is when the position held. */
  readonly fix: Fix
  /** As utcOfFix() has it: null until a receiver is believed. */
  readonly utcMs: number | null
}

export interface Dating {
  /** Takes every reading in order. An anchor, when one is due, is to be kept before the fix it came with. */
  readonly take: (reading: Reading) => { readonly anchor: AnchorMade | null; readonly dated: DatedFix | null }
  readonly anchor: () => Anchor | null
}

/** Receivers lag by up to a second (gpsd(8), 4800 bps): one that is further off than that is not telling this epoch's time. */
const RECEIVER_AGREES_WITHIN_MS = 1_000

/** @param known the last anchor of this boot, from before the device was begun again */
export function createDating(bootId: string, known: Anchor | null): Dating {
  const clock = createSatelliteClock(bootId)
  let last: { readonly arrivedMonoMs: number; readonly fix: Fix } | null = null
  const anchorInForce = (): Anchor | null => clock.anchor() ?? known

  return {
    anchor: anchorInForce,
    take: (reading) => {
      const { receiverUtcMs } = reading
      // The same time in another moment is a clock that was put back.
      const isCompletion = last?.arrivedMonoMs === reading.at.monoMs && last.fix.receiverUtcMs === receiverUtcMs
      const mode = reading.kind === 'fix' ? reading.mode : 1
      const anchor =
        receiverUtcMs === null || isCompletion
          ? null
          : clock.take({ arrivedMonoMs: reading.at.monoMs, utcMs: receiverUtcMs, mode })
      if (reading.kind === 'no-fix') return { anchor, dated: null }

      const at = isCompletion && last !== null ? last.fix.at : { bootId, monoMs: heldAt(reading, anchorInForce()) }
      const fix = { ...reading, at }
      last = { arrivedMonoMs: reading.at.monoMs, fix }
      return { anchor, dated: { fix, utcMs: utcOfFix(fix, anchorInForce()) } }
    },
  }
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

/** A line can only arrive late: a believed receiver's time says better than its arrival when the position held. */
function heldAt({ at, receiverUtcMs }: Fix, anchor: Anchor | null): number {
  if (anchor === null || receiverUtcMs === null) return at.monoMs
  const monoMs = receiverUtcMs - anchor.utcMinusMonoMs
  return Math.abs(at.monoMs - monoMs) < RECEIVER_AGREES_WITHIN_MS ? monoMs : at.monoMs
}
