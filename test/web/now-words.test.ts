/** What the now view says of the device, and when it stops saying it. */
import { describe, expect, it } from 'vitest'
import type { PublicFix } from '../../core/ride/fix.js'
import type { CameraNow, Now, ReceiverNow, StorageNow } from '../../core/ride/now.js'
import {
  fixTold,
  freshnessOf,
  powerCutTold,
  recordingOf,
  speedOf,
  staleWords,
  storageTold,
  timeTold,
} from '../../web/now-words.js'

const FIX: PublicFix = {
  latDeg: 43.65,
  lonDeg: -79.38,
  utcMs: null,
  altitudeM: null,
  speedMps: 5,
  courseDeg: null,
  accuracyM: 4.2,
  mode: 3,
  satellitesUsed: 9,
  hdop: 0.9,
}

describe('whether it records', () => {
  it('is quiet while all cameras record', () => {
    expect(recordingOf([camera('front', 'recording')])).toEqual({
      state: 'recording',
      headline: 'Recording',
      cameras: [{ name: 'front', words: '0 of 0 frames, 0 gaps', recording: true }],
    })
  })

  it.each([
    [{ frames: 1_800, framesExpected: 1_800, gaps: 0 }, 5.2, '1800 of 1800 frames, 0 gaps, 5 h 12 min left'],
    [{ frames: 1_799, framesExpected: 1_800, gaps: 1 }, 0.21, '1799 of 1800 frames, 1 gap, 12 min left'],
    [{ frames: 10_000, framesExpected: 10_000, gaps: 2 }, null, '10\u202f000 of 10\u202f000 frames, 2 gaps'],
    [
      { frames: 1_296_000, framesExpected: 1_296_000, gaps: 0 },
      143.9,
      '1\u202f296\u202f000 of 1\u202f296\u202f000 frames, 0 gaps, 143 h left',
    ],
  ])('tells of each camera its frames, its gaps and what fits on the card: %j, %s h', (counted, hoursLeft, words) => {
    const cameras = [{ ...camera('front', 'recording'), ...counted }, camera('rear', 'failed', 'unplugged')]
    expect(recordingOf(cameras, hoursLeft).cameras.map((told) => told.words)).toEqual([words, 'failed: unplugged'])
  })

  it.each(['starting', 'stalled', 'off', 'failed'] as const)('does not call a camera that is %s recording', (state) => {
    const told = recordingOf([camera('front', state)])
    expect([told.state, told.headline]).toEqual(['not-recording', 'NOT RECORDING'])
  })

  it('does not record without any camera', () => {
    expect(recordingOf([]).headline).toBe('NOT RECORDING')
  })

  it('names the camera that fails beside one that records', () => {
    const told = recordingOf([camera('front', 'recording'), camera('rear', 'failed', 'unplugged')])
    expect([told.state, told.headline]).toEqual(['partly', 'NOT RECORDING: rear'])
    expect(told.cameras[1]?.words).toBe('failed: unplugged')
  })

  it('takes a camera that was switched off for no fault beside one that records', () => {
    expect(recordingOf([camera('front', 'recording'), camera('rear', 'off')]).state).toBe('recording')
  })
})

describe('the fix', () => {
  it.each([
    ['fix-3d', '3D fix · 9 satellites · ±4 m', 'good'],
    ['fix-2d', '2D fix · 9 satellites · ±4 m', 'poor'],
    ['no-fix', 'no fix yet · 14 satellites in view', 'bad'],
    ['silent', 'receiver silent', 'bad'],
    ['absent', 'no receiver', 'bad'],
  ] as const)('of a receiver in state %s reads: %s', (state, words, level) => {
    expect(fixTold(now({ receiver: receiver({ state }) }), FIX)).toEqual({ words, level })
  })

  it('leaves out what the receiver did not tell', () => {
    const told = fixTold(now({ receiver: receiver({ satellitesUsed: null }) }), { ...FIX, accuracyM: null })
    expect(told.words).toBe('3D fix')
  })

  it('gives a speed while it is new', () => {
    expect(speedOf(now({}), FIX)).toBe(5)
    expect(speedOf(now({}), { ...FIX, speedMps: null })).toBeNull()
    expect(speedOf(now({}), null)).toBeNull()
  })

  it.each([{ state: 'no-fix' as const }, { state: 'silent' as const }, { ageMs: 2_501 }])(
    'gives no speed with %j',
    (change) => {
      expect(speedOf(now({ receiver: receiver(change) }), FIX)).toBeNull()
    },
  )
})

describe('time and storage', () => {
  it.each([
    ['satellites', 50, 'UTC ±0.05 s, from satellites', 'good'],
    ['satellites', null, 'UTC, from satellites', 'good'],
    ['phone', 1_500, 'UTC ±1.5 s, from a phone', 'poor'],
    ['none', null, 'time unknown', 'bad'],
  ] as const)('says time from %s, uncertain by %s ms, as: %s', (timeSource, timeUncertaintyMs, words, level) => {
    expect(timeTold(now({ timeSource, timeUncertaintyMs }))).toEqual({ words, level })
  })

  it('says of a storage that is full of what is kept how much that is', () => {
    const full = storage({ state: 'full', hoursLeft: 0, keptBytes: 41_200_000_000 })
    expect(storageTold(full).words).toBe('full: 41 GB kept')
  })

  it.each([
    ['ok', 6.24, '6 h 14 min left', 'good'],
    ['ok', 34.999, '34 h 59 min left', 'good'],
    ['ok', null, '– h left', 'good'],
    ['low', 0.4, 'low, 24 min left', 'poor'],
    ['full', 0, 'full', 'bad'],
    ['failed', null, 'cannot be written', 'bad'],
  ] as const)('says a storage that is %s with %s h as: %s', (state, hoursLeft, words, level) => {
    expect(storageTold(storage({ state, hoursLeft }))).toEqual({ words, level })
  })
})

describe('a power cut', () => {
  const utcMs = Date.UTC(2026, 10, 21, 17, 2, 11)
  it.each([
    [{ utcMs, lostMs: 900, timeZone: 'Europe/Berlin' }, 'power cut at 18:02:11, 0.9 s lost'],
    [{ utcMs, lostMs: null, timeZone: 'Europe/Berlin' }, 'power cut at 18:02:11, counting what was lost'],
    [{ utcMs: null, lostMs: 900, timeZone: null }, 'power cut, 0.9 s lost'],
    [{ utcMs: null, lostMs: 0, timeZone: null }, 'power cut, nothing lost'],
    [{ utcMs: null, lostMs: 50, timeZone: null }, 'power cut, 0.1 s lost'],
    [{ utcMs: null, lostMs: 59_949, timeZone: null }, 'power cut, 59.9 s lost'],
    [{ utcMs: null, lostMs: 59_950, timeZone: null }, 'power cut, 1 min 0 s lost'],
    [{ utcMs: null, lostMs: 72_400, timeZone: null }, 'power cut, 1 min 12 s lost'],
  ])('%j reads: %s', (lastPowerCut, words) => {
    expect(powerCutTold(lastPowerCut, 599_999)).toBe(words)
  })

  it('is no news after ten minutes, and none where there was none', () => {
    expect(powerCutTold({ utcMs, lostMs: 900, timeZone: null }, 600_000)).toBeNull()
    expect(powerCutTold(null, 0)).toBeNull()
  })
})

describe('staleness', () => {
  it('is not said of a picture that is fresh', () => {
    expect(staleWords(freshnessOf(now({}), { kind: 'alive' }), now({}))).toBeNull()
  })

  it('says how long ago recording was last seen, the silence of the link and of the device added up', () => {
    const seen = now({ deviceSeenMsAgo: 400 })
    const freshness = freshnessOf(seen, { kind: 'silent', sinceMs: 11_700 })
    expect(staleWords(freshness, seen)).toBe('Last seen recording 12 s ago')
  })

  it('does not promise that a camera that had failed recorded', () => {
    const seen = now({ cameras: [camera('front', 'failed')] })
    expect(staleWords(freshnessOf(seen, { kind: 'silent', sinceMs: 3_000 }), seen)).toBe(
      'Last seen not recording 3 s ago',
    )
  })

  it('tells a silent device behind a server that answers', () => {
    const seen = now({ deviceSeenMsAgo: 7_200 })
    expect(staleWords(freshnessOf(seen, { kind: 'alive' }), seen)).toBe('Device last seen 7 s ago, recording')
    expect(freshnessOf(now({ deviceSeenMsAgo: 2_500 }), { kind: 'alive' }).kind).toBe('fresh')
  })

  it('tells waiting for the server from waiting for the device', () => {
    expect(staleWords(freshnessOf(null, { kind: 'nothing-yet' }), null)).toBe('Connecting to Spokecam…')
    expect(staleWords(freshnessOf(null, { kind: 'alive' }), null)).toBe('No word from the device yet')
  })
})

function now(change: Partial<Now>): Now {
  return {
    utcMs: null,
    timeSource: 'none',
    timeUncertaintyMs: null,
    bootNumber: 1,
    uptimeMs: 0,
    deviceSeenMsAgo: 0,
    simulated: false,
    receiver: receiver({}),
    fix: FIX,
    ride: null,
    recordingOn: true,
    cameras: [camera('front', 'recording')],
    storage: storage({}),
    lastPowerCut: null,
    underVoltage: null,
    temperatureC: null,
    ...change,
  }
}

function receiver(change: Partial<ReceiverNow>): ReceiverNow {
  const sky = { satellitesUsed: 9, satellitesInView: 14, hdop: 0.9, satellitesAgeMs: 300 }
  return { state: 'fix-3d', name: null, ...sky, ageMs: 300, ...change }
}

function camera(name: string, state: CameraNow['state'], reason: string | null = null): CameraNow {
  return { name, state, reason, fps: state === 'recording' ? 29.97 : null, framesExpected: 0, frames: 0, gaps: 0 }
}

function storage(change: Partial<StorageNow>): StorageNow {
  return { state: 'ok', freeBytes: null, hoursLeft: null, keptBytes: 0, ...change }
}
