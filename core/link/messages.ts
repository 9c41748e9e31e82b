/** What device and server say to each other over the socket: one JSON object a line. */
import type { PublicFix } from '../ride/fix.js'
import type { Segment } from '../ride/footage.js'
import type { ImportBegun, ImportDone, ImportedPoint } from '../ride/imported.js'
import type { Incident } from '../ride/incident.js'
import type { Now } from '../ride/now.js'
import type { Ride, TrackPoint } from '../ride/ride.js'
import type { SettingsChange } from '../ride/settings.js'

/** From the device. `hello` opens a connection and names the device all its messages are about. */
export type DeviceMessage = { readonly kind: 'hello'; readonly deviceId: string; readonly now: Now } | News | Answer

/** What the device tells everybody, unasked. */
export type News =
  | { readonly kind: 'now'; readonly now: Now }
  | { readonly kind: 'fix'; readonly fix: PublicFix }
  | { readonly kind: 'ride'; readonly ride: Ride }
  | { readonly kind: 'segment'; readonly segment: Segment }
  | { readonly kind: 'incident'; readonly incident: Incident }

/** What the server wants of the device; each wish gets exactly one answer. */
export type Wish =
  | RenameRide
  | KeepRide
  | SetRecording
  | OfferClock
  | MarkIncident
  | NoteIncident
  | DeleteIncident
  | Hold
  | Release
  | RecallTrack
  | Importing
  | ChangeSettings

export interface RenameRide {
  readonly kind: 'rename-ride'
  readonly rideId: string
  /** null takes the name away. */
  readonly name: string | null
}

/** Keeps a ride's footage from making room, or lets it go. */
export interface KeepRide {
  readonly kind: 'keep-ride'
  readonly rideId: string
  readonly isKept: boolean
}

/** The rider saves a moment; answered with `incident`, once the footage around it is kept. */
export interface MarkIncident {
  readonly kind: 'mark-incident'
  /** The same wish again, over a link that broke, has the same key; null where there is none. */
  readonly key: string | null
  readonly secondsAgo: number
  readonly note: string | null
}

export interface NoteIncident {
  readonly kind: 'note-incident'
  readonly incidentId: string
  /** null takes the note away. */
  readonly note: string | null
}

/** The moment is none; its footage makes room like any other. */
export interface DeleteIncident {
  readonly kind: 'delete-incident'
  readonly incidentId: string
}

/** Segments that must stay while somebody reads them. They stay until they are released, or the connection ends. */
export interface Hold {
  readonly kind: 'hold'
  readonly segmentIds: readonly string[]
}

export interface Release {
  readonly kind: 'release'
  readonly segmentIds: readonly string[]
}

/** The track of the last half hour, as the device has it in memory; answered with `track`, a page at a time. */
export interface RecallTrack {
  readonly kind: 'recall-track'
  /** CLOCK_MONOTONIC in ms of the last point of the page before; null for the first page. */
  readonly afterMonoMs: number | null
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

/** From now on this holds, whatever the file says; refused with what is wrong with it. */
export interface ChangeSettings {
  readonly kind: 'change-settings'
  readonly change: SettingsChange
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
  readonly outcome: OutcomeOf<Wish>
}

/** It was carried out and outlives a power cut. */
export interface Done {
  readonly kind: 'done'
}

/** refused: it cannot be, for a reason a rider can read. */
export type NotDone = { readonly kind: 'unknown' } | { readonly kind: 'refused'; readonly reason: string }

export type Outcome = Done | NotDone

/** What a wish may come to: some are answered with more than that they were carried out. */
export type OutcomeOf<W extends Wish> =
  | NotDone
  | (W extends MarkIncident
      ? { readonly kind: 'incident'; readonly incidentId: string }
      : W extends RecallTrack
        ? TrackRecalled
        : Done)

export interface TrackRecalled {
  readonly kind: 'track'
  /** In order. */
  readonly points: readonly TrackPoint[]
  /** Whether there are no more by now. */
  readonly isLast: boolean
}

/** The other end is not there, or does not answer in time. */
export interface Away {
  readonly kind: 'away'
}

/** Asks the device. */
export type Ask = <W extends Wish>(wish: W) => Promise<OutcomeOf<W> | Away>

/** Longer lines than this end the connection: neither end sends them. */
export const MOST_LINE_BYTES = 256 * 1024
