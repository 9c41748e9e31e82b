import { describe, expect, it } from 'vitest'
import type { Reading } from '../../../core/ride/fix.js'
import { type NmeaLogCounts, nmeaReadings } from '../../../device/gps/nmea-log.js'
import { epochsOf, makeNmeaLog, sentence } from '../../fakes/nmea-log.js'

async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.split('\n')
}

async function readLog(text: string): Promise<{ told: Reading[]; counts: NmeaLogCounts | null }> {
  const told: Reading[] = []
  let counts: NmeaLogCounts | null = null
  const onEnd = (final: NmeaLogCounts) => {
    counts = final
  }
  for await (const reading of nmeaReadings(linesOf(text), { bootId: 'import', onEnd })) told.push(reading)
  return { told, counts }
}

describe('a recorded log', () => {
  it('gives every epoch once, at its own time and by no other clock', async () => {
    const log = makeNmeaLog(300)
    const { told, counts } = await readLog(log)
    expect(told.map(({ receiverUtcMs }) => receiverUtcMs)).toEqual(epochsOf(log).map(({ utcMs }) => utcMs))
    expect(told.every(({ at, receiverUtcMs }) => at.bootId === 'import' && at.monoMs === receiverUtcMs)).toBe(true)
    for (const [index, epoch] of epochsOf(log).entries()) {
      const fix = told[index]
      expect(fix?.kind === 'fix' ? Math.abs(fix.latDeg - epoch.latDeg) : 1).toBeLessThan(1e-9)
    }
    expect(counts).toEqual({ epochs: 300, undated: 0, nonsense: 0 })
  })

  it('whose lines end with LF alone is the same', async () => {
    const log = makeNmeaLog(5)
    expect(await readLog(log.replaceAll('\r', ''))).toEqual(await readLog(log))
  })

  it('leaves out what has no day, comments and nonsense, and counts them', async () => {
    const early = [1, 2, 3].map((second) =>
      sentence(`GPGGA,08000${second},4807.038,N,01131.324,E,1,08,0.9,545.4,M,46.9,M,,`),
    )
    const { told, counts } = await readLog(`# Name: a receiver\n${early.join('')}\u00b5b\u0001\n${makeNmeaLog(2)}`)
    expect(told).toHaveLength(2)
    expect(counts).toEqual({ epochs: 2, undated: 3, nonsense: 1 })
  })

  it('that holds no sentence at all gives nothing', async () => {
    expect(await readLog('GIF89a\n\n\n{"class":"TPV"}\n')).toEqual({
      told: [],
      counts: { epochs: 0, undated: 0, nonsense: 2 },
    })
  })
})
