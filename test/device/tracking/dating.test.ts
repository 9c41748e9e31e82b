import { describe, expect, it } from 'vitest'
import type { Reading } from '../../../core/ride/fix.js'
import { createDating } from '../../../device/tracking/dating.js'
import { BOOT, fixAt, JUNE_UTC_MS } from '../../fakes/readings.js'

/** A fix whose line arrives some milliseconds after its epoch. */
const late = (second: number, latencyMs: number, known: Parameters<typeof fixAt>[2] = {}) => ({
  ...fixAt(second, 0, known),
  at: { bootId: BOOT, monoMs: second * 1_000 + latencyMs },
})
const take = (readings: readonly Reading[]) => {
  const dating = createDating(BOOT, null)
  return readings.map((reading) => dating.take(reading))
}

describe('a fix', () => {
  it('has no UTC before the receiver is believed, and its arrival for a moment', () => {
    expect(take([late(1, 200)])).toMatchObject([
      { anchor: null, dated: { utcMs: null, fix: { at: { monoMs: 1_200 } } } },
    ])
  })

  it('is dated by the receiver once that is believed, and held when the receiver says so', () => {
    const dated = take([late(1, 200), late(2, 50), late(3, 180), late(4, 220)])
    expect(dated[2]).toMatchObject({ anchor: { because: 'first' }, dated: { utcMs: JUNE_UTC_MS + 3_000 } })
    expect(dated[3]).toMatchObject({
      anchor: null,
      dated: { utcMs: JUNE_UTC_MS + 4_000, fix: { at: { monoMs: 4_050 } } },
    })
  })

  it('keeps its moment when the receiver completes it', () => {
    const dated = take([late(1, 200), { ...late(1, 200), altitudeM: 501 }])
    expect(dated.map(({ dated }) => dated?.fix.at.monoMs)).toEqual([1_200, 1_200])
  })

  it('after the receiver was put back a second is a fix of its own', () => {
    const [, , third, fourth] = take([
      late(1, 50),
      late(2, 50),
      late(3, 50),
      late(4, 50, { receiverUtcMs: JUNE_UTC_MS + 3_000 }),
    ])
    expect(third?.dated?.fix.at.monoMs).toBe(3_050)
    expect(fourth?.dated?.fix.at.monoMs).toBe(4_050)
  })

  it('of a receiver that tells a wrong date is dated by the anchor', () => {
    const [, , , dated] = take([
      late(1, 50),
      late(2, 50),
      late(3, 50),
      late(4, 50, { receiverUtcMs: JUNE_UTC_MS - 619_315_200_000 }),
    ])
    expect(dated).toMatchObject({ dated: { utcMs: JUNE_UTC_MS + 4_000, fix: { at: { monoMs: 4_050 } } } })
  })

  it('without a time of its own is dated by the anchor', () => {
    const [, , , dated] = take([late(1, 50), late(2, 50), late(3, 50), late(4, 50, { receiverUtcMs: null })])
    expect(dated?.dated?.utcMs).toBe(JUNE_UTC_MS + 4_000)
  })

  it('is dated at once where an anchor is known from before a restart', () => {
    const known = {
      bootId: BOOT,
      monoMs: 0,
      utcMinusMonoMs: JUNE_UTC_MS,
      uncertaintyMs: 50,
      source: 'satellites',
    } as const
    expect(createDating(BOOT, known).take(late(9, 80)).dated).toMatchObject({ utcMs: JUNE_UTC_MS + 9_000 })
  })
})
