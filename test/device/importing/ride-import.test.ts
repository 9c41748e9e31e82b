import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Importing, MOST_LINE_BYTES, type Outcome } from '../../../core/link/messages.js'
import type { Fix, Reading } from '../../../core/ride/fix.js'
import type { ImportDone, ImportedPoint, SameRide } from '../../../core/ride/imported.js'
import { IMPORTED_PARTS_FROM } from '../../../core/ride/ride.js'
import { gpxReadings } from '../../../device/gps/gpx-log.js'
import { importRide, type Keeping, type RideImport } from '../../../device/importing/ride-import.js'
import { createTracker } from '../../../device/tracking/tracker.js'
import { fixAt, JUNE_UTC_MS } from '../../fakes/readings.js'

const RIDE = 'ride'
const DAY_MS = 86_400_000
const NOTHING_ELSE = { undated: 0, unplaced: 0, nonsense: 0 }

/** At a second of the log, by its own time, 5 m/s to the east. */
const logged = (second: number, eastM = second * 5): Fix => {
  const fix = fixAt(second, eastM)
  return { ...fix, at: { ...fix.at, monoMs: JUNE_UTC_MS + second * 1_000 } }
}
const NO_FIX: Reading = { ...logged(0), kind: 'no-fix', state: 'no-fix' }

interface Kept extends Keeping {
  /** The kinds of what was asked, in order. */
  readonly asked: string[]
  readonly points: ImportedPoint[]
  readonly pages: { readonly part: number; readonly points: number }[]
  done: ImportDone | null
}

/** @param answers what to say to a kind of wish instead of doing it */
function keepingOf(answers: Partial<Record<Importing['kind'], Outcome | { kind: 'away' }>> = {}): Kept {
  const keeping: Kept = {
    asked: [],
    points: [],
    pages: [],
    done: null,
    sameRide: async () => null,
    ask: async (wish) => {
      keeping.asked.push(wish.kind)
      const answer = answers[wish.kind]
      if (answer !== undefined) return answer
      if (wish.kind === 'import-points') {
        keeping.pages.push({ part: wish.part - IMPORTED_PARTS_FROM, points: wish.points.length })
        keeping.points.push(...wish.points)
      }
      if (wish.kind === 'import-end') keeping.done = wish.ride
      return { kind: 'done' }
    },
  }
  return keeping
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
    gap: tracker.gap,
    take: (fix) => tracker.take(fix).filter((event) => event.kind === 'fix'),
    end: () => ({ totals: tracker.ride()?.totals ?? null, preview: 'preview', timeZone: 'Europe/Berlin' }),
  }
}

function importOf(fixes: readonly Reading[], keeping: Keeping, more: Partial<RideImport> = {}) {
  return importRide({
    file: 'ride.log',
    rideId: RIDE,
    name: 'Round the lake',
    simulated: false,
    recorded: async function* (onEnd) {
      for (let from = 0; from < fixes.length; from += 700) yield { part: 0, readings: fixes.slice(from, from + 700) }
      onEnd({ ...NOTHING_ELSE, undated: 12, nonsense: 2 })
    },
    tellsParts: false,
    maker: makerOf(),
    keeping,
    signal: new AbortController().signal,
    ...more,
  })
}

const seconds = (count: number): Fix[] => Array.from({ length: count }, (_, second) => logged(second))

describe('a log that is taken in', () => {
  it('is one ride with all its points in pages, which is seen once it is whole', async () => {
    const keeping = keepingOf()
    const imported = await importOf([NO_FIX, ...seconds(2_500)], keeping)
    expect(keeping.asked).toEqual(['import-begin', ...Array(3).fill('import-points'), 'import-end'])
    expect(keeping.pages).toEqual([1_150, 1_150, 200].map((points) => ({ part: 0, points })))
    expect(keeping.points).toEqual(
      seconds(2_500).map(({ at, latDeg, lonDeg }) => [at.monoMs, latDeg, lonDeg, 500, null, null, 4, 3, 9, 0.9, null]),
    )
    expect(imported).toEqual({
      rideId: RIDE,
      isKnown: false,
      name: 'Round the lake',
      startedUtcMs: JUNE_UTC_MS,
      endedUtcMs: JUNE_UTC_MS + 2_499_000,
      taken: 2_500,
      leftOut: 0,
      skipped: { withoutTime: 12, withoutPosition: 0, outOfOrder: 0, misdated: 0, nonsense: 2 },
    })
    expect(keeping.done).toMatchObject({
      id: RIDE,
      startedUtcMs: JUNE_UTC_MS,
      endedUtcMs: JUNE_UTC_MS + 2_499_000,
      preview: 'preview',
      timeZone: 'Europe/Berlin',
      totals: { lastFixMonoMs: JUNE_UTC_MS + 2_499_000 },
    })
    expect(keeping.done?.totals.distanceM).toBeCloseTo(2_499 * 5, -2)
  })

  it('stays marked where it says that nobody has ridden it', async () => {
    const keeping = keepingOf()
    await importOf(seconds(10), keeping, { simulated: true })
    expect(keeping.done?.simulated).toBe(true)
  })

  it('fits into the lines of the link, whatever digits its figures have', async () => {
    const lines: string[] = []
    const keeping: Keeping = {
      ...keepingOf(),
      ask: async (wish) => {
        lines.push(JSON.stringify({ kind: 'wish', id: 1_000_000, wish }))
        return { kind: 'done' }
      },
    }
    const long = { altitudeM: 400 * Math.PI, speedMps: Math.E, courseDeg: 40 * Math.PI }
    const sky = { satellitesUsed: 1_000, satellitesInView: null, hdop: 30 * Math.PI, toldMonoMs: null }
    const fixes = seconds(3_000).map((fix) => ({ ...fix, ...long, accuracyM: 1e5 * Math.PI, sky }))
    await importOf(fixes, keeping)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(MOST_LINE_BYTES)
    expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(MOST_LINE_BYTES / 2)
  })

  it('is called whole only when its last page is on the card', async () => {
    const order: string[] = []
    const keeping: Keeping = {
      ...keepingOf(),
      ask: async ({ kind }) => {
        if (kind === 'import-points') await sleep(10)
        order.push(kind)
        return { kind: 'done' }
      },
    }
    await importOf(seconds(2_500), keeping)
    expect(order).toEqual(['import-begin', ...Array(3).fill('import-points'), 'import-end'])
  })

  it('that was taken in before is not taken again', async () => {
    const keeping = keepingOf()
    const asked: SameRide[] = []
    const sameRide = async (ride: SameRide) => {
      asked.push(ride)
      return 'other'
    }
    expect(await importOf(seconds(2_500), { ...keeping, sameRide })).toMatchObject({ rideId: 'other', isKnown: true })
    const track = { startedUtcMs: JUNE_UTC_MS, endedUtcMs: JUNE_UTC_MS + 2_499_000, taken: 2_500, leftOut: 0 }
    expect(asked).toEqual([{ simulated: false, ...track }])
    expect(keeping.asked.at(-1)).toBe('import-abandon')
    expect(keeping.asked).not.toContain('import-end')
  })

  it('has its gaps where fixes stop, for a receiver', async () => {
    const keeping = keepingOf()
    await importOf([...seconds(100), ...seconds(100).map((fix) => later(fix, 105_100))], keeping)
    expect(keeping.pages).toEqual([0, 1].map((part) => ({ part, points: 100 })))
  })

  it('has no gaps but real ones where a point comes every 20 s', async () => {
    const keeping = keepingOf()
    const sparse = Array.from({ length: 100 }, (_, index) => logged(index * 20 + (index < 50 ? 0 : 100)))
    await importOf(sparse, keeping)
    expect(keeping.pages).toEqual([0, 1].map((part) => ({ part, points: 50 })))
  })

  it('has its gaps where it says so, for a GPX', async () => {
    const keeping = keepingOf()
    const recorded: RideImport['recorded'] = async function* () {
      yield { part: 0, readings: [logged(0), logged(60), logged(61)] }
      yield { part: 1, readings: [logged(62), logged(63)] }
    }
    await importOf([], keeping, { recorded, tellsParts: true })
    expect(keeping.pages).toEqual([
      { part: 0, points: 3 },
      { part: 1, points: 2 },
    ])
  })

  it.each([
    [19, 20_000],
    [21, 0],
    [3 * 1_440, 0],
  ])('after %d minutes of nothing counts %d m to where it goes on', async (minutes, wayM) => {
    const keeping = keepingOf()
    // 20 km in 19 minutes: the train, or not.
    const after = Array.from({ length: 100 }, (_, second) =>
      later(logged(second, 20_495 + second * 5), 99_000 + minutes * 60_000),
    )
    const recorded: RideImport['recorded'] = async function* () {
      yield { part: 0, readings: seconds(100) }
      yield { part: 1, readings: after }
    }
    await importOf([], keeping, { recorded, tellsParts: true })
    const { distanceM = 0, elapsedMs } = keeping.done?.totals ?? {}
    expect(distanceM - 2 * 99 * 5).toBeGreaterThan(wayM - 30)
    expect(distanceM - 2 * 99 * 5).toBeLessThan(wayM + 30)
    expect(elapsedMs).toBe(198_000 + minutes * 60_000)
  })

  it('counts the way between two points of one part, however long that took', async () => {
    const keeping = keepingOf()
    const recorded: RideImport['recorded'] = async function* () {
      yield { part: 0, readings: Array.from({ length: 10 }, (_, index) => logged(index * 1_800, index * 9_000)) }
    }
    await importOf([], keeping, { recorded, tellsParts: true })
    expect(keeping.done?.totals.distanceM).toBeCloseTo(81_000, -3)
  })

  it.each([1, 59, 60, 61])('is whole with %d points', async (count) => {
    const keeping = keepingOf()
    expect((await importOf(seconds(count), keeping)).taken).toBe(count)
    expect(keeping.points).toHaveLength(count)
  })

  it('is one ride over a night', async () => {
    const fixes = [...seconds(10), ...seconds(10).map((fix) => later(fix, DAY_MS))]
    expect(await importOf(fixes, keepingOf())).toMatchObject({ taken: 20, endedUtcMs: JUNE_UTC_MS + DAY_MS + 9_000 })
  })

  it('keeps no time twice and none that goes back, and counts them', async () => {
    const keeping = keepingOf()
    const fixes = [...seconds(100), logged(99, 5_000), logged(50, 5_000), logged(100)]
    expect(await importOf(fixes, keeping)).toMatchObject({ taken: 101, skipped: { outOfOrder: 2 } })
    expect(keeping.points).toHaveLength(101)
  })

  it('keeps what cannot be true, marked, and counts what turned out to be true after all', async () => {
    const keeping = keepingOf()
    const wild = logged(100, 90_000)
    const elsewhere = [101, 102, 103].map((second) => logged(second, 50_000 + second * 5))
    const imported = await importOf([...seconds(100), wild, ...elsewhere], keeping)
    expect(imported).toMatchObject({ taken: 103, leftOut: 1, skipped: { outOfOrder: 0 } })
    const verdicts = new Map(keeping.points.map((point) => [point[0], point[10]]))
    expect(verdicts.get(wild.at.monoMs)).toBe('implausible-jump')
    expect(elsewhere.map(({ at }) => verdicts.get(at.monoMs))).toEqual([null, null, null])
    expect(keeping.points).toHaveLength(104)
  })

  it.each([
    ['1024 weeks early', -1024 * 7 * DAY_MS],
    ['years late', 9 * 365 * DAY_MS],
  ])('begins where its time is right, after fixes %s', async (_when, byMs) => {
    const keeping = keepingOf()
    const wrong = [0, 1, 2].map((second) => later(logged(second), byMs))
    const right = seconds(100).slice(3)
    expect(await importOf([...wrong, ...right], keeping)).toMatchObject({
      startedUtcMs: JUNE_UTC_MS + 3_000,
      taken: 97,
      skipped: { misdated: 3, outOfOrder: 0 },
    })
    expect(keeping.points).toHaveLength(97)
  })
})

describe('of a log that cannot be taken in nothing stays', () => {
  it('because it has no position', async () => {
    const keeping = keepingOf()
    await expect(importOf([NO_FIX], keeping)).rejects.toThrow(new Error('ride.log has no position that has a time'))
    expect(keeping.asked.at(-1)).toBe('import-abandon')
    expect(keeping.asked).not.toContain('import-end')
  })

  it('because it breaks off', async () => {
    const keeping = keepingOf()
    const recorded = async function* () {
      yield { part: 0, readings: seconds(5_000) }
      throw new Error('ride.log is not well-formed XML: line 812: unexpected close tag')
    }
    await expect(importOf([], keeping, { recorded })).rejects.toThrow('line 812')
    expect(keeping.asked).toEqual(['import-begin', ...Array(4).fill('import-points'), 'import-abandon'])
  })

  it.each([
    ['import-begin', { kind: 'refused', reason: 'another import is under way' }, 'another import is under way', false],
    ['import-points', { kind: 'away' }, 'the device went away', true],
    ['import-end', { kind: 'away' }, 'the device went away', true],
    ['import-end', { kind: 'unknown' }, 'another import has taken its place', false],
  ] as const)('because %s is answered %j', async (kind, answer, because, isCleared) => {
    const keeping = keepingOf({ [kind]: answer })
    await expect(importOf(seconds(5_000), keeping)).rejects.toThrow(new Error(`ride.log was not taken in: ${because}`))
    // What is there now may be somebody else's import.
    expect(keeping.asked.includes('import-abandon')).toBe(isCleared)
  })

  it('because it was stopped, which closes the log too', async () => {
    const keeping = keepingOf()
    const stopping = new AbortController()
    let isClosed = false
    const recorded = async function* () {
      try {
        for (;;) {
          yield { part: 0, readings: seconds(100) }
          stopping.abort()
        }
      } finally {
        isClosed = true
      }
    }
    await expect(importOf([], keeping, { recorded, signal: stopping.signal })).rejects.toThrow(
      new Error('ride.log was not taken in: it was stopped, and nothing of it is kept'),
    )
    expect(keeping.asked.at(-1)).toBe('import-abandon')
    expect(isClosed).toBe(true)
  })

  const isLong = process.env['SPOKECAM_TEST'] === 'long'
  const mostPoints = isLong ? 2_000_000 : 50_000
  it(`because it has ${isLong ? 'ten million points' : 'five times as many points as it may'}, in bounded memory`, async () => {
    const keeping = keepingOf()
    const asleep: Keeping = {
      ...keeping,
      ask: async (wish) => (wish.kind === 'import-points' ? { kind: 'done' } : keeping.ask(wish)),
    }
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
    const recorded: RideImport['recorded'] = (onEnd) =>
      gpxReadings(pieces(), { bootId: 'log', onEnd: (told) => onEnd({ ...NOTHING_ELSE, ...told }) })
    const heapBytes = process.memoryUsage().heapUsed
    const importing = importOf([], asleep, { recorded, ...(isLong ? {} : { mostPoints }) })
    await expect(importing).rejects.toThrow(
      new Error(`ride.log has over ${mostPoints.toLocaleString('en')} points: too many for one ride`),
    )
    expect(process.memoryUsage().heapUsed - heapBytes).toBeLessThan(150 * 1024 * 1024)
    expect(given).toBeLessThan(mostPoints + 2_000)
    expect(keeping.asked.at(-1)).toBe('import-abandon')
  }, 120_000)
})

function later(fix: Fix, byMs: number): Fix {
  return { ...fix, at: { ...fix.at, monoMs: fix.at.monoMs + byMs }, receiverUtcMs: (fix.receiverUtcMs ?? 0) + byMs }
}
