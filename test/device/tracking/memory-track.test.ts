import { describe, expect, it } from 'vitest'
import { createMemoryTrack } from '../../../device/tracking/memory-track.js'
import { fixAt, JUNE_ANCHOR, JUNE_UTC_MS } from '../../fakes/readings.js'

describe('the track in memory', () => {
  it('is the last half hour of it, page by page, each point once', () => {
    const memory = createMemoryTrack(7)
    for (let second = 0; second < 3_000; second++) memory.take(fixAt(second, second * 5))
    const points = []
    for (let isLast = false; !isLast; ) {
      const page = memory.after(points.at(-1)?.monoMs ?? null, null)
      points.push(...page.points)
      isLast = page.isLast
    }
    expect([points[0]?.monoMs, points.at(-1)?.monoMs, points.length]).toEqual([1_200_000, 2_999_000, 1_800])
  })

  it('has the completed form of a fix, not both', () => {
    const memory = createMemoryTrack(7)
    memory.take(fixAt(1, 0, { speedMps: null }))
    memory.take(fixAt(1, 0, { speedMps: 4 }))
    expect(memory.after(null, null).points.map(({ speedMps }) => speedMps)).toEqual([4])
  })

  it('is dated by what is known when it is asked for', () => {
    const memory = createMemoryTrack(7)
    memory.take(fixAt(1, 0, { receiverUtcMs: null }))
    expect(memory.after(null, null).points).toMatchObject([{ part: 7, utcMs: null }])
    expect(memory.after(null, JUNE_ANCHOR).points).toMatchObject([{ utcMs: JUNE_UTC_MS + 1_000 }])
  })

  it('at 10 Hz for hours is still that of the last half hour', () => {
    const memory = createMemoryTrack(7)
    for (let tenth = 0; tenth < 60_000; tenth++) memory.take(fixAt(tenth / 10, tenth))
    expect(memory.after(null, null).points[0]?.monoMs).toBe(6_000_000 - 1_800_000)
  })
})
