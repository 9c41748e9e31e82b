import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Reading } from '../../../core/ride/fix.js'
import { eventually } from '../../fakes/eventually.js'
import { hasRecorded } from '../../fakes/gpsd-streams.js'
import { comparedLogs, disagreements, untoldPlaces } from '../../fakes/nmea-agreement.js'
import { listenToSerial, type Pty, startPty } from '../../fakes/serial-line.js'

/** Multi-system, fixes found and lost, epochs begun by GGA and GLL, dates that come late: the plain run's sample. */
const SAMPLE = ['ublox-8', 'sl869', 'quectel-eg25-g', 'bt451', 'around-visnjan-with-car']
/** Logs of whose untimed places gpsd tells some that are no places. */
const NO_PLACES: Readonly<Record<string, string>> = {
  'garmin-geko201': 'the receiver is in its demo mode, GGA quality 8, and RMC says void',
}
const LONG = process.env['SPOKECAM_TEST'] === 'long'
const LOGS = comparedLogs().filter(({ name }) => LONG || SAMPLE.includes(name))

describe.skipIf(!hasRecorded)('recorded NMEA on a serial line (../shared/gpsd; skipped where it is absent)', () => {
  let pty: Pty
  beforeAll(async () => {
    pty = await startPty()
  })
  afterAll(() => pty.end())

  /** Everything it says, once it has said nothing for longer than a silence. */
  const play = async (bytes: Buffer): Promise<Reading[]> => {
    const { told, opened, stop } = listenToSerial(pty.path, { baud: 9_600 })
    await eventually(() => opened() === 1, { withinMs: 5_000 })
    await pty.feed(bytes)
    let heard = -1
    let heardMs = performance.now()
    await eventually(
      () => {
        if (told.length !== heard) heardMs = performance.now()
        heard = told.length
        return performance.now() - heardMs > 400
      },
      { withinMs: 12_000 },
    )
    return await stop()
  }

  it('is there', () => {
    expect(LOGS.map(({ name }) => name)).toEqual(expect.arrayContaining(SAMPLE))
    expect(LOGS).toHaveLength(LONG ? 26 : SAMPLE.length)
  })

  it.each(LOGS)('has a fix or none, and is where gpsd says it is, in 99 of 100 epochs: $name', async (log) => {
    const told = await play(log.bytes)
    const differing = disagreements(log, told)
    const share = differing.length / Math.max(1, log.epochs.size)
    expect(share, differing.slice(0, 5).join('\n')).toBeLessThanOrEqual(0.01)
    if (NO_PLACES[log.name] === undefined) expect(untoldPlaces(log, told)).toEqual([])
    else expect(told.every(({ kind }) => kind === 'no-fix')).toBe(true)
  })
})
