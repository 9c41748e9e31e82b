/** The shape of what an export with privacy on would leave out of a ride. */
import { type Static, Type } from 'typebox'
import { PrivacyZoneShape } from './settings.js'
import { orNull } from './shapes.js'

const utcMs = () => orNull(Type.Integer({ description: 'milliseconds since 1970' }))
const count = () => Type.Integer({ minimum: 0 })

/** More are counted, and not listed. */
export const MOST_HIDDEN_LISTED = 200

export const RidePrivacyShape = Type.Object(
  {
    rideId: Type.String(),
    zones: Type.Array(PrivacyZoneShape, { description: 'in force' }),
    hiddenSpans: count(),
    hidden: Type.Array(Type.Object({ fromUtcMs: utcMs(), toUtcMs: utcMs() }), {
      description: `the first ${MOST_HIDDEN_LISTED}: from the last visible point to the next; null at the ride's own ends`,
    }),
    points: Type.Object({ hidden: count(), visible: count() }),
    distanceM: Type.Object({ hidden: Type.Number(), visible: Type.Number() }),
    video: Type.Array(Type.Object({ camera: Type.String(), hiddenMs: Type.Number(), visibleMs: Type.Number() })),
    firstVisibleUtcMs: utcMs(),
    lastVisibleUtcMs: utcMs(),
  },
  { $id: 'RidePrivacy' },
)
export type RidePrivacy = Static<typeof RidePrivacyShape>
