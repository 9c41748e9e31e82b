/** Puts together what the rooms of the device know into one picture of now. */
import { type Anchor, utcUncertaintyOf } from '../core/ride/clock.js'
import type { PublicFix } from '../core/ride/fix.js'
import type { CameraNow, Now, PowerCut, ReceiverNow, RideNow, StorageNow } from '../core/ride/now.js'

export interface Parts {
  readonly monoMs: number
  readonly anchor: Anchor | null
  readonly bootNumber: number
  readonly simulated: boolean
  readonly receiver: ReceiverNow
  readonly fix: PublicFix | null
  readonly ride: RideNow | null
  readonly recordingOn: boolean
  readonly cameras: readonly CameraParts[]
  readonly storage: StorageNow
  readonly lastPowerCut: PowerCut | null
}

export interface CameraParts extends Omit<CameraNow, 'fps'> {
  /** On the card since the device began. */
  readonly durationMs: number
}

export function pictureOf({ monoMs, anchor, cameras, ...known }: Parts): Now {
  return {
    ...known,
    utcMs: anchor === null ? null : Math.round(monoMs + anchor.utcMinusMonoMs),
    timeSource: anchor?.source ?? 'none',
    timeUncertaintyMs: uncertaintyNow(monoMs, anchor),
    // CLOCK_MONOTONIC counts from the boot, and stands still while the machine is suspended.
    uptimeMs: Math.round(monoMs),
    deviceSeenMsAgo: 0,
    cameras: cameras.map(cameraOf),
    underVoltage: null,
    temperatureC: null,
  }
}

/** Without a newer anchor the clock is our own crystal. */
function uncertaintyNow(monoMs: number, anchor: Anchor | null): number | null {
  const uncertaintyMs = anchor === null ? null : utcUncertaintyOf({ bootId: anchor.bootId, monoMs }, [anchor])
  return uncertaintyMs === null ? null : Math.round(uncertaintyMs)
}

function cameraOf({ durationMs, ...known }: CameraParts): CameraNow {
  return { ...known, fps: durationMs > 0 ? round((known.frames * 1_000) / durationMs) : null }
}

const round = (value: number): number => Math.round(value * 10) / 10
