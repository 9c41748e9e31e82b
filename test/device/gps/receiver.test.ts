import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { monoNowMs } from '../../../core/process/boot.js'
import type { Reading } from '../../../core/ride/fix.js'
import {
  isSimulated,
  parseReceiverSource,
  type ReceiverSource,
  readings,
  sourceFault,
} from '../../../device/gps/receiver.js'
import { greets, logInto, startFakeGpsd, tpv } from '../../fakes/fake-gpsd.js'

const LOCAL = { kind: 'gpsd', host: '127.0.0.1', port: 2947, device: null }
const SIMULATOR = { kind: 'simulator', rateHz: 1, seed: 1, startDelayS: 0 }

const GPX_POINT = '<trkpt lat="48" lon="11"><ele>512.5</ele><time>2026-06-01T10:00:00Z</time></trkpt>'

describe('the text of gps.source', () => {
  it.each([
    ['gpsd://127.0.0.1:2947', LOCAL],
    ['gpsd://127.0.0.1', LOCAL],
    ['gpsd://127.0.0.1:2947/', LOCAL],
    ['gpsd://bike.local:3000', { ...LOCAL, host: 'bike.local', port: 3000 }],
    ['gpsd://[::1]:2947', { ...LOCAL, host: '::1' }],
    ['gpsd://127.0.0.1:2947/dev/ttyACM0', { ...LOCAL, device: '/dev/ttyACM0' }],
    ['serial:///dev/ttyACM0?baud=9600', { kind: 'serial', path: '/dev/ttyACM0', baud: 9600 }],
    ['serial:///dev/ttyAMA0', { kind: 'serial', path: '/dev/ttyAMA0', baud: null }],
    [
      'serial:///dev/serial/by-id/usb-u-blox_AG-if00',
      { kind: 'serial', path: '/dev/serial/by-id/usb-u-blox_AG-if00', baud: null },
    ],
    ['replay:ride.jsonl', { kind: 'replay', file: 'ride.jsonl', rate: 1 }],
    ['replay:/var/a ride.jsonl?rate=10', { kind: 'replay', file: '/var/a ride.jsonl', rate: 10 }],
    ['replay:what?.jsonl?rate=0.5', { kind: 'replay', file: 'what?.jsonl', rate: 0.5 }],
    ['simulator:', SIMULATOR],
    ['simulator:?rateHz=10&seed=7&startDelayS=2.5', { ...SIMULATOR, rateHz: 10, seed: 7, startDelayS: 2.5 }],
  ])('%s is understood', (text, source) => {
    expect(parseReceiverSource(text)).toEqual(source)
  })

  it.each([
    [
      '',
      'is no receiver: allowed are gpsd://HOST:PORT[/DEVICE], serial:///dev/ttyACM0?baud=9600, replay:FILE?rate=1 or simulator:',
    ],
    ['/dev/ttyACM0', 'is no receiver'],
    ['http://127.0.0.1:2947', 'is no receiver'],
    ['serial:', 'must be serial:///dev/ttyACM0'],
    ['serial:///', 'must be serial:///dev/ttyACM0'],
    ['serial://ttyACM0', 'must be serial:///dev/ttyACM0'],
    ['serial:///dev/ttyACM0?baud=', 'must be serial:///dev/ttyACM0'],
    ['serial:///dev/ttyACM0?baud=fast', 'must be serial:///dev/ttyACM0'],
    ['serial:///dev/ttyACM0?speed=9600', 'must be serial:///dev/ttyACM0'],
    ['serial:///dev/ttyACM0?baud=1199', 'takes only ?baud= from 1200 to 921600'],
    ['serial:///dev/ttyACM0?baud=921601', 'takes only ?baud= from 1200 to 921600'],
    ['gpsd:', 'must be gpsd://HOST:PORT[/DEVICE]'],
    ['gpsd://', 'must be gpsd://HOST:PORT[/DEVICE]'],
    ['gpsd://127.0.0.1:0', 'must be gpsd://HOST:PORT[/DEVICE]'],
    ['gpsd://127.0.0.1:65536', 'must be gpsd://HOST:PORT[/DEVICE]'],
    ['gpsd://127.0.0.1:port', 'must be gpsd://HOST:PORT[/DEVICE]'],
    ['gpsd://a b', 'must be gpsd://HOST:PORT[/DEVICE]'],
    ['replay:', 'names no file'],
    ['replay:?rate=1', 'names no file'],
    ['replay:ride.jsonl?rate=0', 'takes only ?rate='],
    ['replay:ride.jsonl?rate=fast', 'takes only ?rate='],
    ['replay:ride.jsonl?rate=', 'takes only ?rate='],
    ['replay:ride.jsonl?speed=1', 'takes only ?rate='],
    ['simulator:?rateHz=1000', 'takes only ?rateHz='],
    ['simulator:?seed=-1', 'takes only ?rateHz='],
    ['simulator:ride', 'takes only ?rateHz='],
  ])('%j is a fault, said in words', (text, because) => {
    expect(parseReceiverSource(text)).toEqual({ kind: 'fault', because: expect.stringContaining(because) })
  })

  it.each([
    ['gpsd://127.0.0.1', false],
    ['serial:///dev/ttyACM0', false],
    ['replay:ride.jsonl', true],
    ['simulator:', true],
  ])('%s is simulated: %s', (text, expected) => {
    expect(isSimulated(sourceOf(text))).toBe(expected)
  })
})

function sourceOf(text: string): ReceiverSource {
  const source = parseReceiverSource(text)
  if (source.kind === 'fault') throw new Error(source.because)
  return source
}

describe('a source', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spokecam-receiver-'))
    await writeFile(join(folder, 'ride.jsonl'), tpv(0) + tpv(10))
    await writeFile(join(folder, 'ride.gpx'), `<gpx><trk><trkseg>${GPX_POINT}</trkseg></trk></gpx>`)
    await writeFile(join(folder, 'ride.nmea'), '$GPRMC,,V*00\n')
  })
  afterAll(() => rm(folder, { recursive: true }))

  const firstOf = async (text: string, count: number): Promise<Reading[]> => {
    const stopping = new AbortController()
    const told: Reading[] = []
    const options = { bootId: 'boot', nowMonoMs: monoNowMs, log: logInto([]), signal: stopping.signal }
    for await (const reading of readings(sourceOf(text), options)) {
      if (told.push(reading) === count) stopping.abort()
    }
    // On a busy machine several come at once.
    return told.slice(0, count)
  }

  it('of a log gives its fixes, at times that pass as fast as our clock', async () => {
    const [first, second] = await firstOf(`replay:${join(folder, 'ride.jsonl')}?rate=100`, 2)
    const utcMs = (second?.receiverUtcMs ?? 0) - (first?.receiverUtcMs ?? 0)
    const monoMs = (second?.at.monoMs ?? 0) - (first?.at.monoMs ?? 0)
    expect(utcMs).toBe(100)
    expect(Math.abs(monoMs - utcMs)).toBeLessThan(1_000)
  })

  it('that is a GPX to be replayed gives what it says', async () => {
    expect(await firstOf(`replay:${join(folder, 'ride.gpx')}?rate=10`, 1)).toMatchObject([
      { kind: 'fix', receiverUtcMs: Date.UTC(2026, 5, 1, 10), altitudeM: 512.5, speedMps: null, mode: 3 },
    ])
  })

  it('that is simulated gives a ride', async () => {
    const told = await firstOf('simulator:?rateHz=50', 6)
    expect(told.map(({ kind }) => kind)).toEqual(['no-fix', 'no-fix', 'no-fix', 'fix', 'fix', 'fix'])
    expect(told[5]).toMatchObject({ receiver: 'simulator', at: { bootId: 'boot' }, mode: 3 })
  })

  it('that is a gpsd gives what it says', async () => {
    const gpsd = await startFakeGpsd((client) => greets(client, () => client.write(tpv(1))))
    expect(await firstOf(`gpsd://127.0.0.1:${gpsd.port}`, 1)).toMatchObject([
      { kind: 'fix', receiverUtcMs: Date.UTC(2026, 5, 1, 10, 0, 1) },
    ])
    await gpsd.close()
  })

  it('whose file is no log is a fault, and throws when it is used all the same', async () => {
    const wrong = `replay:${join(folder, 'ride.nmea')}`
    expect(await sourceFault(sourceOf(wrong))).toMatch(
      /ride\.nmea is neither a GPX, .*: it looks like NMEA sentences whose/,
    )
    expect(await sourceFault(sourceOf(`replay:${join(folder, 'ride.jsonl')}`))).toBeNull()
    expect(await sourceFault(sourceOf(`replay:${join(folder, 'ride.gpx')}`))).toBeNull()
    expect(await sourceFault(sourceOf('simulator:'))).toBeNull()
    await expect(firstOf(wrong, 1)).rejects.toThrow('is neither a GPX, an NMEA log nor a gpsd JSON log')
  })
})
