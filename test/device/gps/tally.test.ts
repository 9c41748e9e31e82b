import { describe, expect, it } from 'vitest'
import { createTally } from '../../../device/gps/tally.js'
import { logInto } from '../../fakes/fake-gpsd.js'

describe('repeated trouble', () => {
  it('is said at once, then at most once a minute, each kind for itself, with how often it was', () => {
    const lines: string[] = []
    let nowMs = 5_000
    const tally = createTally(logInto(lines), () => nowMs)
    for (let count = 0; count < 100; count += 1) tally.count('bad line', `line ${count}`)
    tally.count('bad time', 'x')
    nowMs += 59_999
    tally.count('bad line', 'still')
    expect(lines).toEqual(['bad line {"times":1,"example":"line 0"}', 'bad time {"times":1,"example":"x"}'])
    nowMs += 1
    tally.count('bad line', 'again')
    expect(lines.at(-1)).toBe('bad line {"times":102,"example":"again"}')
    expect([...tally.counts()]).toEqual([
      ['bad line', 102],
      ['bad time', 1],
    ])
  })

  it('is not what is counted quietly', () => {
    const lines: string[] = []
    const tally = createTally(logInto(lines), () => 0)
    for (let count = 0; count < 100; count += 1) tally.countQuietly('ATT')
    expect(lines).toEqual([])
    expect([...tally.counts()]).toEqual([['ATT', 100]])
  })

  it('is shown short and printable', () => {
    const lines: string[] = []
    createTally(logInto(lines), () => 0).count('bad line', `\u001b[2J\u0000é\n${'x'.repeat(500)}`)
    expect(lines).toEqual([`bad line {"times":1,"example":".[2J...${'x'.repeat(113)}"}`])
  })
})
