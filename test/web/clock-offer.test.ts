import { describe, expect, it } from 'vitest'
import type { Now } from '../../core/ride/now.js'
import { createClockOffer } from '../../web/clock-offer.js'
import { aNow } from '../fakes/a-device.js'

describe("the phone's time", () => {
  const offersFor = (pictures: readonly (readonly [second: number, known: Partial<Now>])[]) => {
    const offered: number[] = []
    let nowMs = 0
    const tell = createClockOffer(
      (utcMs) => offered.push(utcMs),
      () => nowMs,
    )
    for (const [second, known] of pictures) {
      nowMs = second * 1_000
      tell(aNow(known))
    }
    return offered
  }

  it.each([
    ['is offered to a device without one', [[5, {}]], [5_000]],
    [
      'is offered again after a minute, not before',
      [
        [0, {}],
        [59, {}],
        [60, {}],
      ],
      [0, 60_000],
    ],
    [
      'is offered anew to a device that took it',
      [
        [0, {}],
        [70, { timeSource: 'phone' }],
      ],
      [0, 70_000],
    ],
    ['is not offered where satellites told the time', [[0, { timeSource: 'satellites' }]], []],
    ['is not offered to a device that was seen long ago', [[0, { deviceSeenMsAgo: 90_000 }]], []],
  ] as const)('%s', (_, pictures, expected) => {
    expect(offersFor(pictures)).toEqual(expected)
  })
})
