import { describe, expect, it } from 'vitest'
import { watchWallClock } from '../../core/process/wall-clock.js'
import { logInto } from '../fakes/fake-gpsd.js'

describe('the wall clock', () => {
  /** Looks at a clock that is off by these, one look after the other; ends with the last. */
  const saidOf = async (offsetsMs: readonly number[]) => {
    const logged: string[] = []
    const stop = new AbortController()
    const left = [...offsetsMs]
    const now = () => {
      const next = left.shift() ?? 0
      if (left.length === 0) stop.abort()
      return next
    }
    await watchWallClock(logInto(logged), () => logged.push('begun again'), now, 1).run(stop.signal)
    return logged
  }

  it('is said to have been set, forward and back, by how much', async () => {
    const years56 = 56 * 365.25 * 86_400_000
    expect(await saidOf([0, years56, years56 - 3_600_000, years56 - 3_600_000])).toEqual([
      `the wall clock was set {"byMs":${years56}}`,
      'begun again',
      'the wall clock was set {"byMs":-3600000}',
      'begun again',
    ])
  })

  it.each([101, -101, 500])('is said to have been set by as little as %s ms', async (byMs) => {
    expect(await saidOf([0, byMs, byMs])).toEqual([`the wall clock was set {"byMs":${byMs}}`, 'begun again'])
  })

  it('may be slewed without a word', async () => {
    expect(await saidOf([0, 0.5, 80, 179, 80])).toEqual([])
  })
})
