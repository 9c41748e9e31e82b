import { describe, expect, it } from 'vitest'
import type { Facts, Log } from '../../core/process/log.js'
import type { RideTotals } from '../../core/ride/ride.js'
import { openBatch } from '../../core/store/batch.js'
import { type Step, step } from '../../core/store/store.js'

const named = (name: string): Step => step('removeSegment', name)
const namesOf = (steps: readonly Step[]): unknown[] => steps.map(({ given }) => given[0])

const RIDE = { id: 'r', bootNumber: 1, beganMonoMs: 0, simulated: true, startedUtcMs: null, timeSource: null }
const TOTALS: RideTotals = {
  lastFixMonoMs: 0,
  lastMovedMonoMs: 0,
  distanceM: 0,
  movingMs: 0,
  elapsedMs: 0,
  ascentM: null,
  maxSpeedMps: null,
  bounds: null,
}

/** A card that takes commits, or refuses as many as it is told to. */
function card(refusals = 0) {
  const commits: unknown[][] = []
  const asked: number[] = []
  const said: string[] = []
  const say = (message: string, facts: Facts = {}): void => {
    said.push(
      'lost' in facts && facts['lost'] !== 0 ? `${message} ${JSON.stringify({ lost: facts['lost'] })}` : message,
    )
  }
  const log: Log = { info: say, warn: say, error: say }
  const store = {
    together: async (steps: readonly Step[]): Promise<void> => {
      asked.push(steps.length)
      if (refusals-- > 0) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
      if (namesOf(steps).includes('wrong')) throw Object.assign(new Error('no'), { code: 'SQLITE_CONSTRAINT_NOTNULL' })
      commits.push(namesOf(steps))
    },
  }
  return { commits, asked, said, batch: openBatch(store, log) }
}

describe('a batch', () => {
  it('commits what waits as one, in its order, and nothing where nothing waits', async () => {
    const { commits, batch } = card()
    batch.add(named('a'), named('b'))
    batch.add(named('c'))
    await batch.commit()
    await batch.commit()
    expect(commits).toEqual([['a', 'b', 'c']])
  })

  it('keeps what could not be committed, before what came later, and says so once', async () => {
    const { commits, said, batch } = card(2)
    batch.add(named('a'))
    await batch.commit()
    batch.add(named('b'))
    await batch.commit()
    await batch.commit()
    expect(commits).toEqual([['a', 'b']])
    expect(said).toEqual(['nothing can be committed', 'commits work again'])
  })

  it('does not let a commit overtake the one under way', async () => {
    const { commits, batch } = card(1)
    batch.add(named('a'))
    const first = batch.commit()
    batch.add(named('b'))
    await Promise.all([first, batch.commit()])
    expect(commits).toEqual([['a', 'b']])
  })

  it('bounds what it keeps: what is said anew first, then the oldest of the track, and says what that costs', async () => {
    const { commits, said, batch } = card(1)
    batch.add(step('beginRide', RIDE))
    for (let second = 0; second < 20_005; second++) {
      batch.add(step('addFixes', `fix ${second}`, 1, []))
      batch.add(step('growSegment', 'front-1', second, second, second), step('carryOnRide', 'ride', TOTALS))
    }
    await batch.commit()
    await batch.commit()
    const kept = commits.flat()
    expect(kept).toHaveLength(20_000)
    // Three steps say what the ride and the segment are; the oldest eight fixes had to go for them.
    expect(kept.slice(0, 2)).toEqual([RIDE, 'fix 8'])
    expect(kept.slice(-3)).toEqual(['fix 20004', 'front-1', 'ride'])
    expect(said).toEqual([
      'nothing can be committed',
      'too much waits to be committed: the oldest of the track is lost {"lost":8}',
      'commits work again {"lost":8}',
    ])
  })

  it('asks a card that refuses for little, however much waits', async () => {
    const { asked, batch } = card(3)
    for (let index = 0; index < 5_000; index++) batch.add(named(String(index)))
    for (let second = 0; second < 3; second++) await batch.commit()
    expect(asked).toEqual([5_000, 200, 200])
  })

  it('leaves out the one step that can never be carried out, with what was added with it, and nothing else', async () => {
    const { commits, said, batch } = card()
    for (let index = 0; index < 100; index++) batch.add(named(String(index)))
    batch.add(named('with it'), named('wrong'))
    for (let index = 100; index < 200; index++) batch.add(named(String(index)))
    await batch.commit()
    expect(commits.flat()).toEqual(Array.from({ length: 200 }, (_, index) => String(index)))
    expect(commits.length).toBeLessThan(20)
    expect(said).toEqual(['this cannot be committed, ever'])
  })

  it('commits a last time when it is stopped', async () => {
    const { commits, batch } = card()
    const stop = new AbortController()
    const running = batch.service.run(stop.signal)
    batch.add(named('a'))
    stop.abort()
    await running
    expect(commits).toEqual([['a']])
  })
})
