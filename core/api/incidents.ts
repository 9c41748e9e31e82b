/** The shapes of moments that stay, as they cross HTTP and WebSocket. */
import { type Static, Type } from 'typebox'
import type { Incident } from '../ride/incident.js'
import { orNull, type Same, words } from './shapes.js'

export const IncidentShape = Type.Object(
  {
    id: Type.String(),
    rideId: orNull(Type.String()),
    atUtcMs: orNull(Type.Integer({ description: 'milliseconds since 1970' })),
    latDeg: orNull(Type.Number({ minimum: -90, maximum: 90 })),
    lonDeg: orNull(Type.Number({ minimum: -180, maximum: 180 })),
    cause: words('rider', 'button', 'braking', 'crash'),
    beforeMs: Type.Number(),
    afterMs: Type.Number(),
    note: orNull(Type.String()),
    segments: Type.Array(Type.String(), { description: 'the ids of those it keeps, the first 500' }),
  },
  { $id: 'Incident' },
)
export type IncidentAgrees = Same<Incident, Static<typeof IncidentShape>>

/** Longer ones are stories. */
export const LONGEST_NOTE = 1_000
const note = () => orNull(Type.String({ maxLength: LONGEST_NOTE }))

/** A moment to be saved: now, where nothing is said. */
export const MomentWish = Type.Object(
  { secondsAgo: Type.Optional(Type.Number({ minimum: 0, maximum: 3_600 })), note: Type.Optional(note()) },
  { additionalProperties: false },
)

export const MomentHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ pattern: '^[\\x20-\\x7e]{1,100}$', description: 'a text of 1 to 100 printable ASCII characters' }),
  ),
})

export const IncidentPatch = Type.Object({ note: note() }, { additionalProperties: false })
