import { describe, expect, it } from 'vitest'
import type { Clip } from '../../core/ride/clip.js'
import { clipFileName, spanFault } from '../../core/ride/clip-span.js'
import { upTo, withEnd } from '../../web/clip-choice.js'
import { clipKind, clipLack, clipLength, clipState, clipTimes, withClip } from '../../web/clip-words.js'
import { aWish } from '../fakes/clips.js'
import { JUNE_UTC_MS } from '../fakes/readings.js'

const HOUR_MS = 3_600_000
const clip = (known: Partial<Clip> = {}): Clip => ({
  ...aWish(),
  ...{ id: 'a', rideId: 'ride-a', state: 'ready', progress: 1, reason: null, sizeBytes: 12_300_000 },
  ...{ expiresInMs: 168 * HOUR_MS },
  ...known,
})

describe('a clip in words', () => {
  it.each<[Partial<Clip>, string]>([
    [{ state: 'queued', progress: 0 }, 'waiting for its turn'],
    [{ state: 'cutting', progress: 0.4299 }, 'cutting, 42 %'],
    [{ state: 'cutting', progress: 1 }, 'cutting, 99 %'],
    [{}, 'ready · 12 MB · stays 7 days'],
    [{ expiresInMs: 24 * HOUR_MS + 1 }, 'ready · 12 MB · stays 2 days'],
    [{ expiresInMs: 4.5 * HOUR_MS }, 'ready · 12 MB · stays 5 h'],
    [{ expiresInMs: null, sizeBytes: 339_001 }, 'ready · 340 kB'],
    [{ expiresInMs: null, sizeBytes: null }, 'ready'],
    [{ state: 'failed', reason: 'the card is full' }, 'failed: the card is full'],
    [{ state: 'canceled' }, 'canceled'],
  ])('%j is %s', (known, words) => {
    expect(clipState(clip(known))).toBe(words)
  })

  it.each([
    [400, '1 s'],
    [30_000, '30 s'],
    [90_000, '1:30'],
    [3_909_000, '1:05:09'],
  ])('of %d ms is %s long', (lengthMs, words) => {
    expect(clipLength({ fromUtcMs: JUNE_UTC_MS, toUtcMs: JUNE_UTC_MS + lengthMs })).toBe(words)
  })

  it('tells when it was, what is special about it, and what is missing in it', () => {
    expect(clipTimes(clip(), 'Europe/Ljubljana')).toBe('10:01:41 – 10:01:44')
    expect([clipKind(clip()), clipKind(clip({ overlay: true, privacy: true, exact: true }))]).toEqual([
      '',
      'overlay, encoded anew, without privacy zones',
    ])
    expect([clipLack(clip({ reason: '3 s are missing' })), clipLack(clip({ state: 'failed', reason: 'x' }))]).toEqual([
      '3 s are missing',
      null,
    ])
  })
})

describe('the list of clips', () => {
  it('takes what it is told: a new one first, another state in its place, and away what has no time left', () => {
    const [old, cutting] = [clip({ id: 'old' }), clip({ id: 'new', state: 'cutting', progress: 0.5 })]
    const two = withClip([old], cutting)
    expect(two).toEqual([cutting, old])
    const half = withClip(two, { ...cutting, state: 'ready' })
    expect(half.map(({ id, state }) => [id, state])).toEqual([
      ['new', 'ready'],
      ['old', 'ready'],
    ])
    expect(withClip(half, { ...old, expiresInMs: 0 }).map(({ id }) => id)).toEqual(['new'])
  })
})

describe('the span of a clip', () => {
  const video = [
    { startS: 0, durationS: 40, startUtcMs: 60_000.3 },
    { startS: 40, durationS: 9, startUtcMs: null },
    { startS: 49, durationS: 60, startUtcMs: 110_000 },
  ]
  it.each([
    ['leads up to the moment shown', 150_000.4, 30_000, { fromUtcMs: 120_000, toUtcMs: 150_000 }],
    ['reaches over a gap', 115_000, 30_000, { fromUtcMs: 85_000, toUtcMs: 115_000 }],
    ['begins with the video', 75_000, 30_000, { fromUtcMs: 60_000, toUtcMs: 75_000 }],
    ['follows where nothing leads to it', 60_100, 30_000, { fromUtcMs: 60_000, toUtcMs: 90_000 }],
    ['ends with the video', 60_100, 120_000, { fromUtcMs: 60_000, toUtcMs: 170_000 }],
  ])('%s', (_, utcMs, lengthMs, span) => {
    expect(upTo(utcMs, lengthMs, video)).toEqual(span)
  })

  it.each([
    ['from', 75_000, { fromUtcMs: 75_000, toUtcMs: 100_000 }],
    ['from', 99_500, { fromUtcMs: 99_500, toUtcMs: 100_500 }],
    ['from', 120_000.6, { fromUtcMs: 120_001, toUtcMs: 121_001 }],
    ['to', 105_000, { fromUtcMs: 70_000, toUtcMs: 105_000 }],
    ['to', 60_000, { fromUtcMs: 59_000, toUtcMs: 60_000 }],
    ['to', 70_000 + 11 * HOUR_MS, { fromUtcMs: 70_000 + HOUR_MS, toUtcMs: 70_000 + 11 * HOUR_MS }],
    ['from', 100_000 - 11 * HOUR_MS, { fromUtcMs: 100_000 - 11 * HOUR_MS, toUtcMs: 100_000 - HOUR_MS }],
  ] as const)('keeps a length that can be cut when %s becomes %d', (end, utcMs, span) => {
    const moved = withEnd({ fromUtcMs: 70_000, toUtcMs: 100_000 }, end, utcMs)
    expect([moved, spanFault(moved)]).toEqual([span, null])
  })
})

describe('the name of a clip', () => {
  it.each([
    [{}, 'front-2026-06-06T080141Z-3s'],
    [{ overlay: true, privacy: true, camera: 'rear-2' }, 'rear-2-2026-06-06T080141Z-3s-overlay-private'],
    [{ toUtcMs: aWish().fromUtcMs + 90_400 }, 'front-2026-06-06T080141Z-90s'],
    [{ toUtcMs: aWish().fromUtcMs + 1 }, 'front-2026-06-06T080141Z-1s'],
  ])('of %j is %s', (known, name) => {
    expect(clipFileName(aWish(known))).toBe(name)
  })
})
