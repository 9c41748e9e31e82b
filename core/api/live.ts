/** What goes over the WebSocket /api/live: text frames, one JSON object each, every one with `kind` and `seq`. */
import type { Clip } from '../ride/clip.js'
import type { PublicFix } from '../ride/fix.js'
import type { Segment } from '../ride/footage.js'
import type { Incident } from '../ride/incident.js'
import type { Now } from '../ride/now.js'
import type { Ride } from '../ride/ride.js'

/** Opens a connection; its seq is the last one given out before it, its epoch changes with each start of the server. */
export interface Hello {
  readonly kind: 'hello'
  readonly seq: number
  readonly epoch: string
  /** Null where the server has not heard of the device yet. */
  readonly now: Now | null
}

/** Messages that were skipped for this viewer, both ends included. */
export interface Gap {
  readonly kind: 'gap'
  readonly seq: number
  readonly fromSeq: number
  readonly toSeq: number
}

export type LiveMessage =
  | Hello
  | Gap
  | { readonly kind: 'fix'; readonly seq: number; readonly fix: PublicFix }
  | { readonly kind: 'now'; readonly seq: number; readonly now: Now }
  | { readonly kind: 'ride'; readonly seq: number; readonly ride: Ride }
  | { readonly kind: 'segment'; readonly seq: number; readonly segment: Segment }
  | { readonly kind: 'incident'; readonly seq: number; readonly incident: Incident }
  | { readonly kind: 'clip'; readonly seq: number; readonly clip: Clip }

/** What a client may send: the highest seq it has worked through. */
export interface Ack {
  readonly ack: number
}

/** A viewer that acknowledges never has more unacknowledged live messages under way than this. */
export const MOST_UNACKNOWLEDGED = 30
/** A page acknowledges every so many messages, well below the limit. */
export const ACKNOWLEDGE_EVERY = 5
/** How long missed messages can be had again. */
export const RING_MS = 10 * 60_000
/** Without a message for this long a page calls itself stale. */
export const STALE_AFTER_MS = 2_500
