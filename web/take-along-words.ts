/** What leaves with a track and what stays here, in words, before anything leaves. */
import type { RidePrivacy } from '../core/api/privacy.js'
import { countWords, distanceWords, durationClock, hourWords } from './format.js'

export interface Leaving {
  readonly leaves: string
  /** Null where nothing stays. */
  readonly stays: string | null
}

/** @param timeZone the ride's own; null where it is not known, then the browser's */
export function leavingWords(privacy: RidePrivacy, timeZone: string | null): Leaving {
  const { points, distanceM, zones, hiddenSpans } = privacy
  if (points.visible === 0 && points.hidden === 0) return { leaves: 'This ride has no track.', stays: null }
  if (points.visible === 0) return { leaves: 'Nothing leaves: all of it is in a privacy zone.', stays: null }
  if (hiddenSpans === 0) return { leaves: 'All of it leaves: no zone is near this ride.', stays: null }
  const zone = timeZone ?? undefined
  const [from, to] = [privacy.firstVisibleUtcMs, privacy.lastVisibleUtcMs].map((utcMs) => hourWords(utcMs, zone))
  const times = privacy.firstVisibleUtcMs === null ? 'at times unknown' : `from ${from} to ${to}`
  const video = privacy.video
    .filter(({ hiddenMs }) => hiddenMs > 0)
    .map(({ camera, hiddenMs }) => ` and ${durationClock(hiddenMs)} of ${camera} video`)
  const where = `in and around ${countWords(zones.length, 'zone')}`
  return {
    leaves: `${distanceWords(distanceM.visible)} leave, ${times}.`,
    stays: `${distanceWords(distanceM.hidden)}${video.join('')} stay here: ${where}.`,
  }
}
