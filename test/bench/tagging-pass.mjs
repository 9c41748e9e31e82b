/** Tagging passes and nothing else: `node tagging-pass.mjs FROM TO TIMES`. */
import { copyTagged } from '../../dist/device/footage/copy-pass.js'

const [from, to, times] = process.argv.slice(2)
const START_MONO_MS = 10_000
const START_UTC_MS = Date.UTC(2026, 5, 6, 8)
const SECONDS = 60

const segment = {
  ...{ id: 'front-000001', rideId: 'ride', camera: 'front', number: 1, kept: false, state: 'recorded' },
  ...{ startUtcMs: START_UTC_MS, startUncertaintyMs: 100, startMonoMs: START_MONO_MS, bootNumber: 1 },
  ...{ durationMs: SECONDS * 1_000, frames: SECONDS * 30, sizeBytes: 0, file: '', fileAsRecorded: null },
}
const points = Array.from({ length: SECONDS }, (_, second) => ({
  ...{ part: 1, monoMs: START_MONO_MS + second * 1_000, utcMs: START_UTC_MS + second * 1_000 },
  ...{ latDeg: 48 + second * 5e-5, lonDeg: 11, altitudeM: 500, speedMps: 5, courseDeg: 0, accuracyM: 3 },
  ...{ mode: 3, satellitesUsed: 12, hdop: 0.9 },
}))

for (let pass = 0; pass < Number(times); pass += 1) {
  await copyTagged(from, to, segment, points, new AbortController().signal)
}
