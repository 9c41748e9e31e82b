/** One epoch of a receiver: what several messages say of one moment, put together. */
import type { Moment } from '../../core/ride/clock.js'
import type { Reading, Sky } from '../../core/ride/fix.js'
import type { LatLon } from '../../core/ride/geo.js'
import type { Tpv } from './gpsd-messages.js'

export interface Epoch {
  readonly receiver: string | null
  /** When the first report of it came. */
  readonly at: Moment
  readonly utcMs: number | null
  /** See Tpv. */
  readonly leapSecond: string | null
  /** As it was known at the last news of it, so that what is told does not hang on how the chunks fall. */
  sky: Sky
  firstByteMonoMs: number | null
  isNew: boolean
  mode: Tpv['mode']
  place: LatLon | null
  altitudeM: number | null
  speedMps: number | null
  courseDeg: number | null
  accuracyM: number | null
  /** What GST tells, for receivers of which gpsd tells no accuracy else. */
  noiseM: number | null
}

export function epochOf(receiver: string | null, { utcMs, leapSecond }: Tpv, at: Moment, sky: Sky): Epoch {
  return {
    receiver,
    at,
    utcMs,
    leapSecond,
    sky,
    firstByteMonoMs: null,
    isNew: true,
    mode: 0,
    place: null,
    altitudeM: null,
    speedMps: null,
    courseDeg: null,
    accuracyM: null,
    noiseM: null,
  }
}

/**
 * What is said later wins, what is not said stays, and a report without a fix takes nothing back.
 * Answers whether there is something to tell.
 */
export function merge(epoch: Epoch, tpv: Tpv): boolean {
  const { isNew } = epoch
  epoch.isNew = false
  if (tpv.mode < 2) return isNew
  let isChanged = tpv.mode !== epoch.mode
  epoch.mode = tpv.mode
  if (tpv.place !== null && !isSamePlace(tpv.place, epoch.place)) {
    epoch.place = tpv.place
    isChanged = true
  }
  for (const figure of FIGURES) {
    const value = tpv[figure]
    if (value === null || value === epoch[figure]) continue
    epoch[figure] = value
    isChanged = true
  }
  return isNew || (isChanged && epoch.place !== null)
}

/** Answers whether there is something to tell: only where nothing better is known. */
export function mergeNoise(epoch: Epoch, accuracyM: number): boolean {
  if (epoch.noiseM === accuracyM) return false
  epoch.noiseM = accuracyM
  return epoch.accuracyM === null && epoch.place !== null
}

const FIGURES = ['altitudeM', 'speedMps', 'courseDeg', 'accuracyM'] as const

export const isSamePlace = (a: LatLon, b: LatLon | null): boolean => a.latDeg === b?.latDeg && a.lonDeg === b.lonDeg

export function readingOf(epoch: Epoch): Reading {
  const { receiver, at, utcMs, firstByteMonoMs, sky, mode, place, altitudeM, speedMps, courseDeg } = epoch
  const common = { at, receiverUtcMs: utcMs, firstByteMonoMs, receiver, sky }
  if (place === null || mode < 2) return { kind: 'no-fix', state: 'no-fix', ...common }
  const accuracyM = epoch.accuracyM ?? epoch.noiseM
  return { kind: 'fix', ...common, ...place, altitudeM, speedMps, courseDeg, accuracyM, mode: mode === 2 ? 2 : 3 }
}
