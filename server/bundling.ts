/** Joins what an evidence bundle is made of: a clip, its footage and its track out of the catalogue, and whom it must not show. */
import { join } from 'node:path'
import type { Log } from '../core/process/log.js'
import { softwareName } from '../core/process/version.js'
import type { Clip } from '../core/ride/clip.js'
import { timeZoneFor } from '../core/ride/settings.js'
import { clipPointsOf } from '../core/track/clip-points.js'
import type { ClipMaking } from './clip-making.js'
import { hiddenUtcSpans, pointsAround } from './clip-material.js'
import { openBundle, segmentsToHold } from './export/bundle.js'
import { markedIn } from './export/bundle-marked.js'
import { segmentsAround } from './export/bundle-segments.js'
import { TRACK_NAME, VIDEO_NAME } from './export/export-folder.js'
import type { PlannedBundle } from './http/bundle.js'
import { openFootage } from './http/footage-file.js'

/** The fixes before and behind the clip, between which its first and its last moment lie. */
const FIXES_AROUND_MS = 6_000

/** @param clipFolder where the files of a clip that is ready lie @throws where its ride is gone */
export async function bundleOf(making: ClipMaking, clip: Clip, clipFolder: string, log: Log): Promise<PlannedBundle> {
  const { ask, footage, inForce } = making
  const ride = ask((reading) => reading.ride(clip.rideId))
  if (ride === null) throw new Error('the ride of this clip is not here any more')
  const settings = inForce()
  const spans = clip.privacy ? await hiddenUtcSpans(ask, ride.id, settings) : []
  const hidden = spans.map(({ fromUtcMs, toUtcMs }) => ({ fromUtcMs: endOf(fromUtcMs), toUtcMs: endOf(toUtcMs) }))
  const isSeen = (utcMs: number | null): boolean =>
    utcMs === null ? hidden.length === 0 : !spans.some((span) => utcMs >= span.fromUtcMs && utcMs < span.toUtcMs)
  const points = pointsAround(ask, ride.id, clip, FIXES_AROUND_MS).filter(({ utcMs }) => isSeen(utcMs))
  const segments = ask((reading) => segmentsAround(reading, clip))
  return {
    segmentIds: segmentsToHold({ clip, segments, hidden }),
    open: (signal) =>
      openBundle({
        ...{ clip, ride, segments, hidden, clipFolder, log, signal },
        points: clipPointsOf(points, clip.fromUtcMs, clip.toUtcMs),
        marked: ask((reading) => markedIn(reading, clip)),
        timeZone: timeZoneFor(settings, ride),
        units: settings.display.units,
        software: softwareName(),
        openFootage: (file) => openFootage(footage, file),
        clipVideo: join(clipFolder, VIDEO_NAME),
        clipTrack: join(clipFolder, TRACK_NAME),
      }),
  }
}

const endOf = (utcMs: number): number | null => (Number.isFinite(utcMs) ? utcMs : null)
