/** A clip: a span of a ride's video that was cut out to be taken along, or is to be. */
import type { PublicFix } from './fix.js'

/** queued: waits its turn; cutting: being made; the others are its end. */
export type ClipState = 'queued' | 'cutting' | 'ready' | 'failed' | 'canceled'

/** The track inside the file: as GoPro cameras write it, as Google's Street View does, or not. */
export type Telemetry = 'gpmf' | 'camm' | 'none'

/** What is asked for. Times are milliseconds since 1970, from (inclusive) and to (exclusive). */
export interface ClipWish {
  readonly camera: string
  readonly fromUtcMs: number
  readonly toUtcMs: number
  /** Encoded anew, so that not one frame from before its beginning is in the file, not even unseen. */
  readonly exact: boolean
  /** Speed, clock, heading and route are drawn into the picture, which is encoded anew. */
  readonly overlay: boolean
  readonly telemetry: Telemetry
  /** Nothing of what lies in a privacy zone is in it. */
  readonly privacy: boolean
}

export interface Clip extends ClipWish {
  readonly id: string
  readonly rideId: string
  readonly state: ClipState
  /** How much of it is done, 0 to 1. */
  readonly progress: number
  /** Why it failed, or what is missing in it, in words for the rider. */
  readonly reason: string | null
  /** Of the video; null before it is ready. */
  readonly sizeBytes: number | null
  /** Of time with the power on, until it is removed; null before its end. */
  readonly expiresInMs: number | null
}

/** A point of the track on the time of a clip. */
export interface ClipPoint extends PublicFix {
  /** Since the clip's first frame, in ms of UTC. */
  readonly atMs: number
}
