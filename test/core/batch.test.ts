import { describe, expect, it } from 'vitest'
import type { Log } from '../../core/process/log.js'
import { openBatch } from '../../core/store/batch.js'
import { type Step, step } from '../../core/store/store.js'

const named = (name: string): Step => step('removeSegment', name)
const namesOf = (steps: readonly Step[]): unknown[] => steps.map(({ given }) => given[0])

/** A card that takes commits, or refuses as many as it is told to. */
function card(refusals = 0) {
  const commits: unknown[][] = []
  const said: string[] = []
  const say = (message: string): void => void said.push(message)
  const log: Log = { info: say, warn: say, error: say }
  const store = {
    together: async (steps: readonly Step[]): Promise<void> => {
      if (refusals-- > 0) throw new Error('database or disk is full')
      commits.push(namesOf(steps))
    },
  }
  return { commits, said, batch: openBatch(store, log) }
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

  it('bounds what it keeps, and says what that costs', async () => {
    const { commits, said, batch } = card(1)
    for (let index = 0; index < 10_005; index++) batch.add(named(String(index)))
    await batch.commit()
    await batch.commit()
    expect(commits[0]).toHaveLength(10_000)
    expect(commits[0]?.[0]).toBe('5')
    expect(said[0]).toBe('nothing can be committed')
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
