import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Reading } from '../../../core/ride/fix.js'
import { eventually, listenTo } from '../../fakes/fake-gpsd.js'
import { saidIn, toldIn } from '../../fakes/gpsd-said.js'
import { hasRecorded, inPieces, madeStream, RECORDED, recordedStreams, type Stream } from '../../fakes/gpsd-streams.js'

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
