/** Video time, UTC and the place on the track. */
import { describe, expect, it } from 'vitest'
import type { Segment } from '../../core/ride/footage.js'
import {
  datedTrack,
  nearestMoment,
  positionAt,
  type Span,
  spansOfSegments,
  utcAt,
  videoTimeAt,
} from '../../web/playback.js'

const T = Date.UTC(2026, 10, 21, 8, 15, 3)

/** Ten seconds, then half a minute in which the camera was gone, then six more. */
const spans: Span[] = [
  { startS: 0, durationS: 4, startUtcMs: T },
  { startS: 4, durationS: 6, startUtcMs: T + 4_000 },
  { startS: 10, durationS: 6, startUtcMs: T + 40_000 },
]

describe('the timeline', () => {
  it.each([
    [0, T],
    [3.999, T + 3_999],
    [4, T + 4_000],
    [9.5, T + 9_500],
    [10, T + 40_000],
    [16, T + 46_000],
    [20, T + 46_000],
  ])('has at %s s the moment %s', (videoS, utcMs) => {
    expect(utcAt(spans, videoS)).toBe(utcMs)
  })

  it('has no moment before it begins, without spans, or where the time was never known', () => {
    expect(utcAt(spans, -0.1)).toBeNull()
    expect(utcAt([], 1)).toBeNull()
    expect(utcAt([{ startS: 0, durationS: 4, startUtcMs: null }], 1)).toBeNull()
  })

  it.each([
    [T, 0],
    [T + 5_500, 5.5],
    [T + 43_000, 13],
  ])('shows the moment %s at %s s', (utcMs, videoS) => {
    expect(videoTimeAt(spans, utcMs)).toBe(videoS)
  })

  it('shows the nearest frame of a moment up to 5 s beside the footage, and none beyond', () => {
    expect(videoTimeAt(spans, T - 4_000)).toBe(0)
    expect(videoTimeAt(spans, T + 14_000)).toBeCloseTo(9.95)
    expect(videoTimeAt(spans, T + 36_000)).toBe(10)
    expect(videoTimeAt(spans, T + 50_000)).toBeCloseTo(15.95)
    expect(videoTimeAt(spans, T + 25_000)).toBeNull()
    expect(videoTimeAt(spans, T + 60_000)).toBeNull()
    expect(videoTimeAt([], T)).toBeNull()
  })

  it('comes from the segments in the order they were recorded, without those that are gone', () => {
    const segments = [segment(3, 'recorded', T + 20_000), segment(1, 'swept', T), segment(2, 'tagged', T + 10_000)]
    expect(spansOfSegments(segments)).toEqual([
      { startS: 0, durationS: 10, startUtcMs: T + 10_000 },
      { startS: 10, durationS: 10, startUtcMs: T + 20_000 },
    ])
  })
})

describe('the track', () => {
  /** East for ten seconds, a gap of twenty, then north. */
  const track = datedTrack({
    stretches: [
      [
        [10, 50, T, null, 2],
        [10.001, 50, T + 10_000, null, 4],
      ],
      [
        [10.002, 50, null, null, null],
        [10.002, 50, T + 30_000, null, null],
        [10.002, 50.001, T + 40_000, null, 3],
      ],
    ],
  })

  it('has the rider between the fixes, with speed and course', () => {
    const position = positionAt(track, T + 2_500)
    expect(position?.place[0]).toBeCloseTo(10.00025, 9)
    expect(position?.place[1]).toBe(50)
    expect(position?.speedMps).toBe(2.5)
    expect(position?.courseDeg).toBeCloseTo(90)
    expect(positionAt(track, T + 35_000)?.courseDeg).toBeCloseTo(0)
  })

  it('has the course as the compass has it, also far from the equator', () => {
    const northEast = datedTrack({
      stretches: [
        [
          [10, 60, T, null, null],
          [10.002, 60.001, T + 1_000, null, null],
        ],
      ],
    })
    expect(positionAt(northEast, T)?.courseDeg).toBeCloseTo(45, 1)
  })

  it.each([
    [T - 5_000, 10],
    [T + 10_000, 10.001],
    [T + 15_000, 10.001],
    [T + 26_000, 10.002],
    [T + 45_000, 10.002],
  ])('holds an end for 5 s: at %s the rider is at %s E', (utcMs, lonDeg) => {
    expect(positionAt(track, utcMs)?.place[0]).toBe(lonDeg)
  })

  it.each([T - 5_001, T + 20_000, T + 45_001])('does not know where the rider is at %s', (utcMs) => {
    expect(positionAt(track, utcMs)).toBeNull()
  })

  it('has no positions without times', () => {
    expect(positionAt(datedTrack({ stretches: [[[10, 50, null, null, null]]] }), T)).toBeNull()
  })

  it('tells when it passed nearest to a place', () => {
    const nearest = nearestMoment(track, [10.0004, 50.0001])
    expect(nearest?.utcMs).toBeCloseTo(T + 4_000, -1)
    expect(nearest?.distanceM).toBeCloseTo(11.1, 1)
    expect(nearestMoment(track, [10.003, 50.0005])?.utcMs).toBeCloseTo(T + 35_000, -1)
    expect(nearestMoment([], [10, 50])).toBeNull()
  })
})

function segment(number: number, state: Segment['state'], startUtcMs: number): Segment {
  return {
    id: `front-${number}`,
    rideId: 'ride',
    camera: 'front',
    number,
    startUtcMs,
    startUncertaintyMs: 50,
    durationMs: 10_000,
    frames: 300,
    sizeBytes: 1,
    state,
    kept: false,
  }
}
