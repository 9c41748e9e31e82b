/** What the page says before a track leaves, and how it draws and names privacy zones. */
import { describe, expect, it } from 'vitest'
import type { RidePrivacy } from '../../core/api/privacy.js'
import { distanceM } from '../../core/ride/geo.js'
import { trackPath } from '../../web/api.js'
import { leavingWords } from '../../web/take-along-words.js'
import { linesOfZone, placeWords, radiusWords } from '../../web/zones.js'

const HOME = { latDeg: 48.1, lonDeg: 11.5, radiusM: 300 }
const NOON = Date.UTC(2026, 5, 6, 12)
const PRIVACY: RidePrivacy = {
  rideId: 'ride-a',
  zones: [HOME],
  hiddenSpans: 1,
  hidden: [{ fromUtcMs: null, toUtcMs: NOON }],
  points: { hidden: 100, visible: 900 },
  distanceM: { hidden: 640, visible: 12_345 },
  video: [
    { camera: 'front', hiddenMs: 130_000, visibleMs: 900_000 },
    { camera: 'rear', hiddenMs: 0, visibleMs: 900_000 },
  ],
  firstVisibleUtcMs: NOON,
  lastVisibleUtcMs: NOON + 3_600_000,
}

describe('before a track leaves', () => {
  it.each<[string, Partial<RidePrivacy>, string, string | null]>([
    [
      'both where some is hidden',
      {},
      '12.3 km leave, from 14:00 to 15:00.',
      '0.64 km and 2:10 of front video stay here: in and around 1 zone.',
    ],
    [
      'that all stays where it never left',
      { points: { hidden: 9, visible: 0 }, firstVisibleUtcMs: null, lastVisibleUtcMs: null },
      'Nothing leaves: all of it is in a privacy zone.',
      null,
    ],
    ['that all leaves where no zone is near', { hiddenSpans: 0 }, 'All of it leaves: no zone is near this ride.', null],
    [
      'that there is none where no fix was ever had',
      { points: { hidden: 0, visible: 0 }, hiddenSpans: 0 },
      'This ride has no track.',
      null,
    ],
    [
      'no time where none is known',
      { firstVisibleUtcMs: null, lastVisibleUtcMs: null, video: [] },
      '12.3 km leave, at times unknown.',
      '0.64 km stay here: in and around 1 zone.',
    ],
  ])('it says %s', (_, known, leaves, stays) => {
    expect(leavingWords({ ...PRIVACY, ...known }, 'Europe/Berlin')).toEqual({ leaves, stays })
  })

  it('the link says whether the zones are hidden', () => {
    expect(trackPath('a/b', 'csv', true)).toBe('/api/rides/a%2Fb/track.csv?privacy=on')
    expect(trackPath('a', 'gpx', false)).toBe('/api/rides/a/track.gpx')
  })
})

describe('a zone', () => {
  it('is a circle on the map that closes, with a cross in its middle', () => {
    const [circle = [], ...cross] = linesOfZone(HOME)
    expect(circle[0]?.map((value) => value.toFixed(9))).toEqual(circle.at(-1)?.map((value) => value.toFixed(9)))
    for (const [lonDeg, latDeg] of circle) expect(distanceM(HOME, { latDeg, lonDeg })).toBeCloseTo(300, 0)
    for (const [lonDeg, latDeg] of cross.flat()) expect(distanceM(HOME, { latDeg, lonDeg })).toBeCloseTo(25, 0)
  })

  it('is told by its place and how far around', () => {
    expect([200, 1_000, 1_500].map(radiusWords)).toEqual(['200 m', '1 km', '1.5 km'])
    expect(placeWords({ latDeg: -33.86881, lonDeg: -70.64827 })).toBe('33.8688° S, 70.6483° W')
  })
})
