/** What may be asked for in the query of a route; each description ends the sentence "must be ...". */
import { Type } from 'typebox'

export const MOST_ITEMS = 100
export const DEFAULT_ITEMS = 20

export const page = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_ITEMS, default: DEFAULT_ITEMS })),
  cursor: Type.Optional(Type.String({ maxLength: 500, description: 'the next of the page before' })),
}
const camera = Type.Optional(
  Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$', maxLength: 60, description: 'the name of a camera' }),
)
const utcMs = () => Type.Optional(Type.Integer({ description: 'a whole number: milliseconds since 1970' }))

/** From inclusive, to exclusive. */
const period = { fromUtcMs: utcMs(), toUtcMs: utcMs() }

export const RidesQuery = Type.Object({
  ...page,
  ...period,
  bounds: Type.Optional(
    Type.String({
      maxLength: 120,
      description: 'west,south,east,north in degrees, west not east of east',
    }),
  ),
})

export const TrackQuery = Type.Object({
  toleranceM: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000, default: 2 })),
})

/** A viewer is shown a ride with privacy on, whatever is asked. */
export const TrackFileQuery = Type.Object({ ...period, privacy: Type.Optional(Type.Enum(['on', 'off'])) })

export const SegmentsQuery = Type.Object({ ...page, camera })

export const LooseSegmentsQuery = Type.Object({ ...page, ride: Type.Literal('none') })

export const IncidentsQuery = Type.Object({
  ...page,
  ride: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'the id of a ride' })),
})

export const PlaylistQuery = Type.Object({ camera })

/** Which bytes of a segment: from before or after its tagging; the present ones where it is left out. */
export const VideoQuery = Type.Object({ v: Type.Optional(Type.Enum(['recorded', 'tagged'])) })

export const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) })
