/** The shapes that cross HTTP and WebSocket: one schema each for validation, OpenAPI and serialisation, held to the types of core/ride. */
import { type Static, type TSchema, Type } from 'typebox'
import { EARLIEST_UTC_MS, LATEST_UTC_MS } from '../ride/clock.js'
import type { PublicFix } from '../ride/fix.js'
import type { Segment } from '../ride/footage.js'
import type { Now } from '../ride/now.js'
import type { Ride } from '../ride/ride.js'

export const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
export const words = <Word extends string>(...of: Word[]) => Type.Enum(of)
const count = () => Type.Integer({ minimum: 0 })
const utcMs = () => Type.Integer({ description: 'milliseconds since 1970' })

export const FixShape = Type.Object(
  {
    latDeg: Type.Number({ minimum: -90, maximum: 90 }),
    lonDeg: Type.Number({ minimum: -180, maximum: 180 }),
    utcMs: orNull(utcMs()),
    altitudeM: orNull(Type.Number({ description: 'above mean sea level' })),
    speedMps: orNull(Type.Number()),
    courseDeg: orNull(Type.Number()),
    accuracyM: orNull(Type.Number()),
    mode: Type.Union([Type.Literal(2), Type.Literal(3)]),
    satellitesUsed: orNull(count()),
    hdop: orNull(Type.Number()),
  },
  { $id: 'Fix' },
)

export const NowShape = Type.Object(
  {
    utcMs: orNull(utcMs()),
    timeSource: words('satellites', 'phone', 'none'),
    timeUncertaintyMs: orNull(Type.Number()),
    bootNumber: count(),
    uptimeMs: Type.Number(),
    deviceSeenMsAgo: Type.Number(),
    simulated: Type.Boolean(),
    receiver: Type.Object({
      state: words('absent', 'silent', 'no-fix', 'fix-2d', 'fix-3d'),
      name: orNull(Type.String()),
      satellitesUsed: orNull(count()),
      satellitesInView: orNull(count()),
      hdop: orNull(Type.Number()),
      ageMs: orNull(Type.Number()),
      satellitesAgeMs: orNull(Type.Number()),
    }),
    fix: orNull(FixShape),
    ride: orNull(
      Type.Object({
        id: Type.String(),
        startedUtcMs: orNull(utcMs()),
        distanceM: Type.Number(),
        movingMs: Type.Number(),
        elapsedMs: Type.Number(),
        isPaused: Type.Boolean(),
      }),
    ),
    recordingOn: Type.Boolean({ description: 'as the rider or the settings want it' }),
    cameras: Type.Array(
      Type.Object({
        name: Type.String(),
        state: words('recording', 'starting', 'stalled', 'off', 'failed'),
        reason: orNull(Type.String()),
        fps: orNull(Type.Number()),
        framesExpected: count(),
        frames: count(),
        gaps: count(),
      }),
    ),
    storage: Type.Object({
      state: words('ok', 'low', 'full', 'failed'),
      freeBytes: orNull(Type.Number()),
      hoursLeft: orNull(Type.Number()),
      keptBytes: Type.Number(),
    }),
    lastPowerCut: orNull(
      Type.Object({ utcMs: orNull(utcMs()), lostMs: orNull(Type.Number()), timeZone: orNull(Type.String()) }),
    ),
    underVoltage: orNull(Type.Boolean()),
    temperatureC: orNull(Type.Number()),
  },
  { $id: 'Now' },
)

export const RideShape = Type.Object(
  {
    id: Type.String(),
    name: orNull(Type.String()),
    startedUtcMs: orNull(utcMs()),
    endedUtcMs: orNull(utcMs()),
    distanceM: Type.Number(),
    movingMs: Type.Number(),
    elapsedMs: Type.Number(),
    ascentM: orNull(Type.Number()),
    avgSpeedMps: orNull(Type.Number()),
    maxSpeedMps: orNull(Type.Number()),
    bounds: orNull(Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()])),
    preview: orNull(Type.String({ description: 'encoded polyline, 5 digits' })),
    cameras: Type.Array(Type.String()),
    segments: count(),
    incidents: count(),
    kept: Type.Boolean(),
    simulated: Type.Boolean(),
    source: words('device', 'import'),
    timeZone: orNull(Type.String()),
    timeSource: orNull(words('satellites', 'phone')),
  },
  { $id: 'Ride' },
)

export const SegmentShape = Type.Object(
  {
    id: Type.String(),
    rideId: orNull(Type.String()),
    camera: Type.String(),
    number: count(),
    startUtcMs: orNull(Type.Integer({ description: 'of the first frame' })),
    startUncertaintyMs: orNull(Type.Number()),
    durationMs: Type.Number(),
    frames: count(),
    sizeBytes: Type.Number(),
    state: words('recording', 'recorded', 'tagged', 'swept'),
    kept: Type.Boolean(),
  },
  { $id: 'Segment' },
)

/** lonDeg, latDeg, utcMs, altitudeM, speedMps. */
const TrackVertexShape = Type.Tuple([
  Type.Number(),
  Type.Number(),
  orNull(utcMs()),
  orNull(Type.Number()),
  orNull(Type.Number()),
])

export const TrackShape = Type.Object(
  {
    rideId: Type.String(),
    /** The tolerance that was used: larger than asked for where the track has more than 5,000 vertices. */
    toleranceM: Type.Number(),
    points: count(),
    ofPoints: count(),
    stretches: Type.Array(Type.Array(TrackVertexShape)),
  },
  { $id: 'Track' },
)
export type Track = Static<typeof TrackShape>
export type TrackVertex = Static<typeof TrackVertexShape>

/** A page of a list; `next` is the cursor of the page after, null on the last one. */
export const pageOf = <Item extends TSchema>(item: Item) =>
  Type.Object({ items: Type.Array(item), next: orNull(Type.String()) })
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

/** RFC 9457; `detail` is a sentence for the rider. */
export const ProblemShape = Type.Object(
  { type: Type.String(), title: Type.String(), status: Type.Integer(), detail: Type.Optional(Type.String()) },
  { $id: 'Problem' },
)

export const HealthShape = Type.Object({ status: Type.Literal('ok'), recording: Type.Boolean() }, { $id: 'Health' })

export const PairingWish = Type.Object(
  {
    code: Type.String({ pattern: '^[0-9]{8}$', description: 'eight digits' }),
    name: Type.String({ minLength: 1, maxLength: 60 }),
  },
  { additionalProperties: false },
)
export const PairingAnswer = Type.Object({ token: Type.String() })

export const SessionShape = Type.Object(
  { role: words('owner', 'viewer'), name: Type.String() },
  { $id: 'Session', description: 'whose session this is' },
)
export type Session = Static<typeof SessionShape>

/** At least one of them. */
export const RidePatch = Type.Object(
  {
    name: Type.Optional(orNull(Type.String({ minLength: 1, maxLength: 200 }))),
    kept: Type.Optional(Type.Boolean({ description: 'true or false: whether its video is kept from making room' })),
  },
  { additionalProperties: false },
)

export const RecordingWish = Type.Object({ on: Type.Boolean() }, { additionalProperties: false })

export const ClockOffer = Type.Object(
  { utcMs: Type.Integer({ minimum: EARLIEST_UTC_MS, maximum: LATEST_UTC_MS }) },
  { additionalProperties: false },
)

/** The same, never to be changed: what the types of core/ride say of themselves. */
export type Fixed<Value> = Value extends object ? { readonly [Key in keyof Value]: Fixed<Value[Key]> } : Value
/** Fails to compile where a schema and the type of core/ride it stands for do not say the same. */
export type Same<One extends Fixed<Other>, Other> = [Fixed<Other>] extends [One] ? true : never
export type Agreed = [
  Same<PublicFix, Static<typeof FixShape>>,
  Same<Now, Static<typeof NowShape>>,
  Same<Ride, Static<typeof RideShape>>,
  Same<Segment, Static<typeof SegmentShape>>,
]
