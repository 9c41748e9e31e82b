import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Command, readWords } from '../../cli/command.js'
import { UsageError } from '../../core/process/run.js'
import type { Ride, TrackPoint } from '../../core/ride/ride.js'
import { takeLock } from '../../core/store/lock.js'
import { openReader } from '../../core/store/store.js'
import { addRide, openRides } from '../fakes/a-ride.js'
import { DEVICES, tpv, VERSION } from '../fakes/fake-gpsd.js'
import { makeNmeaLog } from '../fakes/nmea-log.js'
import { startProgram } from '../fakes/processes.js'
import { JUNE_UTC_MS } from '../fakes/readings.js'

const PROGRAM = resolve(import.meta.dirname, '../../dist/cli/spokecam.js')

/** One that hangs is ended: it may hear no other signal. */
const KILLED = { timeout: 20_000, killSignal: 'SIGKILL' } as const

const BEGAN_UTC_MS = Date.UTC(2026, 5, 1, 10)
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spokecam-import-'))
  const point = (second: number | null) => {
    const time = second === null ? '' : `<time>${new Date(BEGAN_UTC_MS + second * 1_000).toISOString()}</time>`
    return `<trkpt lat="${48 + (second ?? 0) / 10_000}" lon="11.5">${time}</trkpt>`
  }
  const inside = [0, 1, 2, null, 3, 3, 1, ...Array.from({ length: 1_200 }, (_, index) => index + 4)].map(point).join('')
  await writeFile(
    join(folder, 'ride.gpx'),
    `<gpx><trk><name>Uphill</name><trkseg>${inside}<trkpt lat="x"/></trkseg></trk></gpx>`,
  )
  await writeFile(join(folder, 'ride.nmea'), makeNmeaLog(30))
  await writeFile(join(folder, 'ride.json'), `${VERSION}${DEVICES}what?\n${tpv(-86_400)}${tpv(-86_399)}`)
  await writeFile(join(folder, 'plan.gpx'), `<gpx><trk><trkseg>${point(null)}</trkseg></trk></gpx>`)
  await writeFile(join(folder, 'broken.gpx'), `<gpx><trk><trkseg>${inside}\n</trk></gpx>`)
  await writeFile(join(folder, 'list.txt'), 'a shopping list')
})
afterAll(() => rm(folder, { recursive: true }))

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

let data: string
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'spokecam-import-'))
})
afterEach(() => rm(data, { recursive: true }))

function importing(names: readonly string[], ...flags: readonly string[]): Promise<Ran> {
  const files = names.map((name) => join(folder, name))
  return new Promise((done) => {
    execFile(
      process.execPath,
      [PROGRAM, 'import', '--data', data, ...flags, ...files],
      KILLED,
      (error, stdout, stderr) => {
        const short = (text: string) => text.replaceAll(`${folder}/`, '')
        done({ code: error === null ? 0 : Number(error.code), stdout: short(stdout), stderr: short(stderr) })
      },
    )
  })
}

/** A ride as a device records it into a data folder, exported from there. */
async function exportOwn(from: string, name: string, simulated: boolean): Promise<void> {
  const store = await openRides(from)
  await addRide(store, { id: 'own-ride', simulated })
  await store.close()
  const words = ['export', 'own-ride', '--data', from, '--format', 'gpx', '--output', join(folder, name)]
  execFileSync(process.execPath, [PROGRAM, ...words], KILLED)
}

function rides(): readonly Ride[] {
  const reader = openReader(join(data, 'rides.db'))
  const { items } = reader?.rides({ limit: 100, cursor: null }) ?? { items: [] }
  reader?.close()
  return items
}

function pointsOf(rideId: string): TrackPoint[] {
  const reader = openReader(join(data, 'rides.db'))
  const points = [...(reader?.pointsOf(rideId) ?? [])]
  reader?.close()
  return points
}

describe('spokecam import', () => {
  it('takes each file in as one ride, and says what it took, skipped and why', async () => {
    const { code, stdout, stderr } = await importing(['ride.gpx', 'ride.nmea', 'ride.json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [nmea, gpx, gpsd] = rides()
    expect(stdout.split('\n')).toEqual([
      `ride.gpx: took 1,204 points of 2026-06-01, skipped 1 without a time, 1 without a position, 2 out of order; now ride ${gpx?.id}`,
      `ride.nmea: took 30 points of 2026-06-08; now ride ${nmea?.id}`,
      `ride.json: took 2 points of 2026-05-31, skipped 1 that no receiver says; now ride ${gpsd?.id}`,
      '',
    ])
    expect([gpx, nmea, gpsd].map((ride) => pointsOf(ride?.id ?? '').length)).toEqual([1_204, 30, 2])
    expect(gpx).toMatchObject({
      name: 'Uphill',
      startedUtcMs: BEGAN_UTC_MS,
      endedUtcMs: BEGAN_UTC_MS + 1_203_000,
      elapsedMs: 1_203_000,
      source: 'import',
      simulated: false,
      timeZone: 'Europe/Berlin',
    })
    // A ten-thousandth of a degree to the north is 11.119 m.
    expect(gpx?.distanceM).toBeGreaterThan(1_203 * 11.119 * 0.99)
    expect(gpx?.distanceM).toBeLessThan(1_203 * 11.119 * 1.01)
    expect(gpx?.id).toMatch(/^[0-9a-f]{12}$/)
  })

  it('takes the others when some cannot be taken, says why, and fails', async () => {
    const { code, stdout, stderr } = await importing(['plan.gpx', 'ride.nmea', 'broken.gpx', 'list.txt', 'none'])
    expect(code).toBe(1)
    expect(stdout).toBe(`ride.nmea: took 30 points of 2026-06-08; now ride ${rides()[0]?.id}\n`)
    expect(stderr.split('\n')).toEqual([
      'plan.gpx has no times: it is the plan of a ride, not the log of one',
      'broken.gpx is not well-formed XML: line 2: unexpected close tag',
      'list.txt is neither a GPX, an NMEA log nor a gpsd JSON log: it looks like a file of another kind',
      expect.stringMatching(/^none cannot be read: ENOENT/),
      '',
    ])
    expect(rides()).toHaveLength(1)
  })

  it('does not wait for a pipe, and holds the folder for nothing that is no log', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    const { code, stderr } = await importing(['pipe', 'list.txt', 'plan.gpx'])
    expect(code).toBe(1)
    expect(stderr).toContain('pipe cannot be read: it is no regular file\n')
    expect(existsSync(join(data, 'device.lock'))).toBe(false)
  }, 10_000)

  it('takes no ride twice', async () => {
    await importing(['ride.nmea'])
    const { code, stdout } = await importing(['ride.nmea', 'ride.nmea'])
    const line = `ride.nmea: is here already, as ride ${rides()[0]?.id}\n`
    expect({ code, stdout }).toEqual({ code: 0, stdout: line + line })
    expect(rides()).toHaveLength(1)
  })

  it('takes no ride that the device has recorded itself, nor one that was here already', async () => {
    await exportOwn(data, 'own.gpx', false)
    const { code, stdout } = await importing(['own.gpx'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'own.gpx: is here already, as ride own-ride\n' })
    expect(rides()).toMatchObject([{ id: 'own-ride', source: 'device' }])
  })

  it('leaves a simulated ride marked on its way through a GPX of ours', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'spokecam-import-'))
    await exportOwn(elsewhere, 'simulated.gpx', true)
    await rm(elsewhere, { recursive: true })
    expect((await importing(['simulated.gpx'])).code).toBe(0)
    expect(rides()).toMatchObject([{ simulated: true, source: 'import', startedUtcMs: JUNE_UTC_MS + 100_000 }])
  })

  it('tells one document for all files with --json', async () => {
    const { code, stdout } = await importing(['ride.gpx', 'plan.gpx'], '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toEqual({
      files: [
        {
          file: 'ride.gpx',
          ride: {
            kind: 'gpx',
            rideId: rides()[0]?.id,
            isKnown: false,
            name: 'Uphill',
            startedUtcMs: BEGAN_UTC_MS,
            endedUtcMs: BEGAN_UTC_MS + 1_203_000,
            taken: 1_204,
            leftOut: 0,
            skipped: { withoutTime: 1, withoutPosition: 1, outOfOrder: 2, misdated: 0, nonsense: 0 },
          },
          reason: null,
        },
        { file: 'plan.gpx', ride: null, reason: 'plan.gpx has no times: it is the plan of a ride, not the log of one' },
      ],
    })
  })

  it('goes through the device that records, with the same outcome', async () => {
    const device = startProgram(process.execPath, [PROGRAM, 'device', '--data', data], {
      SPOKECAM_GPS__SOURCE: 'simulator:?startDelayS=3600',
      SPOKECAM_CAMERAS: '[]',
    })
    try {
      await device.says(/recording/)
      const { code, stdout, stderr } = await importing(['ride.gpx', 'broken.gpx', 'ride.nmea', 'ride.gpx'])
      expect(code).toBe(1)
      expect(stderr).toBe('broken.gpx is not well-formed XML: line 2: unexpected close tag\n')
      const [nmea, gpx] = rides()
      expect(stdout).toContain(`took 30 points of 2026-06-08; now ride ${nmea?.id}\n`)
      expect(stdout).toContain(`ride.gpx: is here already, as ride ${gpx?.id}\n`)
      expect(pointsOf(gpx?.id ?? '')).toHaveLength(1_204)
    } finally {
      await device.end()
    }
  })

  it('does not wait for ever where something else has the folder', async () => {
    const lock = takeLock(join(data, 'device.lock'))
    const { code, stderr } = await importing(['ride.gpx'])
    lock?.release()
    expect(code).toBe(1)
    expect(stderr).toContain(`${data} is in use, but no device answers there: is another import under way?`)
  })
})

describe('a device that finds its folder taken', () => {
  it('says what may have it: an import without a device holds it, too', async () => {
    const lock = takeLock(join(data, 'device.lock'))
    const device = startProgram(process.execPath, [PROGRAM, 'device', '--data', data], {
      SPOKECAM_GPS__SOURCE: 'simulator:',
      SPOKECAM_CAMERAS: '[]',
    })
    await device.says(new RegExp(`${data} is in use: another device records into it, or an import is under way`))
    await device.end()
    lock?.release()
  })
})

describe('a command that takes files', () => {
  const command: Command = {
    name: 'import',
    summary: '',
    usage: 'FILE...',
    operands: ['FILE...'],
    flags: [],
    untilStopped: false,
    run: async () => 0,
  }

  it('takes one or more', () => {
    expect(readWords(command, ['a']).operands).toEqual(['a'])
    expect(readWords(command, ['a', '--json', 'b', 'c']).operands).toEqual(['a', 'b', 'c'])
  })

  it('does not go without', () => {
    expect(() => readWords(command, [])).toThrow(new UsageError('FILE is missing'))
  })
})
