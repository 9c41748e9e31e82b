import { describe, expect, it } from 'vitest'
import { createStreamClock, type Start, type StreamClock } from '../../../device/camera/stream-clock.js'

/** Files that open one after the other, each listed as the next one opens: when the first frame of each was taken. */
function play(clock: StreamClock, files: readonly { readonly startMs: number; readonly openedMs: number }[]) {
  const opened: Start[] = []
  const closed: (Start | null)[] = []
  for (const [index, { startMs, openedMs }] of files.entries()) {
    const before = { file: '', number: index, startMs: files[index - 1]?.startMs ?? 0, endMs: startMs }
    if (index > 0) clock.listed(before)
    opened.push(clock.opened(index + 1, openedMs))
    if (index > 0) closed.push(clock.startOf(before))
  }
  return { opened, closed }
}
const began = (stampMs: number): string =>
  `[info]   Duration: N/A, start: ${(stampMs / 1_000).toFixed(6)}, bitrate: N/A`
const never = () => {
  throw new Error('the wall clock was asked')
}

describe('frames timed by the openings of their files', () => {
  const byOpening = (lateFrames = 0, sensor: Parameters<typeof createStreamClock>[0]['sensor'] = null) =>
    createStreamClock({
      timing: { kind: 'opening', lateFrames, uncertaintyMs: 20 },
      fps: 30,
      wallMinusMonoMs: never,
      sensor,
    })

  it('follow the earliest of all openings: one that was seen late does not move the others, nor the first itself', () => {
    const { closed } = play(byOpening(), [
      { startMs: 0, openedMs: 100_540 },
      { startMs: 5_000, openedMs: 105_010 },
      { startMs: 10_000, openedMs: 110_900 },
      { startMs: 15_000, openedMs: 115_030 },
    ])
    expect(closed.map((start) => start?.monoMs)).toEqual([100_010, 105_010, 110_010])
    expect(closed[0]?.uncertaintyMs).toBe(20)
  })

  it('follow a source whose clock drifts away from ours', () => {
    const files = Array.from({ length: 200 }, (_, index) => ({
      startMs: index * 60_000,
      openedMs: index * 60_000 * 1.000_05,
    }))
    const { closed } = play(byOpening(), files)
    for (const [index, start] of closed.entries())
      expect(Math.abs((start?.monoMs ?? 0) - (files[index]?.openedMs ?? 0))).toBeLessThan(40)
  })

  it('were as many frames before it as the demultiplexer holds back', () => {
    const { opened } = play(byOpening(2), [{ startMs: 0, openedMs: 100_000 }])
    expect(opened[0]?.monoMs).toBeCloseTo(100_000 - 2_000 / 30)
  })

  it('begin with the first that the sensor took, where its program tells of it', () => {
    const sensor = { firstTakenMonoMs: () => 99_900, wayMs: () => 60 }
    const { closed } = play(byOpening(2, sensor), [
      { startMs: 0, openedMs: 100_700 },
      { startMs: 5_000, openedMs: 105_300 },
      { startMs: 10_000, openedMs: 110_300 },
    ])
    expect(closed.map((start) => start?.monoMs)).toEqual([99_900, 104_900])
  })

  it('are timed each by its own where a file opens before the one before it is listed', () => {
    const clock = byOpening()
    clock.opened(1, 100_000)
    clock.listed({ file: '', number: 1, startMs: 0, endMs: 5_000 })
    clock.opened(2, 105_000)
    expect(clock.opened(3, 110_040)).toEqual({ monoMs: 110_040, uncertaintyMs: 200 })
  })

  it('are not known before an opening was seen', () => {
    expect(byOpening().startOf({ file: '', number: 1, startMs: 0, endMs: 5_000 })).toBeNull()
  })
})

describe('frames stamped by the wall clock', () => {
  let wallMinusMonoMs = 1_795_000_000_000
  let wayMs: number | null = null
  const byWall = (firstStampMs: number | null = wallMinusMonoMs + 100_000): StreamClock => {
    const clock = createStreamClock({
      timing: { kind: 'stamped', clock: 'wall', lateFrames: 0, uncertaintyMs: 30 },
      fps: 30,
      wallMinusMonoMs: () => wallMinusMonoMs,
      sensor: { firstTakenMonoMs: () => null, wayMs: () => wayMs },
    })
    if (firstStampMs !== null) clock.told(began(firstStampMs))
    return clock
  }

  it('are as old as their stamps say, however late their files were seen to open', () => {
    const { opened, closed } = play(byWall(), [
      { startMs: 0, openedMs: 100_036 },
      { startMs: 10_000, openedMs: 110_700 },
      { startMs: 20_000, openedMs: 120_036 },
    ])
    expect(closed).toEqual([100_000, 110_000].map((monoMs) => ({ monoMs, uncertaintyMs: 30 })))
    // A frame may be missing between the end of one and the first of the next.
    expect(opened[1]).toEqual({ monoMs: 110_000, uncertaintyMs: 30 + 1_000 / 30 })
  })

  it('were taken before they were encoded, by what was measured when their file opened, or since', () => {
    const clock = byWall()
    clock.opened(1, 100_036)
    wayMs = 60
    expect(clock.startOf({ file: '', number: 1, startMs: 0, endMs: 10_000 })?.monoMs).toBe(99_940)
    clock.opened(2, 110_036)
    wayMs = 80
    expect(clock.startOf({ file: '', number: 2, startMs: 10_000, endMs: 20_000 })?.monoMs).toBe(109_940)
    wayMs = null
  })

  it('follow a wall clock that is slewed', () => {
    const clock = byWall()
    clock.opened(1, 100_036)
    wallMinusMonoMs += 20
    clock.opened(2, 160_036)
    // A minute of stamps is 60,020 ms: the wall clock ran fast.
    expect(clock.startOf({ file: '', number: 2, startMs: 60_020, endMs: 120_020 })?.monoMs).toBeCloseTo(160_000)
  })

  it('are timed by the opening where the wall clock was set meanwhile', () => {
    const clock = byWall()
    clock.opened(1, 100_036)
    wallMinusMonoMs += 3_600_000
    clock.opened(2, 110_036)
    const start = clock.startOf({ file: '', number: 2, startMs: 10_000, endMs: 20_000 })
    expect(start).toEqual({ monoMs: 110_036, uncertaintyMs: 200 })
  })

  it.each([
    [4, { monoMs: 96_036, uncertaintyMs: 30 }],
    [20, { monoMs: 100_036, uncertaintyMs: 200 }],
    [-1, { monoMs: 100_036, uncertaintyMs: 200 }],
  ])('are believed to have waited for their file no longer than ffmpeg looks at a stream: %d s', (waitedS, start) => {
    const clock = byWall(wallMinusMonoMs + 100_036 - waitedS * 1_000)
    clock.opened(1, 100_036)
    expect(clock.startOf({ file: '', number: 1, startMs: 0, endMs: 10_000 })).toEqual(start)
  })

  it('were there a frame earlier where ffmpeg finds a transport stream: a frame of it ends where the next begins', () => {
    const clock = byWall()
    clock.told("[info] Input #0, mpegts, from 'file:front.fifo':")
    expect(clock.opened(1, 100_070).monoMs).toBeCloseTo(100_000 - 1_000 / 30)
  })

  it('are timed by the opening where no stamp was told', () => {
    expect(byWall(null).opened(1, 100_036).monoMs).toBe(100_036)
  })
})

it('frames stamped by the monotonic clock need no other', () => {
  const clock = createStreamClock({
    timing: { kind: 'stamped', clock: 'monotonic', lateFrames: 0, uncertaintyMs: 5 },
    fps: 30,
    wallMinusMonoMs: never,
    sensor: null,
  })
  clock.told(began(100_000.25))
  clock.opened(1, 100_036)
  const start = clock.startOf({ file: '', number: 1, startMs: 0, endMs: 10_000 })
  expect(start).toEqual({ monoMs: 100_000.25, uncertaintyMs: 5 })
})
