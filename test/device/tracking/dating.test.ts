import { describe, expect, it } from 'vitest'
import { type Anchor, WEEK_ROLLOVER_MS } from '../../../core/ride/clock.js'
import type { Reading } from '../../../core/ride/fix.js'
import { createDating } from '../../../device/tracking/dating.js'
import { BOOT, fixAt, JUNE_UTC_MS } from '../../fakes/readings.js'

/** A fix whose line arrives some milliseconds after its epoch. */
const late = (second: number, latencyMs: number, known: Parameters<typeof fixAt>[2] = {}) => ({
  ...fixAt(second, 0, known),
  at: { bootId: BOOT, monoMs: second * 1_000 + latencyMs },
})
const take = (readings: readonly Reading[]) => {
  const dating = createDating({ bootId: BOOT, known: [], isLive: true })
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

  it('at 10 Hz keeps its order when the anchor turns out to be late', () => {
    const at = (tenth: number, latencyMs: number) => ({
      ...fixAt(0, 0),
      at: { bootId: BOOT, monoMs: tenth * 100 + latencyMs },
      receiverUtcMs: JUNE_UTC_MS + tenth * 100,
    })
    const held = take([at(1, 250), at(2, 250), at(3, 250), at(4, 250), at(5, 20), at(6, 20), at(9, 20)])
    const moments = held.map(({ dated }) => dated?.fix.at.monoMs)
    expect(moments).toEqual([350, 450, 550, 650, 651, 652, 920])
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
    expect(createDating({ bootId: BOOT, known: [known], isLive: true }).take(late(9, 80)).dated).toMatchObject({
      utcMs: JUNE_UTC_MS + 9_000,
    })
  })

  it('of a live receiver that lags a week rollover is dated right, and the clock says why', () => {
    const told = [1, 2, 3, 4].map((second) => ({
      ...late(second, 50),
      receiverUtcMs: JUNE_UTC_MS + second * 1_000 - WEEK_ROLLOVER_MS,
    }))
    const dated = take(told)
    expect(dated[2]?.anchor).toMatchObject({ because: 'week-rollover', byMs: WEEK_ROLLOVER_MS })
    expect(dated[3]?.dated).toMatchObject({ utcMs: JUNE_UTC_MS + 4_000 })
  })

  it('of a recorded ride keeps its year', () => {
    const dating = createDating({ bootId: BOOT, known: [], isLive: false })
    const year2019Ms = Date.UTC(2019, 3, 7)
    const told = [1, 2, 3].map((second) => ({ ...late(second, 50), receiverUtcMs: year2019Ms + second * 1_000 }))
    expect(told.map((reading) => dating.take(reading).dated?.utcMs)).toEqual([null, null, year2019Ms + 3_000])
  })
})

describe("a phone's time", () => {
  const offered = (known: readonly Anchor[] = []) => createDating({ bootId: BOOT, known, isLive: true })
  const satellites: Anchor = { bootId: BOOT, monoMs: 0, utcMinusMonoMs: 0, uncertaintyMs: 50, source: 'satellites' }

  it('is taken while nothing better is known, marked and with its uncertainty, and dates no fix', () => {
    const dating = offered()
    expect(dating.offer(JUNE_UTC_MS + 5_000, 5_000)).toMatchObject({ source: 'phone', uncertaintyMs: 2_000 })
    expect(dating.anchor()).toMatchObject({ utcMinusMonoMs: JUNE_UTC_MS, source: 'phone' })
    expect(dating.take(late(6, 50)).dated?.utcMs).toBeNull()
  })

  it.each([
    ['where a receiver is believed', [satellites], JUNE_UTC_MS],
    ['that cannot be true', [], 0],
    ['again within a minute', [{ ...satellites, source: 'phone' as const }], JUNE_UTC_MS],
  ])('is not taken %s', (_, known, utcMs) => {
    expect(offered(known).offer(utcMs, 5_000)).toBeNull()
  })

  it('makes way for a receiver', () => {
    const dating = offered()
    dating.offer(JUNE_UTC_MS + 3_600_000, 500)
    for (const second of [1, 2, 3]) dating.take(late(second, 0))
    expect(dating.anchor()).toMatchObject({ utcMinusMonoMs: JUNE_UTC_MS, source: 'satellites' })
  })
})
