/** Fixes and their like, with everything a test does not care about filled in. */
import type { Anchor } from '../../core/ride/clock.js'
import type { Fix } from '../../core/ride/fix.js'
import { pointAhead } from '../../core/ride/geo.js'

export const BOOT = 'test-boot'
export const JUNE_UTC_MS = Date.UTC(2026, 5, 6, 8)
export const HOME = { latDeg: 48.1, lonDeg: 11.5 }

/** A fix at a second of the boot, some metres east of where everything begins. */
export function fixAt(second: number, eastM: number, known: Partial<Fix> = {}): Fix {
  return {
    kind: 'fix',
    at: { bootId: BOOT, monoMs: second * 1_000 },
    receiverUtcMs: JUNE_UTC_MS + second * 1_000,
    firstByteMonoMs: null,
    receiver: '/dev/ttyTEST',
    sky: { satellitesUsed: 9, satellitesInView: 14, hdop: 0.9, toldMonoMs: second * 1_000 },
    ...pointAhead(HOME, 90, eastM),
    altitudeM: 500,
    speedMps: null,
    courseDeg: null,
    accuracyM: 4,
    mode: 3,
    ...known,
  }
}

/** Of BOOT: its clock began in June. */
export const JUNE_ANCHOR: Anchor = {
  ...{ bootId: BOOT, monoMs: 0, utcMinusMonoMs: JUNE_UTC_MS },
  ...{ uncertaintyMs: 50, source: 'satellites' },
}
