import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Reading } from '../../../core/ride/fix.js'
import { eventually, listenTo } from '../../fakes/fake-gpsd.js'
import { startFedGpsd, withoutComments } from '../../fakes/gpsd.js'
import { saidIn, toldIn } from '../../fakes/gpsd-said.js'
import { hasRecorded, RECORDED } from '../../fakes/gpsd-streams.js'
import { epochsOf, makeNmeaLog } from '../../fakes/nmea-log.js'

const isLong = process.env['SPOKECAM_TEST'] === 'long'
/** Sentences with a second report per epoch, epochs interleaved, no time at first, the date put back, 5 Hz binary. */
const SAMPLE = ['ublox-8', 'sirfstarv', 'navisys-gr701w', 'bt451', 'ublox-neo-m8n']
const logs = !hasRecorded ? [] : readdirSync(join(RECORDED, 'log')).map((name) => name.replace('.log', ''))

/** What our client tells of a log that a real gpsd plays at full speed; waits for as many fixes, and then for any more. */
async function playedAtOnce(log: string | Buffer, fixes: number): Promise<Reading[]> {
  const gpsd = await startFedGpsd(log, 0)
  // The end of a log is a receiver that says no more.
  const patience = { firstRetry: 20, look: 20, standstill: 800 }
  const { told, stop } = listenTo(gpsd.port, { patience })
  try {
    const isOver = () => told.at(-1)?.kind === 'no-fix' && told.some((reading) => isSilent(reading))
    await eventually('the log is over', () => isOver() && toldIn(told).fixes.size >= fixes, 10_000).catch(() => {})
    return await stop()
  } finally {
    await stop()
    await gpsd.end()
  }
}

const isSilent = (reading: Reading): boolean => reading.kind === 'no-fix' && reading.state === 'silent'

/** Under how many moments each time was told. */
function momentsOf(told: readonly Reading[]): number[] {
  const moments = new Map<number, Set<number>>()
  for (const { kind, receiverUtcMs, at } of told) {
    if (kind === 'fix' && receiverUtcMs !== null) {
      moments.set(receiverUtcMs, (moments.get(receiverUtcMs) ?? new Set()).add(at.monoMs))
    }
  }
  return [...moments.values()].map((of) => of.size)
}

describe('a log played at full speed through a real gpsd', () => {
  it('that is made here loses no fix, makes none up, and keeps their order', async () => {
    const log = makeNmeaLog(300)
    const truth = epochsOf(log)
    const told = await playedAtOnce(log, truth.length)
    const fixes = [...toldIn(told).fixes]
    expect(fixes.map(([utcMs]) => utcMs)).toEqual(truth.map(({ utcMs }) => utcMs))
    for (const [index, [, { latDeg, lonDeg, mode }]] of fixes.entries()) {
      expect(Math.abs(latDeg - (truth[index]?.latDeg ?? 0))).toBeLessThan(1e-8)
      expect(Math.abs(lonDeg - (truth[index]?.lonDeg ?? 0))).toBeLessThan(1e-8)
      expect(mode).toBe(3)
    }
    expect(momentsOf(told).every((count) => count === 1)).toBe(true)
  })
})

describe.skipIf(!hasRecorded)('every log of gpsd itself (../shared/gpsd; skipped where it is absent)', () => {
  it('is there', () => {
    expect(logs).toHaveLength(45)
    expect(logs).toEqual(expect.arrayContaining(SAMPLE))
  })

  it.each(isLong ? logs : SAMPLE)('gives the fixes that gpsd told when it was recorded: %s', async (name) => {
    const said = saidIn(readFileSync(join(RECORDED, 'json-3.22', `${name}.jsonl`), 'utf8'))
    const told = await playedAtOnce(
      withoutComments(readFileSync(join(RECORDED, 'log', `${name}.log`))),
      said.fixes.size,
    )
    expect([...toldIn(told).fixes]).toEqual([...said.fixes])
    expect(momentsOf(told).every((count) => count === 1)).toBe(true)
  })
})
