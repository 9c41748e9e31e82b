import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Command, readWords } from '../../cli/command.js'
import { importFiles } from '../../cli/import.js'
import { UsageError } from '../../core/process/run.js'
import { importLog, type RideKeeper } from '../../device/main.js'
import { DEVICES, tpv, VERSION } from '../fakes/fake-gpsd.js'
import { makeNmeaLog } from '../fakes/nmea-log.js'

const BEGAN_UTC_MS = Date.UTC(2026, 5, 1, 10)
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spokecam-import-'))
  const point = (second: number | null) => {
    const time = second === null ? '' : `<time>${new Date(BEGAN_UTC_MS + second * 1_000).toISOString()}</time>`
    return `<trkpt lat="${48 + (second ?? 0) / 10_000}" lon="11.5">${time}</trkpt>`
  }
  const inside = [0, 1, 2, null, 3, 3, 1, ...Array.from({ length: 1_200 }, (_, index) => index + 4)].map(point).join('')
  await writeFile(join(folder, 'ride.gpx'), `<gpx><trk><trkseg>${inside}<trkpt lat="x"/></trkseg></trk></gpx>`)
  await writeFile(join(folder, 'ride.nmea'), makeNmeaLog(30))
  await writeFile(join(folder, 'ride.json'), `${VERSION}${DEVICES}what?\n${tpv(1)}${tpv(2)}`)
  await writeFile(join(folder, 'plan.gpx'), `<gpx><trk><trkseg>${point(null)}</trkseg></trk></gpx>`)
  await writeFile(join(folder, 'broken.gpx'), `<gpx><trk><trkseg>${inside}\n</trk></gpx>`)
  await writeFile(join(folder, 'list.txt'), 'a shopping list')
})
afterAll(() => rm(folder, { recursive: true }))

interface Imported {
  readonly code: number
  readonly told: string
  readonly complaints: string
  /** Which rides are kept in the end, and with how many points. */
  readonly rides: Map<string, number>
}

async function importing(names: readonly string[], json = false): Promise<Imported> {
  const staged = new Map<string, number>()
  const rides = new Map<string, number>()
  const keeper: RideKeeper = {
    begin: async (id) => void staged.set(id, 0),
    points: async (id, points) => void staged.set(id, (staged.get(id) ?? Number.NaN) + points.length),
    end: async (id) => void rides.set(id, staged.get(id) ?? Number.NaN),
    abandon: async (id) => void staged.delete(id),
  }
  let told = ''
  let complaints = ''
  const code = await importFiles({
    files: names.map((name) => join(folder, name)),
    json,
    importOne: (file) => importLog(file, keeper, new AbortController().signal),
    tell: (text) => {
      told += text.replaceAll(`${folder}/`, '')
    },
    complain: (text) => {
      complaints += text.replaceAll(`${folder}/`, '')
    },
  })
  return { code, told, complaints, rides }
}

describe('spokecam import', () => {
  it('takes each file in as one ride, and says what it took, skipped and why', async () => {
    const { code, told, complaints, rides } = await importing(['ride.gpx', 'ride.nmea', 'ride.json'])
    expect({ code, complaints }).toEqual({ code: 0, complaints: '' })
    const [gpx, nmea, gpsd] = [...rides.keys()]
    expect(told.split('\n')).toEqual([
      `ride.gpx: took 1,204 points of 2026-06-01, skipped 1 without a time, 1 without a position, 2 out of order; now ride ${gpx}`,
      `ride.nmea: took 30 points of 2026-06-08; now ride ${nmea}`,
      `ride.json: took 2 points of 2026-06-01, skipped 1 that no receiver says; now ride ${gpsd}`,
      '',
    ])
    expect([...rides.values()]).toEqual([1_204, 30, 2])
    expect(gpx).toMatch(/^[0-9a-f]{12}$/)
  })

  it('takes the others when some cannot be taken, says why, and fails', async () => {
    const { code, told, complaints, rides } = await importing([
      'plan.gpx',
      'ride.nmea',
      'broken.gpx',
      'list.txt',
      'none',
    ])
    expect(code).toBe(1)
    expect(told).toBe(`ride.nmea: took 30 points of 2026-06-08; now ride ${[...rides.keys()][0]}\n`)
    expect(complaints.split('\n')).toEqual([
      'plan.gpx has no times: it is the plan of a ride, not the log of one',
      'broken.gpx is not well-formed XML: line 2: unexpected close tag',
      'list.txt is neither a GPX, an NMEA log nor a gpsd JSON log: it looks like a file of another kind',
      expect.stringMatching(/^none cannot be read: ENOENT/),
      '',
    ])
    expect([...rides.values()]).toEqual([30])
  })

  it('tells one document for all files with --json', async () => {
    const { code, told, rides } = await importing(['ride.gpx', 'plan.gpx'], true)
    expect(code).toBe(1)
    expect(JSON.parse(told)).toEqual({
      files: [
        {
          file: 'ride.gpx',
          ride: {
            kind: 'gpx',
            rideId: [...rides.keys()][0],
            name: null,
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
