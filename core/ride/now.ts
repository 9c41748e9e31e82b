/** One whole picture of the device; a viewer may miss any number of them. */
import type { PublicFix } from './fix.js'

export type ReceiverState = 'absent' | 'silent' | 'no-fix' | 'fix-2d' | 'fix-3d'
export type CameraState = 'recording' | 'starting' | 'stalled' | 'off' | 'failed'
export type StorageState = 'ok' | 'low' | 'full' | 'failed'

export interface Now {
  readonly utcMs: number | null
  readonly timeSource: 'satellites' | 'phone' | 'none'
  readonly timeUncertaintyMs: number | null
  readonly bootNumber: number
  readonly uptimeMs: number
  /** 0 when the device said so itself; set by the server to how long ago it last heard from the device. */
  readonly deviceSeenMsAgo: number
  readonly simulated: boolean
  readonly receiver: ReceiverNow
  readonly fix: PublicFix | null
  readonly ride: RideNow | null
  /** Whether cameras shall record, as the rider or the settings want it. */
  readonly recordingOn: boolean
  readonly cameras: readonly CameraNow[]
  readonly storage: StorageNow
  readonly lastPowerCut: PowerCut | null
  readonly underVoltage: boolean | null
  readonly temperatureC: number | null
}

/** The power went away at the end of the boot before this one, while something was being recorded. */
export interface PowerCut {
  /** Null where that boot never knew its time. */
  readonly utcMs: number | null
  /** From the end of what the camera that lost most has on the card to the cut; null until the files were looked at. */
  readonly lostMs: number | null
  /** Of the ride it cut, an IANA name. */
  readonly timeZone: string | null
}

export interface ReceiverNow {
  readonly state: ReceiverState
  readonly name: string | null
  readonly satellitesUsed: number | null
  readonly satellitesInView: number | null
  readonly hdop: number | null
  /** Since the receiver's time last changed. */
  readonly ageMs: number | null
  /** Since it last told how many satellites there are. */
  readonly satellitesAgeMs: number | null
}

export interface RideNow {
  readonly id: string
  readonly startedUtcMs: number | null
  readonly distanceM: number
  readonly movingMs: number
  readonly elapsedMs: number
  /** Standing for a while: time passes, moving time does not. */
  readonly isPaused: boolean
}

export interface CameraNow {
  readonly name: string
  readonly state: CameraState
  /** In words, where the state is not recording. */
  readonly reason: string | null
  readonly fps: number | null
  readonly framesExpected: number
  readonly frames: number
  readonly gaps: number
}

export interface StorageNow {
  readonly state: StorageState
  readonly freeBytes: number | null
  /** At the bitrate of now; null while that is unknown. */
  readonly hoursLeft: number | null
  readonly keptBytes: number
}
