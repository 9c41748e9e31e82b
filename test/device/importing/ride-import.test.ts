import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Fix, Reading } from '../../../core/ride/fix.js'
import type { JudgedFix } from '../../../core/store/track.js'
import { gpxReadings } from '../../../device/gps/gpx-log.js'
import type { RideKeeper } from '../../../device/importing/keeper.js'
import { importRide, type RideImport } from '../../../device/importing/ride-import.js'
import { createTracker } from '../../../device/tracking/tracker.js'
import { fixAt, JUNE_UTC_MS } from '../../fakes/readings.js'

const RIDE = 'ride'
const DAY_MS = 86_400_000
const NOTHING_ELSE = { name: null, undated: 0, unplaced: 0, nonsense: 0 }

/** At a second of the log, by its own time, 5 m/s to the east. */
const logged = (second: number, eastM = second * 5): Fix => {
  const fix = fixAt(second, eastM)
  return { ...fix, at: { ...fix.at, monoMs: JUNE_UTC_MS + second * 1_000 } }
}
const NO_FIX: Reading = { ...logged(0), kind: 'no-fix', state: 'no-fix' }

interface Kept extends RideKeeper {
  readonly calls: string[]
  readonly kept: JudgedFix[]
  readonly pages: number[]
  ended: Parameters<RideKeeper['end']>[1] | null
}

function keeperOf(fails: (call: string) => boolean = () => false): Kept {
  const done = async (call: string) => {
    keeper.calls.push(call)
    if (fails(call)) throw new Error(`no ${call}`)
  }
  const keeper: Kept = {
    calls: [],
    kept: [],
    pages: [],
    ended: null,
    begin: (id) => done(`begin ${id}`),
    points: async (id, points) => {
      await done(`points ${id}`)
      keeper.pages.push(points.length)
      keeper.kept.push(...points)
    },
    end: async (id, ended) => {
      await done(`end ${id}`)
      keeper.ended = ended
    },
    abandon: (id) => done(`abandon ${id}`),
  }
  return keeper
}

/** What a tracker makes of it, as the device joins them. */
function makerOf(): RideImport['maker'] {
  const tracker = createTracker({
    splitAfterMs: Number.POSITIVE_INFINITY,
    newRideId: () => RIDE,
    begin: 'power',
    resumed: null,
  })
  return {
    take: (fix) => tracker.take(fix).filter((event) => event.kind === 'fix'),
    totals: () => tracker.ride()?.totals ?? null,
    preview: () => 'preview',
  }
}

function importOf(fixes: readonly Reading[], keeper: RideKeeper, more: Partial<RideImport> = {}) {
  return importRide({
    file: 'ride.log',
    rideId: RIDE,
    readings: async function* (onEnd) {
      for (let from = 0; from < fixes.length; from += 700) yield fixes.slice(from, from + 700)
      onEnd({ ...NOTHING_ELSE, name: 'Round the lake', undated: 12, nonsense: 2 })
    },
    maker: makerOf(),
    keeper,
    signal: new AbortController().signal,
    ...more,
  })
}

const seconds = (count: number): Fix[] => Array.from({ length: count }, (_, second) => logged(second))

describe('a log that is taken in', () => {
  it('is one ride with all its points in pages, which is seen once it is whole', async () => {
    const keeper = keeperOf()
    const imported = await importOf([NO_FIX, ...seconds(4_500)], keeper)
    expect(keeper.calls).toEqual([`begin ${RIDE}`, ...Array(3).fill(`points ${RIDE}`), `end ${RIDE}`])
    expect(keeper.pages).toEqual([2_000, 2_000, 500])
    expect(keeper.kept.map(({ fix }) => fix)).toEqual(seconds(4_500))
    expect(keeper.kept.every(({ fix, utcMs, leftOut }) => utcMs === fix.receiverUtcMs && leftOut === null)).toBe(true)
    expect(imported).toEqual({
      rideId: RIDE,
      name: 'Round the lake',
      startedUtcMs: JUNE_UTC_MS,
      endedUtcMs: JUNE_UTC_MS + 4_499_000,
      taken: 4_500,
      leftOut: 0,
      skipped: { withoutTime: 12, withoutPosition: 0, outOfOrder: 0, misdated: 0, nonsense: 2 },
    })
    expect(keeper.ended).toMatchObject({
      name: 'Round the lake',
      startedUtcMs: JUNE_UTC_MS,
      endedUtcMs: JUNE_UTC_MS + 4_499_000,
      preview: 'preview',
      totals: { lastFixMonoMs: JUNE_UTC_MS + 4_499_000 },
    })
    expect(keeper.ended?.totals.distanceM).toBeCloseTo(4_499 * 5, -2)
  })

  it('is called whole only when its last page is on the card', async () => {
    const order: string[] = []
    const keeper: RideKeeper = {
      ...keeperOf(),
      points: async (_id, points) => {
        await sleep(10)
        order.push(`kept ${points.length}`)
      },
      end: async () => void order.push('end'),
    }
    await importOf(seconds(4_500), keeper)
    expect(order).toEqual(['kept 2000', 'kept 2000', 'kept 500', 'end'])
  })

  it.each([1, 59, 60, 61])('is whole with %d points', async (count) => {
    const keeper = keeperOf()
    expect((await importOf(seconds(count), keeper)).taken).toBe(count)
    expect(keeper.kept).toHaveLength(count)
  })

  it('is one ride over a night', async () => {
    const fixes = [...seconds(10), ...seconds(10).map((fix) => later(fix, DAY_MS))]
    expect(await importOf(fixes, keeperOf())).toMatchObject({ taken: 20, endedUtcMs: JUNE_UTC_MS + DAY_MS + 9_000 })
  })

  it('keeps no time twice and none that goes back, and counts them', async () => {
    const keeper = keeperOf()
    const fixes = [...seconds(100), logged(99, 5_000), logged(50, 5_000), logged(100)]
    expect(await importOf(fixes, keeper)).toMatchObject({ taken: 101, skipped: { outOfOrder: 2 } })
    expect(keeper.kept).toHaveLength(101)
  })

  it('keeps what cannot be true, marked, and counts what turned out to be true after all', async () => {
    const keeper = keeperOf()
    const wild = logged(100, 90_000)
    const elsewhere = [101, 102, 103].map((second) => logged(second, 50_000 + second * 5))
    const imported = await importOf([...seconds(100), wild, ...elsewhere], keeper)
    expect(imported).toMatchObject({ taken: 103, leftOut: 1, skipped: { outOfOrder: 0 } })
    const verdicts = new Map(keeper.kept.map(({ fix, leftOut }) => [fix, leftOut]))
    expect(verdicts.get(wild)).toBe('implausible-jump')
    expect(elsewhere.map((fix) => verdicts.get(fix))).toEqual([null, null, null])
  })

  it.each([
    ['1024 weeks early', -1024 * 7 * DAY_MS],
    ['years late', 9 * 365 * DAY_MS],
  ])('begins where its time is right, after fixes %s', async (_when, byMs) => {
    const keeper = keeperOf()
    const wrong = [0, 1, 2].map((second) => later(logged(second), byMs))
    const right = seconds(100).slice(3)
    expect(await importOf([...wrong, ...right], keeper)).toMatchObject({
      startedUtcMs: JUNE_UTC_MS + 3_000,
      taken: 97,
      skipped: { misdated: 3, outOfOrder: 0 },
    })
    expect(keeper.kept).toHaveLength(97)
  })
})

describe('of a log that cannot be taken in nothing stays', () => {
  it('because it has no position', async () => {
    const keeper = keeperOf()
    await expect(importOf([NO_FIX], keeper)).rejects.toThrow(new Error('ride.log has no position that has a time'))
    expect(keeper.calls.at(-1)).toBe(`abandon ${RIDE}`)
    expect(keeper.calls).not.toContain(`end ${RIDE}`)
  })

  it('because it breaks off', async () => {
    const keeper = keeperOf()
    const readings = async function* () {
      yield seconds(5_000)
      throw new Error('ride.log is not well-formed XML: line 812: unexpected close tag')
    }
    await expect(importOf([], keeper, { readings })).rejects.toThrow('line 812')
    expect(keeper.calls).toEqual([`begin ${RIDE}`, ...Array(2).fill(`points ${RIDE}`), `abandon ${RIDE}`])
  })

  it.each(['begin', 'points', 'end'])('because the card fails: %s', async (call) => {
    const keeper = keeperOf((called) => called === `${call} ${RIDE}` || called === `abandon ${RIDE}`)
    await expect(importOf(seconds(5_000), keeper)).rejects.toThrow(new Error(`no ${call} ${RIDE}`))
    expect(keeper.calls.at(-1)).toBe(`abandon ${RIDE}`)
  })

  it('because it was stopped, which closes the log too', async () => {
    const keeper = keeperOf()
    const stopping = new AbortController()
    let isClosed = false
    const readings = async function* () {
      try {
        for (;;) {
          yield seconds(100)
          stopping.abort()
        }
      } finally {
        isClosed = true
      }
    }
    await expect(importOf([], keeper, { readings, signal: stopping.signal })).rejects.toThrow('abort')
    expect(keeper.calls.at(-1)).toBe(`abandon ${RIDE}`)
    expect(isClosed).toBe(true)
  })

  const isLong = process.env['SPOKECAM_TEST'] === 'long'
  const mostPoints = isLong ? 2_000_000 : 50_000
  it(`because it has ${isLong ? 'ten million points' : 'five times as many points as it may'}, in bounded memory`, async () => {
    const keeper = keeperOf()
    const asleep = { ...keeper, points: async () => {} }
    let given = 0
    const pieces = async function* () {
      yield '<gpx><trk><trkseg>'
      for (; given < mostPoints * 5; given += 1_000) {
        yield Array.from({ length: 1_000 }, (_, index) => {
          const time = new Date(JUNE_UTC_MS + (given + index) * 1_000).toISOString()
          return `<trkpt lat="48.1" lon="11.5"><time>${time}</time></trkpt>`
        }).join('')
      }
      yield '</trkseg></trk></gpx>'
    }
    const readings: RideImport['readings'] = (onEnd) =>
      gpxReadings(pieces(), { bootId: 'log', onEnd: (told) => onEnd({ ...NOTHING_ELSE, ...told }) })
    const heapBytes = process.memoryUsage().heapUsed
    const importing = importOf([], asleep, { readings, ...(isLong ? {} : { mostPoints }) })
    await expect(importing).rejects.toThrow(
      new Error(`ride.log has over ${mostPoints.toLocaleString('en')} points: too many for one ride`),
    )
    expect(process.memoryUsage().heapUsed - heapBytes).toBeLessThan(150 * 1024 * 1024)
    expect(given).toBeLessThan(mostPoints + 2_000)
    expect(keeper.calls.at(-1)).toBe(`abandon ${RIDE}`)
  }, 120_000)
})

function later(fix: Fix, byMs: number): Fix {
  return { ...fix, at: { ...fix.at, monoMs: fix.at.monoMs + byMs }, receiverUtcMs: (fix.receiverUtcMs ?? 0) + byMs }
}
