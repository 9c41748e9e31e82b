/** What is written of the catalogue beside the footage, so that it can be rebuilt: what each record holds. */
import type { TimeSource } from '../ride/clock.js'
import type { SegmentState } from '../ride/footage.js'
import type { IncidentCause } from '../ride/incident.js'

export type RecordKind = 'boot' | 'anchors' | 'ride' | 'fixes' | 'incident' | 'segment' | 'setting'

/** boot and anchors by the number of the boot, settings by name, the others by id. */
export interface DueRecord {
  readonly kind: RecordKind
  readonly id: string
}

export interface BootRecord {
  readonly number: number
  readonly bootId: string
  readonly deviceId: string | null
  /** It ended as it should. */
  readonly closed: boolean
  /** In it the whole footage folder was put in order. */
  readonly inOrder: boolean
  /** What the rider last said of recording: on, off, or nothing. */
  readonly recordingWord: boolean | null
  readonly powerCut: PowerCutRecord | null
  /** Segments that were being recorded when this was written. */
  readonly growing: readonly GrowingRecord[]
}

export interface PowerCutRecord {
  readonly lastSignMonoMs: number
  /** When the last segment of each camera opened, by its name. */
  readonly cameras: Readonly<Record<string, number>>
  readonly lostMs: number | null
}

export interface GrowingRecord {
  readonly camera: string
  readonly number: number
  readonly rideId: string | null
  readonly startMonoMs: number
  readonly startUncertaintyMs: number | null
}

export interface RideRecord {
  /** Rides that nothing else tells apart have the order of their numbers. */
  readonly number: number
  readonly id: string
  readonly name: string | null
  readonly source: 'device' | 'import'
  readonly simulated: boolean
  readonly kept: boolean
  readonly ended: boolean
  /** The rider ended it. */
  readonly stopped: boolean
  readonly bootNumber: number
  readonly lastBootNumber: number
  readonly beganMonoMs: number
  readonly lastFixMonoMs: number
  readonly lastMovedMonoMs: number
  readonly startedUtcMs: number | null
  readonly endedUtcMs: number | null
  readonly timeSource: TimeSource | null
  readonly timeZone: string | null
  readonly distanceM: number
  readonly movingMs: number
  readonly elapsedMs: number
  readonly ascentM: number | null
  readonly maxSpeedMps: number | null
  readonly west: number | null
  readonly south: number | null
  readonly east: number | null
  readonly north: number | null
  readonly preview: string | null
}

export interface IncidentRecord {
  readonly number: number
  readonly id: string
  readonly rideId: string | null
  readonly bootNumber: number
  readonly atMonoMs: number
  readonly cause: IncidentCause
  readonly beforeMs: number
  readonly afterMs: number
  readonly latDeg: number | null
  readonly lonDeg: number | null
  readonly note: string | null
  readonly spans: readonly { readonly bootNumber: number; readonly fromMonoMs: number; readonly toMonoMs: number }[]
  readonly marks: readonly string[]
}

export interface SegmentRecord {
  readonly id: string
  readonly rideId: string | null
  readonly camera: string
  readonly number: number
  readonly bootNumber: number
  readonly startMonoMs: number
  readonly startUncertaintyMs: number | null
  readonly startUtcMs: number | null
  readonly durationMs: number
  readonly frames: number
  readonly sizeBytes: number
  readonly state: Exclude<SegmentState, 'recording'>
  /** By itself, its ride or an incident. */
  readonly kept: boolean
  readonly keptItself: boolean
  /** Relative to the footage folder. */
  readonly file: string
}

/** A setting that the page changed, or the secret of privacy zones. */
export interface SettingRecord {
  readonly name: string
  /** JSON. */
  readonly value: string
}

/** What a catalogue holds. */
export interface CatalogueCounts {
  readonly rides: number
  readonly segments: number
  /** Of the tracks, without what was left out. */
  readonly points: number
  readonly incidents: number
}

/** The columns of a line of a track, in their order; the first two are its key. */
export const FIX_COLUMNS = [
  ...['part', 'monoMs', 'receiverUtcMs', 'utcMs', 'latDeg', 'lonDeg', 'altitudeM', 'speedMps', 'courseDeg'],
  ...['accuracyM', 'mode', 'satellitesUsed', 'hdop', 'leftOut'],
] as const
/** Likewise, of a boot's anchors. */
export const ANCHOR_COLUMNS = ['bootNumber', 'monoMs', 'utcMinusMonoMs', 'uncertaintyMs', 'source'] as const

export type Line = readonly [number, number, ...(number | string | null)[]]
/** Where a page of lines begins: behind this key. */
export type LineKey = readonly [number, number]
