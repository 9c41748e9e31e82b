/** The line behind the rider: fetched once, carried on by fixes. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Track, TrackVertex } from '../../core/api/shapes.js'
import type { PublicFix } from '../../core/ride/fix.js'
import type { Place } from '../../web/outline.js'
import { createTrail, type Trail } from '../../web/trail.js'

const T = Date.UTC(2026, 10, 21, 8, 15, 3)
/** Metres in a degree of latitude, roughly: fixes here go north. */
const DEGREE_M = 111_195

let nowMs = 0
let asked: { readonly rideId: string; readonly answer: (track: Track | null) => void }[] = []
let shown: Place[][] = []
let trail: Trail

beforeEach(() => {
  nowMs = 5_000_000
  asked = []
  shown = []
  trail = createTrail(
    (rideId) => new Promise((answer) => asked.push({ rideId, answer })),
    () => nowMs,
  )
  trail.shownOn({
    showTrack: (lines) => {
      shown = lines.map((line) => [...line])
    },
    addToTrail: (place, beginsLine) => {
      if (beginsLine) shown.push([place])
      else shown.at(-1)?.push(place)
    },
  })
})

describe('the trail', () => {
  it('is the track of the ride and each fix after it', async () => {
    trail.rideIs('one')
    await answerLast([[vertex(0, 0), vertex(10, 1)]])
    add(20, 2)
    add(30, 3)
    expect(metresShown()).toEqual([[0, 10, 20, 30]])
    expect(asked).toHaveLength(1)
  })

  it('is asked for once a ride, not with every picture', async () => {
    trail.rideIs('one')
    trail.rideIs('one')
    await answerLast([])
    trail.rideIs('one')
    trail.rideIs(null)
    trail.rideIs('two')
    expect(asked.map(({ rideId }) => rideId)).toEqual(['one', 'two'])
  })

  it('loses no fix that comes while the track is on its way, and takes none twice', async () => {
    trail.rideIs('one')
    add(10, 1)
    add(20, 2)
    add(30, 3)
    await answerLast([[vertex(0, 0), vertex(10, 1), vertex(20, 2)]])
    expect(metresShown()).toEqual([[0, 10, 20, 30]])
  })

  it('begins a new line where fixes stopped for over 5 s', async () => {
    trail.rideIs('one')
    await answerLast([[vertex(0, 0)], [vertex(100, 30)]])
    add(110, 35)
    add(200, 41)
    expect(metresShown()).toEqual([[0], [100, 110], [200]])
  })

  it('goes by the time of the fixes, not of their coming, when missed ones come all at once', () => {
    add(0, 0)
    nowMs += 60_000
    add(10, 1)
    add(20, 2)
    expect(metresShown()).toEqual([[0, 10, 20]])
  })

  it('goes by their coming while the clock is not trusted', () => {
    add(0, null)
    nowMs += 1_000
    add(10, null)
    nowMs += 5_001
    add(20, null)
    expect(metresShown()).toEqual([[0, 10], [20]])
  })

  it('does not thicken while the rider stands, however long', () => {
    add(0, 0)
    for (let second = 1; second < 60; second++) add(second % 2, second)
    add(10, 60)
    expect(metresShown()).toEqual([[0, 10]])
  })

  it('is fetched again when fixes were lost', async () => {
    trail.rideIs('one')
    await answerLast([[vertex(0, 0)]])
    trail.forget()
    trail.rideIs('one')
    await answerLast([[vertex(0, 0), vertex(10, 1), vertex(20, 2)]])
    expect(asked).toHaveLength(2)
    expect(metresShown()).toEqual([[0, 10, 20]])
  })

  it('keeps what it has when the track cannot be had, and asks again after 5 s', async () => {
    trail.rideIs('one')
    add(10, 1)
    await answerLast(null)
    expect(metresShown()).toEqual([[10]])
    trail.rideIs('one')
    expect(asked).toHaveLength(1)
    nowMs += 5_000
    trail.rideIs('one')
    expect(asked).toHaveLength(2)
  })

  it('leaves out a track that comes when the next ride has begun', async () => {
    trail.rideIs('one')
    trail.rideIs('two')
    await answerLast([[vertex(0, 0)]])
    expect(shown).toEqual([])
    trail.rideIs('two')
    expect(asked.map(({ rideId }) => rideId)).toEqual(['one', 'two'])
  })

  it('is shown whole to a view that comes later', async () => {
    trail.rideIs('one')
    await answerLast([[vertex(0, 0), vertex(10, 1)]])
    add(20, 2)
    let seen = 0
    const stop = trail.shownOn({
      showTrack: (lines) => {
        seen = lines.flat().length
      },
      addToTrail: () => {
        seen += 1
      },
    })
    expect(seen).toBe(3)
    stop()
    add(30, 3)
    expect(seen).toBe(3)
  })
})

async function answerLast(stretches: Track['stretches'] | null): Promise<void> {
  const track = stretches && { rideId: 'any', toleranceM: 2, points: 0, ofPoints: 0, stretches }
  asked.at(-1)?.answer(track)
  await Promise.resolve()
  await Promise.resolve()
}

const vertex = (northM: number, second: number): TrackVertex => [
  10,
  50 + northM / DEGREE_M,
  T + second * 1_000,
  null,
  5,
]

function add(northM: number, second: number | null): void {
  const fix: PublicFix = {
    latDeg: 50 + northM / DEGREE_M,
    lonDeg: 10,
    utcMs: second === null ? null : T + second * 1_000,
    altitudeM: null,
    speedMps: 5,
    courseDeg: 0,
    accuracyM: null,
    mode: 3,
    satellitesUsed: null,
    hdop: null,
  }
  trail.add(fix)
}

const metresShown = (): number[][] =>
  shown.map((line) => line.map(([, latDeg]) => Math.round((latDeg - 50) * DEGREE_M)))
