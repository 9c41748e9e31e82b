import { beforeEach, describe, expect, it } from 'vitest'
import type { VideoIndex } from '../../../core/video/video-index.js'
import { createFrameTally, type FrameTally } from '../../../device/footage/frame-tally.js'

const FRAME_MS = 100
const SECOND = { frames: 10, durationMs: 1_000, longestFrameMs: FRAME_MS }
/** Fragments one after the other, at 10 frames a second. */
function index(...fragments: readonly Partial<typeof SECOND>[]): VideoIndex {
  let startMs = 0
  const placed = fragments.map((known) => {
    const fragment = { ...SECOND, ...known, startMs, offset: 0, sizeBytes: 1_000, beginsWithKeyframe: true }
    startMs += fragment.durationMs
    return fragment
  })
  return { headerBytes: 800, track: null, fragments: placed, endBytes: 800 + fragments.length * 1_000 }
}
const seconds = (count: number): VideoIndex => index(...new Array<object>(count).fill({}))

let tally: FrameTally
beforeEach(() => {
  tally = createFrameTally(() => 10)
})
/** A file of so many seconds that begins at a moment, begun and closed. */
const file = (number: number, startMonoMs: number, held: VideoIndex): void => {
  tally.begun(number, startMonoMs)
  tally.grew(number, held)
  tally.closed(number, startMonoMs, held)
}

describe('the frames of a camera', () => {
  it('are all there where nothing happened, over files that lie end to end', () => {
    for (let number = 0; number < 30; number++) file(number, number * 60_000, seconds(60))
    expect(tally.now(1_800_000)).toMatchObject({
      frames: 18_000,
      framesExpected: 18_000,
      gaps: 0,
      durationMs: 1_800_000,
    })
  })

  it('are not said to be lost because two crystals differ', () => {
    const slow = { ...SECOND, durationMs: 1_000.05 }
    for (let number = 0; number < 300; number++)
      file(number, number * 60_003, index(...new Array<object>(60).fill(slow)))
    const { frames, framesExpected, gaps } = tally.now(18_000_900)
    expect([framesExpected - frames, gaps]).toEqual([0, 0])
  })

  it.each([
    ['one frame inside a file', { frames: 9, longestFrameMs: 200 }, 1, 0],
    ['half a second inside a file', { frames: 4, longestFrameMs: 700 }, 6, 1],
  ])('are missing: %s', (_, hole, missing, gaps) => {
    file(1, 0, index({}, hole, {}))
    expect(tally.now(3_000)).toMatchObject({ frames: 30 - missing, framesExpected: 30, gaps })
  })

  it.each([
    [150, 0, 0],
    [200, 2, 0],
    [900, 9, 1],
  ])('are missing between two files %d ms apart: %d frames, %d gaps', (apartMs, missing, gaps) => {
    file(1, 0, seconds(2))
    file(2, 2_000 + apartMs, seconds(2))
    expect(tally.now(4_000)).toMatchObject({ frames: 40, framesExpected: 40 + missing, gaps })
  })

  it('are missing from where the recorder fell, more and more until it records again', () => {
    tally.begun(1, 0)
    tally.grew(1, seconds(5))
    tally.fell(5_400)
    expect(tally.now(6_000)).toMatchObject({ frames: 50, framesExpected: 60, gaps: 1 })
    expect(tally.now(8_000)).toMatchObject({ frames: 50, framesExpected: 80, gaps: 1 })
    tally.fell(9_000)
    tally.begun(2, 10_000)
    expect(tally.now(12_000)).toMatchObject({ frames: 50, framesExpected: 100, gaps: 1 })
    tally.closed(2, 10_100, seconds(2))
    expect(tally.now(99_000)).toMatchObject({ frames: 70, framesExpected: 120, gaps: 1, durationMs: 7_000 })
  })

  it('are missing, too, where the recorder never had begun', () => {
    tally.fell(1_000)
    expect(tally.now(4_000)).toMatchObject({ frames: 0, framesExpected: 30, gaps: 1 })
  })

  it('are missing since the first of several falls, where no frame came between them', () => {
    tally.fell(1_000)
    tally.fell(3_000)
    expect(tally.now(4_000)).toMatchObject({ frames: 0, framesExpected: 30, gaps: 1 })
  })

  it('are no more than were due where a camera is faster than it says', () => {
    file(1, 0, index({ frames: 12 }, { frames: 12 }))
    expect(tally.now(2_000)).toMatchObject({ frames: 24, framesExpected: 24, gaps: 0 })
  })

  it('are not missing while the rider wants none', () => {
    file(1, 0, seconds(2))
    tally.off(2_000)
    expect(tally.now(60_000)).toMatchObject({ frames: 20, framesExpected: 20, gaps: 0 })
    file(2, 60_000, seconds(2))
    expect(tally.now(62_000)).toMatchObject({ frames: 40, framesExpected: 40, gaps: 0 })
  })

  it('that were missing when the rider ended it stay told, and no more come', () => {
    file(1, 0, seconds(2))
    tally.fell(2_000)
    tally.off(5_000)
    expect(tally.now(60_000)).toMatchObject({ frames: 20, framesExpected: 50, gaps: 1 })
  })

  it('of a file that nobody closes, because its recorder was killed as it was to end, stay counted', () => {
    tally.begun(1, 0)
    tally.grew(1, seconds(2))
    tally.off(3_000)
    file(2, 60_000, seconds(2))
    expect(tally.now(62_000)).toMatchObject({ frames: 40, framesExpected: 40, gaps: 0 })
  })

  it('do not become fewer while one file closes and the next has begun', () => {
    tally.begun(1, 0)
    tally.grew(1, seconds(5))
    tally.begun(2, 5_000)
    expect(tally.now(5_100)).toMatchObject({ frames: 50, framesExpected: 50 })
    tally.closed(1, 0, seconds(5))
    expect(tally.now(5_200)).toMatchObject({ frames: 50, framesExpected: 50 })
  })
})

it('a camera of one frame a second has no gap at each of them', () => {
  tally = createFrameTally(() => 1)
  file(1, 0, index({ frames: 1, longestFrameMs: 1_000 }, { frames: 1, longestFrameMs: 1_000 }))
  expect(tally.now(2_000)).toMatchObject({ frames: 2, framesExpected: 2, gaps: 0 })
})
