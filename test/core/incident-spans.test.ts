/** What a saved moment reaches over, with power cuts in between. */
import { describe, expect, it } from 'vitest'
import type { Anchor } from '../../core/ride/clock.js'
import { type BootOfMoment, placeMoment } from '../../core/store/incident-spans.js'
import { JUNE_UTC_MS } from '../fakes/readings.js'

const END = Number.MAX_SAFE_INTEGER

/** A boot that began so many seconds into the morning, or nobody knows when. */
function boot(bootNumber: number, beganS: number | null, footageEndS = 0): BootOfMoment {
  const anchor: Anchor = {
    ...{ bootId: `boot ${bootNumber}`, monoMs: 5_000, uncertaintyMs: 50, source: 'satellites' },
    utcMinusMonoMs: JUNE_UTC_MS + (beganS ?? 0) * 1_000,
  }
  return { bootNumber, anchors: beganS === null ? [] : [anchor], footageEndMonoMs: footageEndS * 1_000 }
}

/** Boot, from and to in seconds. */
type Reach = readonly [bootNumber: number, fromS: number, toS: number]

function placed(atS: number, present: BootOfMoment, earlier: readonly BootOfMoment[] = []) {
  const moment = placeMoment({ atMonoMs: atS * 1_000, beforeMs: 60_000, afterMs: 60_000 }, present, earlier)
  const { bootNumber, atMonoMs, beforeMs, spans } = moment
  const reaches = spans.map(
    (span): Reach => [span.bootNumber, span.fromMonoMs / 1_000, span.toMonoMs === END ? END : span.toMonoMs / 1_000],
  )
  return { at: [bootNumber, atMonoMs / 1_000], beforeS: beforeMs / 1_000, reaches }
}

describe('a moment of this boot', () => {
  it.each<[string, number, BootOfMoment, BootOfMoment[], Reach[]]>([
    ['within one boot', 100, boot(3, null), [boot(2, null, 500)], [[3, 40, 160]]],
    ['exactly as old as the reach', 60, boot(3, null), [boot(2, null, 500)], [[3, 0, 120]]],
    ['in the first boot of all', 20, boot(1, null), [], [[1, 0, 80]]],
    [
      'after a power cut, by how long they ran where no time is known',
      20,
      boot(3, null),
      [boot(2, null, 500), boot(1, null, 900)],
      [
        [3, 0, 80],
        [2, 460, END],
      ],
    ],
    [
      'where only this boot knows its time',
      20,
      boot(3, 1_000),
      [boot(2, null, 500)],
      [
        [3, 0, 80],
        [2, 460, END],
      ],
    ],
    [
      'by satellite time where both boots know it: the power was away for 10 s',
      20,
      boot(3, 1_010),
      [boot(2, 500, 500)],
      [
        [3, 0, 80],
        [2, 470, END],
      ],
    ],
    [
      'over a boot that flickered, into the one before it',
      20,
      boot(4, null),
      [boot(3, null, 5), boot(2, null, 500), boot(1, null, 900)],
      [
        [4, 0, 80],
        [3, 0, END],
        [2, 465, END],
      ],
    ],
    [
      'over a boot that recorded nothing',
      20,
      boot(4, 1_010),
      [boot(3, null), boot(2, 500, 500)],
      [
        [4, 0, 80],
        [3, 0, END],
        [2, 470, END],
      ],
    ],
  ])('reaches %s', (_, atS, present, earlier, reaches) => {
    expect(placed(atS, present, earlier)).toEqual({ at: [present.bootNumber, atS], beforeS: 60, reaches })
  })

  it('keeps nothing of a boot that was over long before it', () => {
    // Boot 2 ended at second 600, the moment reaches back to second 4,960.
    const { reaches } = placed(20, boot(3, 5_000), [boot(2, 100, 500)])
    expect(reaches[1]?.[0]).toBe(2)
    expect(reaches[1]?.[1]).toBeGreaterThan(500)
    expect(reaches).toHaveLength(2)
  })
})

describe('a moment before this boot began', () => {
  it('lies in the boot that satellites say, and reaches on into this one', () => {
    // Boot 2 ran from second 500 on, boot 3 begins at second 1,010; 40 s before that is second 470 of boot 2.
    expect(placed(-40, boot(3, 1_010), [boot(2, 500, 490)])).toEqual({
      at: [2, 470],
      beforeS: 60,
      reaches: [
        [2, 410, 530],
        [3, 0, 20],
      ],
    })
  })

  it('reaches on over every boot since', () => {
    const earlier = [boot(3, 1_000, 5), boot(2, 500, 490)]
    expect(placed(-40, boot(4, 1_010), earlier).reaches).toEqual([
      [2, 410, 530],
      [4, 0, 20],
      [3, 0, 30],
    ])
  })

  it('lies in a boot long ago, and keeps nothing of those since', () => {
    const earlier = [boot(3, 3_000, 500), boot(2, 1_000, 500)]
    expect(placed(-3_900, boot(4, 5_000), earlier)).toEqual({ at: [2, 100], beforeS: 60, reaches: [[2, 40, 160]] })
  })

  it.each<[string, BootOfMoment, BootOfMoment]>([
    ['where nobody knows the time', boot(3, null), boot(2, null, 500)],
    ['where the boot before never knew it', boot(3, 1_000), boot(2, null, 500)],
  ])('is put at its beginning and reaches back as far as was asked for, %s', (_, present, before) => {
    expect(placed(-40, present, [before])).toEqual({
      at: [3, 0],
      beforeS: 100,
      reaches: [
        [3, 0, 60],
        [2, 400, END],
      ],
    })
  })

  it('while the power was away is put at its beginning, and keeps what was recorded before that', () => {
    // Off from second 1,000 to 1,200; the moment is second 1,120, its reach begins at second 1,060.
    expect(placed(-80, boot(3, 1_200), [boot(2, 500, 500)])).toMatchObject({ at: [3, 0], beforeS: 140 })
    // Second 1,020: its reach begins at second 960, which is 460 of boot 2.
    expect(placed(-180, boot(3, 1_200), [boot(2, 500, 500)]).reaches).toEqual([
      [3, 0, 60],
      [2, 460, END],
    ])
  })
})
