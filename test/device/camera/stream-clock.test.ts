import { describe, expect, it } from 'vitest'
import { createStreamClock } from '../../../device/camera/stream-clock.js'

const closed = (number: number, startMs: number, endMs = startMs + 10_000) => ({ file: '', number, startMs, endMs })
const began = (stampMs: number): string =>
  `[info]   Duration: N/A, start: ${(stampMs / 1_000).toFixed(6)}, bitrate: N/A`
const never = () => {
  throw new Error('the wall clock was asked')
}

describe('frames timed by the openings of their files', () => {
  const byOpening = (lateFrames = 0) =>
    createStreamClock({
      timing: { kind: 'opening', lateFrames, uncertaintyMs: 20 },
      fps: 30,
      wallMinusMonoMs: never,
      sensorWayMs: () => null,
    })

  it('follow the earliest of all openings: one that was seen late does not move the others', () => {
    const clock = byOpening()
    clock.opened(1, 100_040)
    expect(clock.closed(closed(1, 0))).toEqual({ monoMs: 100_040, uncertaintyMs: 20 })
    clock.opened(2, 105_010)
    expect(clock.closed(closed(2, 5_000))).toEqual({ monoMs: 105_010, uncertaintyMs: 20 })
    clock.opened(3, 110_900)
    expect(clock.closed(closed(3, 10_000))?.monoMs).toBe(110_010)
  })

  it('follow a source whose clock drifts away from ours', () => {
    const clock = byOpening()
    for (let number = 0; number < 200; number++) {
      const startMs = number * 60_000
      clock.opened(number, startMs * 1.000_05)
      const drifted = startMs * 1.000_05 - (clock.closed(closed(number, startMs))?.monoMs ?? 0)
      expect(Math.abs(drifted)).toBeLessThan(30)
    }
  })

  it('were as many frames before it as the demultiplexer holds back', () => {
    const clock = byOpening(2)
    expect(clock.opened(1, 100_000)).toEqual({ monoMs: 100_000 - 2_000 / 30, uncertaintyMs: 200 })
    expect(clock.closed(closed(1, 0))?.monoMs).toBeCloseTo(100_000 - 2_000 / 30)
  })

  it('are not known before an opening was seen', () => {
    expect(byOpening().closed(closed(1, 0))).toBeNull()
  })
})

describe('frames stamped by the wall clock', () => {
  let wallMinusMonoMs = 1_795_000_000_000
  let sensorWayMs: number | null = null
  const byWall = () =>
    createStreamClock({
      timing: { kind: 'stamped', clock: 'wall', lateFrames: 0, uncertaintyMs: 30 },
      fps: 30,
      wallMinusMonoMs: () => wallMinusMonoMs,
      sensorWayMs: () => sensorWayMs,
    })

  it('are as old as their stamps say, however late their files were seen to open', () => {
    const clock = byWall()
    clock.told(began(1_795_000_100_000))
    expect(clock.opened(1, 100_036).monoMs).toBe(100_000)
    expect(clock.closed(closed(1, 0))).toEqual({ monoMs: 100_000, uncertaintyMs: 30 })
    // A frame may be missing between the end of one and the first of the next.
    expect(clock.opened(2, 110_700)).toEqual({ monoMs: 110_000, uncertaintyMs: 30 + 1_000 / 30 })
    expect(clock.closed(closed(2, 10_000))).toEqual({ monoMs: 110_000, uncertaintyMs: 30 })
  })

  it('were taken before they were encoded, by what was measured when their file opened, or since', () => {
    const clock = byWall()
    clock.told(began(wallMinusMonoMs + 100_000))
    clock.opened(1, 100_036)
    sensorWayMs = 60
    expect(clock.closed(closed(1, 0))?.monoMs).toBe(99_940)
    clock.opened(2, 110_036)
    sensorWayMs = 80
    expect(clock.closed(closed(2, 10_000))?.monoMs).toBe(109_940)
    sensorWayMs = null
  })

  it('follow a wall clock that is slewed', () => {
    const clock = byWall()
    clock.told(began(wallMinusMonoMs + 100_000))
    clock.opened(1, 100_036)
    wallMinusMonoMs += 20
    clock.opened(2, 160_036)
    // A minute of stamps is 60,020 ms: the wall clock ran fast.
    expect(clock.closed(closed(2, 60_020))?.monoMs).toBeCloseTo(160_000)
  })

  it('are timed by the opening where the wall clock was set meanwhile', () => {
    const clock = byWall()
    clock.told(began(wallMinusMonoMs + 100_000))
    clock.opened(1, 100_036)
    wallMinusMonoMs += 3_600_000
    clock.opened(2, 110_036)
    expect(clock.closed(closed(2, 10_000))).toEqual({ monoMs: 110_036, uncertaintyMs: 200 })
  })

  it('were there a frame earlier where ffmpeg finds a transport stream: a frame of it ends where the next begins', () => {
    const clock = byWall()
    clock.told("[info] Input #0, mpegts, from 'file:front.fifo':")
    clock.told(began(wallMinusMonoMs + 100_000))
    clock.opened(1, 100_070)
    expect(clock.closed(closed(1, 0))?.monoMs).toBeCloseTo(100_000 - 1_000 / 30)
  })

  it('are timed by the opening where no stamp was told', () => {
    const clock = byWall()
    clock.opened(1, 100_036)
    expect(clock.closed(closed(1, 0))).toEqual({ monoMs: 100_036, uncertaintyMs: 200 })
  })
})

it('frames stamped by the monotonic clock need no other', () => {
  const clock = createStreamClock({
    timing: { kind: 'stamped', clock: 'monotonic', lateFrames: 0, uncertaintyMs: 5 },
    fps: 30,
    wallMinusMonoMs: never,
    sensorWayMs: () => null,
  })
  clock.told(began(100_000.25))
  clock.opened(1, 100_036)
  expect(clock.closed(closed(1, 0))).toEqual({ monoMs: 100_000.25, uncertaintyMs: 5 })
})
