/** The shapes of clips, as they cross HTTP and WebSocket. */
import { type Static, Type } from 'typebox'
import type { Clip } from '../ride/clip.js'
import { page } from './queries.js'
import { orNull, type Same, words } from './shapes.js'

const utcMs = () => Type.Integer({ description: 'a whole number: milliseconds since 1970' })
const telemetry = () => words('gpmf', 'camm', 'none')
const camera = () =>
  Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$', maxLength: 60, description: 'the name of a camera' })

export const ClipShape = Type.Object(
  {
    id: Type.String(),
    rideId: Type.String(),
    camera: Type.String(),
    fromUtcMs: utcMs(),
    toUtcMs: utcMs(),
    exact: Type.Boolean(),
    overlay: Type.Boolean(),
    telemetry: telemetry(),
    privacy: Type.Boolean(),
    state: words('queued', 'cutting', 'ready', 'failed', 'canceled'),
    progress: Type.Number({ minimum: 0, maximum: 1 }),
    reason: orNull(Type.String({ description: 'why it failed, or what is missing in it' })),
    sizeBytes: orNull(Type.Number()),
    expiresInMs: orNull(Type.Number({ description: 'of time with the power on' })),
  },
  { $id: 'Clip' },
)
export type ClipAgrees = Same<Clip, Static<typeof ClipShape>>

export const ClipsQuery = Type.Object({
  ...page,
  ride: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'the id of a ride' })),
})

/** The first camera configured, where none is named; telemetry as GoPro cameras write it, where nothing is said. */
export const ClipRequest = Type.Object(
  {
    camera: Type.Optional(camera()),
    fromUtcMs: utcMs(),
    toUtcMs: utcMs(),
    exact: Type.Optional(Type.Boolean()),
    overlay: Type.Optional(Type.Boolean()),
    telemetry: Type.Optional(telemetry()),
    privacy: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
