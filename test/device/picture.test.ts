import { describe, expect, it } from 'vitest'
import { stateOf } from '../../device/footage/limits.js'
import { type CameraParts, pictureOf } from '../../device/picture.js'
import { receiverNowOf } from '../../device/tracking/receiver-now.js'

const GB = 1_000_000_000
const camera: CameraParts = {
  name: 'front',
  state: 'recording',
  reason: null,
  gaps: 0,
  frames: 1_800,
  framesExpected: 1_800,
  durationMs: 60_000,
}
const picture = (parts: Partial<CameraParts>) =>
  pictureOf({
    monoMs: 5_000,
    anchor: { bootId: 'a', monoMs: 0, utcMinusMonoMs: 1_000, uncertaintyMs: 49.6, source: 'satellites' },
    bootNumber: 1,
    simulated: false,
    receiver: receiverNowOf(null, null, 0),
    fix: null,
    ride: null,
    recordingOn: true,
    cameras: [{ ...camera, ...parts }],
    storage: { state: 'ok', freeBytes: null, hoursLeft: null, keptBytes: 0 },
    lastPowerCut: null,
  })

describe('the picture of now', () => {
  it.each([
    ['every frame', {}, { frames: 1_800, framesExpected: 1_800, gaps: 0, fps: 30 }],
    ['frames lost', { frames: 1_700, gaps: 2 }, { frames: 1_700, framesExpected: 1_800, gaps: 2, fps: 28.3 }],
    ['nothing yet', { frames: 0, framesExpected: 0, durationMs: 0 }, { frames: 0, framesExpected: 0, fps: null }],
  ])('shows of a camera with %s what was expected of it', (_, parts, expected) => {
    expect(picture(parts).cameras[0]).toMatchObject(expected)
  })

  it('tells UTC by the anchor, and how good it is', () => {
    expect(picture({})).toMatchObject({ utcMs: 6_000, timeSource: 'satellites', timeUncertaintyMs: 50 })
  })
})

describe('the room on a card', () => {
  it.each([
    [20 * GB, 10, 'ok'],
    [20 * GB, 0.9, 'low'],
    [0.01 * GB, 5, 'full'],
    [20 * GB, null, 'ok'],
  ])('%d bytes free, %s hours left: %s', (freeBytes, hoursLeft, expected) => {
    expect(stateOf(freeBytes, hoursLeft, 0)).toBe(expected)
  })
})
