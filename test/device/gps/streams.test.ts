import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Fix, Reading } from '../../../core/ride/fix.js'
import { eventually, listenTo } from '../../fakes/fake-gpsd.js'
import { hasRecorded, inPieces, madeStream, RECORDED, recordedStreams, type Stream } from '../../fakes/gpsd-streams.js'

type Figures = Pick<Fix, 'latDeg' | 'lonDeg' | 'mode' | 'altitudeM' | 'speedMps' | 'courseDeg' | 'accuracyM'>

interface Said {
  /** By time, as milliseconds since 1970. */
  readonly fixes: Map<number, Figures>
  /** Positions without a time, in their order. */
  readonly untimed: { readonly latDeg: number; readonly lonDeg: number }[]
}

/** What a stream of one receiver says, found the plain way: line by line, and of each epoch the last figures. */
function saidIn(text: string): Said {
  const epochs = new Map<string, Report>()
  const untimed: Said['untimed'] = []
  for (const line of text.split('\n')) {
    const report = reportIn(line)
    if (report?.class !== 'TPV' || report.mode === undefined || report.mode < 2) continue
    const { time, lat, lon } = report
    if (time !== undefined) epochs.set(time, { ...epochs.get(time), ...report })
    else if (lat !== undefined && lon !== undefined) untimed.push({ latDeg: lat, lonDeg: lon })
  }
  const fixes = new Map<number, Figures>()
  for (const [time, { lat, lon, mode, altMSL, alt, speed, track, eph, epx, epy }] of epochs) {
    if (lat === undefined || lon === undefined) continue
    fixes.set(Date.parse(time), {
      latDeg: lat,
      lonDeg: lon,
      mode: mode === 2 ? 2 : 3,
      altitudeM: within(altMSL ?? alt, -500, 9000),
      speedMps: within(speed, 0, 150),
      courseDeg: within(track, 0, 360),
      accuracyM: eph ?? (epx === undefined || epy === undefined ? null : Math.hypot(epx, epy)),
    })
  }
  return { fixes, untimed }
}

interface Report {
  readonly class?: string
  readonly time?: string
  readonly mode?: number
  readonly lat?: number
  readonly lon?: number
  readonly alt?: number
  readonly altMSL?: number
  readonly speed?: number
  readonly track?: number
  readonly eph?: number
  readonly epx?: number
  readonly epy?: number
}

function reportIn(line: string): Report | null {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

const within = (value: number | undefined, low: number, high: number): number | null =>
  value !== undefined && value >= low && value <= high ? value : null

/** What our client tells of a stream, fed to it in pieces of up to so many bytes. */
async function listenedTo({ bytes }: Stream, most: number): Promise<{ told: Reading[]; logged: string[] }> {
  let connections = 0
  const { told, logged, stop } = listenTo(
    async () => {
      connections += 1
      const [client, gpsd] = duplexPair()
      if (connections > 1) return client
      gpsd.resume()
      for (const piece of inPieces(bytes, most)) gpsd.write(piece)
      gpsd.end()
      return client
    },
    { patience: { firstRetry: 5 } },
  )
  await eventually('the stream is over', () => connections > 1, 12_000)
  await stop()
  return { told, logged }
}

function toldIn(told: readonly Reading[]): Said {
  const fixes = new Map<number, Figures>()
  const untimed: Said['untimed'] = []
  for (const reading of told) {
    if (reading.kind !== 'fix') continue
    const { receiverUtcMs, latDeg, lonDeg, mode, altitudeM, speedMps, courseDeg, accuracyM } = reading
    if (receiverUtcMs === null) untimed.push({ latDeg, lonDeg })
    else fixes.set(receiverUtcMs, { latDeg, lonDeg, mode, altitudeM, speedMps, courseDeg, accuracyM })
  }
  return { fixes, untimed }
}

async function expectNothingLost(stream: Stream, most: number): Promise<Reading[]> {
  const { told, logged } = await listenedTo(stream, most)
  expect(toldIn(told)).toEqual(saidIn(stream.bytes.toString()))
  expect(logged.join()).not.toContain('could not take in')
  return told
}

describe('a whole stream', () => {
  it.each([65_536, 40, 2])('made here is told without loss in pieces of up to %d bytes', async (most) => {
    const told = await expectNothingLost(madeStream(), most)
    expect(toldIn(told).fixes.size).toBeGreaterThan(600)
    expect(toldIn(told).untimed.length).toBeGreaterThan(20)
  })

  it('tells each epoch under one moment, however often', async () => {
    const { told } = await listenedTo(madeStream(), 40)
    const moments = new Map<number, Set<number>>()
    for (const { receiverUtcMs, at } of told) {
      if (receiverUtcMs !== null) moments.set(receiverUtcMs, (moments.get(receiverUtcMs) ?? new Set()).add(at.monoMs))
    }
    expect([...moments.values()].every((of) => of.size === 1)).toBe(true)
  })
})

describe.skipIf(!hasRecorded)('recorded streams (../shared/gpsd; skipped where it is absent)', () => {
  it('are 45', () => {
    expect(recordedStreams()).toHaveLength(45)
  })

  it.each(recordedStreams())('are told without loss: $name', async (stream) => {
    await expectNothingLost(stream, 65_536)
    await expectNothingLost(stream, 60)
  })

  it.each([65_536, 30, 1])('written to be hard are survived, in pieces of up to %d bytes', async (most) => {
    const stream = { name: 'adversarial', bytes: readFileSync(join(RECORDED, 'adversarial.jsonl')) }
    const { told, logged } = await listenedTo(stream, most)
    const inShort = told.map((reading) => {
      const second = reading.receiverUtcMs === null ? '-' : (reading.receiverUtcMs / 1000) % 60
      return reading.kind === 'fix' ? `${second} ${reading.latDeg} ${reading.lonDeg}` : `${second} ${reading.state}`
    })
    expect(inShort.filter((line, index) => line !== inShort[index - 1])).toEqual([
      '- no-fix',
      '1 no-fix',
      '2 no-fix',
      '- 48.1 11.5',
      '4 48.10001 11.50001',
      '3 48.100009 11.500009',
      '6 no-fix',
      '7 no-fix',
      '8 no-fix',
      '- 48.1 11.5',
      '- 48.10002 11.50002',
      '9 no-fix',
      '10 48.10003 11.50003',
      '- absent',
    ])
    expect(told.find(({ receiverUtcMs }) => receiverUtcMs === Date.UTC(2026, 5, 1, 10, 0, 4))).toMatchObject({
      altitudeM: 520,
      speedMps: 5.1,
      courseDeg: 91,
      accuracyM: 9.1,
      sky: { satellitesInView: 3, satellitesUsed: 0 },
    })
    expect(logged.filter((line) => line.startsWith('gpsd sent')).map((line) => line.split(' {')[0])).toEqual([
      'gpsd sent a line that is not JSON',
      'gpsd sent figures that cannot be true',
      'gpsd sent a message of an unknown class',
      'gpsd sent JSON that is not an object',
      'gpsd sent a message without a class',
    ])
  })
})
