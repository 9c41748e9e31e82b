/** A clip's plan keeps time true over segments and gaps, leaves out what is hidden, and says what cannot be had. */
import { describe, expect, it } from 'vitest'
import { planClip } from '../../../server/export/clip-plan.js'
import { missingWords } from '../../../server/export/clip-words.js'
import type { ClipAsk, FilmedSegment } from '../../../server/export/plan-shapes.js'

const T = Date.UTC(2026, 6, 1, 6)
const HOUR_MS = 3_600_000

interface Given extends Partial<Omit<FilmedSegment, 'startUtcMs'>> {
  /** Seconds since T. */
  readonly at: number | null
  readonly lasts?: number
}

const segment = ({ at, lasts = 60, ...rest }: Given): FilmedSegment => ({
  id: `front-${at}`,
  path: `/card/front-${at}.mp4`,
  startUtcMs: at === null ? null : T + at * 1_000,
  startUncertaintyMs: 0,
  durationMs: lasts * 1_000,
  state: 'tagged',
  ...rest,
})

const span = (from: number, to: number) => ({ fromUtcMs: T + from * 1_000, toUtcMs: T + to * 1_000 })

const ask = (from: number, to: number, given: readonly Given[], rest: Partial<ClipAsk> = {}): ClipAsk => ({
  camera: 'front',
  cameras: ['front', 'rear'],
  segments: given.map(segment),
  hidden: [],
  ...span(from, to),
  ...rest,
})

/** In seconds since T, and within the files. */
function planned(asked: ClipAsk) {
  const plan = planClip(asked)
  if (plan.kind === 'refused') throw new Error(plan.words)
  return {
    span: [(plan.fromUtcMs - T) / 1_000, (plan.toUtcMs - T) / 1_000],
    pieces: plan.pieces.map(({ segmentId, fromMs, toMs, heldMs }) => [segmentId, fromMs, toMs, heldMs]),
    missing: plan.missing.map(({ where, why, fromUtcMs, toUtcMs }) => `${where} ${why} ${toUtcMs - fromUtcMs}`),
    missingMs: plan.missingMs,
    words: missingWords(plan),
  }
}

const MINUTES: readonly Given[] = [{ at: 0 }, { at: 60 }, { at: 120 }]

describe('the plan of a clip', () => {
  it('goes over segments, in whatever order they are handed in', () => {
    const expected = {
      span: [30, 150],
      pieces: [
        ['front-0', 30_000, 60_000, 0],
        ['front-60', 0, 60_000, 0],
        ['front-120', 0, 30_000, 0],
      ],
      missing: [],
      words: null,
    }
    expect(planned(ask(30, 150, MINUTES))).toMatchObject(expected)
    expect(planned(ask(30, 150, MINUTES.toReversed()))).toMatchObject(expected)
  })

  it('holds the last frame over a gap, and says so', () => {
    const plan = planned(ask(30, 90, [{ at: 0, lasts: 50 }, { at: 60 }]))
    expect(plan.pieces).toEqual([
      ['front-0', 30_000, 50_000, 10_000],
      ['front-60', 0, 30_000, 0],
    ])
    expect(plan.missing).toEqual(['inside not-recorded 10000'])
    expect(plan.words).toBe('The picture stands still for 10 s from 06:00:50Z: nothing was filmed then.')
  })

  it('does not count a few milliseconds between two segments, but holds time true over them', () => {
    const plan = planned(ask(0, 120, [{ at: 0, lasts: 59.985 }, { at: 60 }]))
    expect(plan.pieces[0]).toEqual(['front-0', 0, 59_985, 15])
    expect(plan.missingMs).toBe(0)
  })

  it.each([
    [59.996, false],
    [59.95, true],
  ])('shows nothing twice where the next segment begins at %d s', (at, endsEarly) => {
    const plan = planClip(ask(0, 120, [{ at: 0 }, { at }]))
    expect(plan).toMatchObject({ pieces: [{ toMs: at * 1_000, heldMs: 0, endsEarly }, { fromMs: 0 }] })
  })

  it('is cut to what there is where it begins or ends without footage', () => {
    const plan = planned(ask(-30, 200, MINUTES))
    expect(plan.span).toEqual([0, 180])
    expect(plan.missing).toEqual(['before not-recorded 30000', 'after not-recorded 20000'])
    expect(plan.words).toBe(
      'It begins 30 s later than asked for: nothing was filmed then. It ends 20 s earlier than asked for: nothing was filmed then.',
    )
  })

  it('begins and ends with footage where its ends lie in gaps', () => {
    const gaps = [{ at: 0, lasts: 20 }, { at: 60, lasts: 20 }, { at: 120 }]
    expect(planned(ask(30, 100, gaps))).toMatchObject({
      span: [60, 80],
      missing: ['before not-recorded 30000', 'after not-recorded 20000'],
    })
  })

  it('takes of a growing segment what is whole by now', () => {
    const plan = planned(ask(30, 120, [{ at: 0 }, { at: 60, lasts: 25, state: 'recording' }]))
    expect(plan.span).toEqual([30, 85])
    expect(plan.words).toBe('It ends 35 s earlier than asked for: the rest was not filmed yet.')
  })

  it('holds the picture where a segment in the middle was swept', () => {
    const plan = planned(ask(30, 150, [{ at: 0 }, { at: 60, state: 'swept' }, { at: 120 }]))
    expect(plan.pieces.map(([id]) => id)).toEqual(['front-0', 'front-120'])
    expect(plan.words).toContain('stands still for 60 s from 06:01:00Z: that video was removed to make room')
  })

  it('leaves segments aside whose time is not known', () => {
    expect(planned(ask(0, 60, [{ at: null }, { at: 0 }])).pieces).toHaveLength(1)
  })

  it('takes 10 hours', () => {
    const hours = [{ at: 0, lasts: 36_000 }]
    expect(planned(ask(0, 36_000, hours)).span).toEqual([0, 36_000])
  })

  it('says how far off its time may be', () => {
    const given = [{ at: 0, startUncertaintyMs: 20 }, { at: 60, startUncertaintyMs: 120 }, { at: 120 }]
    expect(planClip(ask(0, 100, given))).toMatchObject({ uncertaintyMs: 120 })
    expect(planClip(ask(0, 100, [...given, { at: 61, startUncertaintyMs: null }]))).toMatchObject({
      uncertaintyMs: null,
    })
  })

  it('only counts the gaps where there are many', () => {
    const loose = Array.from({ length: 20 }, (_, index) => ({ at: index * 60, lasts: 58 }))
    expect(planned(ask(0, 1_198, loose)).words).toBe(
      'The picture stands still 19 times, for 38 s in all: nothing was filmed then.',
    )
  })
})

describe('what is hidden', () => {
  it.each([
    [
      'in the middle',
      [span(40, 50)],
      [0, 180],
      [
        [0, 40],
        [50, 60],
      ],
      'inside hidden 10000',
    ],
    ['over a border', [span(50, 60)], [0, 180], [[0, 50]], 'inside hidden 10000'],
    ['at the beginning', [span(-100, 10)], [10, 180], [[10, 60]], 'before hidden 10000'],
    [
      'at the open end',
      [{ fromUtcMs: T + 170_000, toUtcMs: Number.POSITIVE_INFINITY }],
      [0, 170],
      [[0, 60]],
      'after hidden 10000',
    ],
    [
      'twice, one over the other',
      [span(45, 50), span(40, 47)],
      [0, 180],
      [
        [0, 40],
        [50, 60],
      ],
      'inside hidden 10000',
    ],
  ])('is left out %s', (_, hidden, covers, ofFirst, missing) => {
    const plan = planned(ask(0, 180, MINUTES, { hidden }))
    expect(plan.span).toEqual(covers)
    const first = plan.pieces.filter(([id]) => id === 'front-0')
    expect(first.map(([, from, to]) => [from, to])).toEqual(ofFirst.map((ends) => ends.map((second) => second * 1_000)))
    expect(plan.missing).toEqual([missing])
  })

  it('is as much wider as the time may be off', () => {
    const given = MINUTES.map((one) => ({ ...one, startUncertaintyMs: 500 }))
    expect(planned(ask(0, 180, given, { hidden: [span(40, 50)] })).pieces.slice(0, 2)).toEqual([
      ['front-0', 0, 39_500, 11_000],
      ['front-0', 50_500, 60_000, 0],
    ])
  })

  it('counts before the clip, too, where its beginning is decoded', () => {
    const plan = planClip(ask(50.3, 60, MINUTES, { hidden: [span(40, 50.1)] }))
    expect(plan).toMatchObject({ pieces: [{ fromMs: 50_300, clearFromMs: 50_100 }], missing: [] })
  })
})

describe('no clip', () => {
  it.each([
    ['of a reversed span', ask(60, 30, MINUTES), 'reversed', 'The end of the clip lies before its beginning.'],
    ['of no length', ask(30, 30, MINUTES), 'empty', 'The clip has no length: its beginning is its end.'],
    ['of no time', ask(Number.NaN, 30, MINUTES), 'no-time', 'A clip needs a beginning and an end.'],
    [
      'of more than 10 hours',
      { ...ask(0, 36_000, MINUTES), toUtcMs: T + 10 * HOUR_MS + 1 },
      'too-long',
      'A clip can be 10 hours long at most.',
    ],
    [
      'of an unknown camera',
      ask(0, 30, [], { camera: 'side' }),
      'unknown-camera',
      'No camera of the name side filmed this ride: there is front and rear.',
    ],
    ['of a camera without footage', ask(0, 30, []), 'no-footage', 'The camera front has no video of this ride.'],
    [
      'of footage whose time is unknown',
      ask(0, 30, [{ at: null }]),
      'time-unknown',
      'It is not known when the video of this ride was filmed, so that no span of it can be found.',
    ],
    [
      'of footage that was swept',
      ask(0, 30, [{ at: 0, state: 'swept' }, { at: 60 }]),
      'swept',
      'The video of this span was removed to make room for newer video.',
    ],
    [
      'of a span that is all hidden',
      ask(0, 30, MINUTES, { hidden: [span(-1, 31)] }),
      'hidden',
      'All of this span lies in a privacy zone.',
    ],
    ['before the ride', ask(-60, 0, MINUTES), 'outside', 'This span lies outside of what was filmed of the ride.'],
    ['behind the ride', ask(180, 200, MINUTES), 'outside', 'This span lies outside of what was filmed of the ride.'],
    ['in a gap', ask(62, 70, [{ at: 0 }, { at: 120 }]), 'not-recorded', 'Nothing was filmed in this span.'],
  ])('is made %s', (_, asked, why, words) => {
    expect(planClip(asked)).toEqual({ kind: 'refused', why, words })
  })
})
