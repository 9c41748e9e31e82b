import { describe, expect, it } from 'vitest'
import type { Fix } from '../../../core/ride/fix.js'
import { centreOf, distanceM } from '../../../core/ride/geo.js'
import { hasRecorded } from '../../fakes/gpsd-streams.js'
import { BOOT } from '../../fakes/readings.js'
import { anHourOf, recordingOf, recordings } from '../../fakes/recorded-fixes.js'
import { tracked } from '../../fakes/tracking.js'

const withoutSpeed = (fixes: readonly Fix[]): Fix[] => fixes.map((fix) => ({ ...fix, speedMps: null }))

/** Five fixes at least, all within 50 m of their centre, half of them slower than a walk by their own account. */
function isStationary(fixes: readonly Fix[]): boolean {
  const centre = centreOf(fixes)
  const speeds = fixes.flatMap(({ speedMps }) => speedMps ?? []).toSorted((a, b) => a - b)
  const middle = speeds[speeds.length >> 1] ?? 0
  return centre !== null && fixes.length >= 5 && middle < 1 && fixes.every((fix) => distanceM(centre, fix) < 50)
}

const stationary = recordings().filter(({ fixes }) => isStationary(fixes))

describe.skipIf(!hasRecorded)('real receivers (../shared/gpsd; skipped where it is absent)', () => {
  /** By `gpsbabel -t -i nmea -f FILE.log -o gtrnctr -F -`, the sum of its laps' DistanceMeters. */
  it.each([
    ['cerknicko-jezero', 2_808.05],
    ['around-visnjan-with-car', 2_736.29],
  ])('ride as far as gpsbabel says, within 2 %%, and lose no fix: %s', (name, gpsbabelM) => {
    const { fixes } = recordingOf(`tracks/${name}.json-3.22.jsonl`)
    const { totals, leftOut, kept } = tracked(fixes)
    expect(Math.abs(totals.distanceM / gpsbabelM - 1)).toBeLessThan(0.02)
    expect(leftOut).toEqual({})
    expect(kept).toBe(fixes.length)
    expect(Math.abs(tracked(withoutSpeed(fixes)).totals.distanceM / gpsbabelM - 1)).toBeLessThan(0.02)
  })

  it.each([5, 20, 100])('ride as far when their log is played %d times as fast as life', (rate) => {
    const { fixes } = recordingOf('tracks/around-visnjan-with-car.json-3.22.jsonl')
    const hastened = fixes.map((fix) => ({ ...fix, at: { bootId: BOOT, monoMs: fix.at.monoMs / rate } }))
    const { totals, leftOut } = tracked(hastened)
    expect(Math.abs(totals.distanceM / 2_736.29 - 1)).toBeLessThan(0.02)
    expect(leftOut).toEqual({})
  })

  it('stood still in most of the logs', () => {
    expect(stationary.length).toBeGreaterThan(20)
  })

  it.each(stationary)('ride less than 50 m in an hour at a standstill: $name', ({ fixes }) => {
    const { totals } = tracked(anHourOf(fixes))
    expect(totals.distanceM).toBeLessThan(50)
    expect(totals.movingMs).toBeLessThan(100_000)
  })

  it('lose only fixes that cannot be true', () => {
    const lost = recordings().flatMap(({ name, fixes }) => {
      const timed = fixes.filter(({ receiverUtcMs }) => receiverUtcMs !== null)
      const { leftOut } = timed.length === 0 ? { leftOut: {} } : tracked(timed)
      return Object.entries(leftOut).map(([because, count]) => `${name}: ${count} ${because}`)
    })
    expect(lost).toEqual([
      // The receiver's clock is put back by 52 minutes: its four fixes after that would come before all others.
      'bt451: 4 time-not-increasing',
      // A telephone indoors: 62 m and more off within a second or two, at 0.6 to 2.3 m/s by Doppler.
      'quectel-eg25-g: 3 speed-disagrees',
      // Two fixes that hold for a millisecond before the one they follow.
      'sirfstarv: 2 time-not-increasing',
      // At its start: 53 m off within a second, and on by 31 m within the next, at 0.1 m/s by Doppler.
      'skytraq-bin: 2 speed-disagrees',
      // At its start: 72 m off within a second, at 3.4 m/s by Doppler; there, the third fix is believed.
      'sl869: 2 speed-disagrees',
    ])
  })
})
