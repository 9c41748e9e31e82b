/** What device and server say to each other over the socket: one JSON object a line. */
import type { PublicFix } from '../ride/fix.js'
import type { Segment } from '../ride/footage.js'
import type { ImportBegun, ImportDone, ImportedPoint } from '../ride/imported.js'
import type { Now } from '../ride/now.js'
import type { Ride } from '../ride/ride.js'

/** From the device. `hello` opens a connection and names the device all its messages are about. */
export type DeviceMessage = { readonly kind: 'hello'; readonly deviceId: string; readonly now: Now } | News | Answer

/** What the device tells everybody, unasked. */
export type News =
  | { readonly kind: 'now'; readonly now: Now }
  | { readonly kind: 'fix'; readonly fix: PublicFix }
  | { readonly kind: 'ride'; readonly ride: Ride }
  | { readonly kind: 'segment'; readonly segment: Segment }

/** What the server wants of the device; each wish gets exactly one answer. */
export type Wish = RenameRide | SetRecording | OfferClock | Importing

export interface RenameRide {
  readonly kind: 'rename-ride'
  readonly rideId: string
  /** null takes the name away. */
  readonly name: string | null
}

/** Begins or ends a ride and its recording; in this boot the settings have no say in it any more. */
export interface SetRecording {
  readonly kind: 'set-recording'
  readonly isOn: boolean
}

/** What time a phone has, ms since 1970; taken only while no receiver is believed. */
export interface OfferClock {
  readonly kind: 'offer-clock'
  readonly utcMs: number
}

/** A ride of another device, piece by piece; one at a time, and nobody sees it before its end. */
export type Importing =
  | { readonly kind: 'import-begin'; readonly ride: ImportBegun }
  | {
      readonly kind: 'import-points'
      readonly rideId: string
      readonly part: number
      readonly points: readonly ImportedPoint[]
    }
  | { readonly kind: 'import-end'; readonly ride: ImportDone }
  /** What was begun of it is removed. */
  | { readonly kind: 'import-abandon'; readonly rideId: string }

export interface WishMessage {
  readonly kind: 'wish'
  /** Chosen by the asker, unique on its connection. */
  readonly id: number
  readonly wish: Wish
}

export interface Answer {
  readonly kind: 'answer'
  readonly id: number
  readonly outcome: Outcome
}

/** done: it was carried out and outlives a power cut; refused: it cannot be, for a reason a rider can read. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly reason: string }

/** Longer lines than this end the connection: neither end sends them. */
export const MOST_LINE_BYTES = 256 * 1024
