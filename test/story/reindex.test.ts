/** The catalogue is lost: what lies beside the footage is enough to have it back, row by row and field by field. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Connection, connect } from '../../core/store/connection.js'
import { openForWriting } from '../../core/store/database.js'
import { writeMakingRoom } from '../../core/store/making-room.js'
import { CATALOGUE } from '../../core/store/migrations.js'
import { dumpOf } from '../fakes/catalogue-dump.js'
import { eventually } from '../fakes/eventually.js'
import { type Program, startProgram } from '../fakes/processes.js'
import { processesWith, runSpokecam, SMALL_CAMERA } from '../fakes/spokecam.js'

const SOON = { withinMs: 25_000 }
const program = resolve(import.meta.dirname, '../../dist/cli/spokecam.js')
const isLong = process.env['SPOKECAM_TEST'] === 'long'

let folder: string
let data: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reindex-'))
  data = join(folder, 'data')
})
afterEach(async () => {
  await pullTheBattery()
  await rm(folder, { recursive: true, maxRetries: 5 })
})

function startDevice(source = 'simulator:?rateHz=5'): Program {
  const cameras = [SMALL_CAMERA, { ...SMALL_CAMERA, name: 'rear' }]
  return startProgram(process.execPath, [program, 'device', '--data', data], {
    SPOKECAM_GPS__SOURCE: source,
    SPOKECAM_CAMERAS: JSON.stringify(cameras),
    SPOKECAM_RECORDING__SEGMENT_SECONDS: '2',
  })
}

async function pullTheBattery(): Promise<void> {
  const running = (await processesWith(data)).sort((one, other) => other.pid - one.pid)
  for (const { pid } of running) process.kill(pid, 'SIGKILL')
  await eventually(async () => (await processesWith(data)).length === 0, SOON)
}

function withCatalogue<Answer>(work: (database: Connection) => Answer): Answer {
  const database = openForWriting(join(data, 'rides.db'), CATALOGUE)
  try {
    return work(database)
  } finally {
    database.close()
  }
}
/** The boot that was is another one now. */
const bootAnew = (number: number): void =>
  withCatalogue((database) => {
    database.prepare('UPDATE boots SET bootId = ? WHERE number = ?').run(`boot ${number}, gone`, number)
  })
const count = (sql: string): number => {
  try {
    const database = connect(join(data, 'rides.db'), { readonly: true })
    try {
      return database.prepare<[], { count: number }>(`SELECT count(*) AS count ${sql}`).get()?.count ?? 0
    } finally {
      database.close()
    }
  } catch {
    return 0 // The device has not made it yet.
  }
}
const recordsOf = async (kind: string): Promise<string[]> =>
  (await readdir(join(data, 'footage/records')).catch(() => [])).filter((name) => name.startsWith(kind))

/** As the page's wishes would write it: it reaches over what boot 1 recorded last. */
function markMoment(database: Connection): void {
  const { fromMs, toMs, ride } = database
    .prepare<[], { fromMs: number; toMs: number; ride: number }>(
      `SELECT max(startMonoMs) AS fromMs, max(startMonoMs + durationMs) AS toMs, rideNumber AS ride
       FROM segments WHERE bootNumber = 1 AND state = 'tagged'`,
    )
    .get() ?? { fromMs: 0, toMs: 0, ride: 1 }
  const { lastInsertRowid } = database
    .prepare(
      `INSERT INTO incidents (id, rideNumber, bootNumber, atMonoMs, cause, beforeMs, afterMs, latDeg, lonDeg, note)
       VALUES ('0123456789ab', ?, 1, ?, 'rider', 60000, 60000, 48.1, 11.5, 'a <b>red</b> van')`,
    )
    .run(ride, toMs)
  database.prepare('INSERT INTO incidentSpans VALUES (?, 1, ?, ?)').run(lastInsertRowid, fromMs + 500, toMs + 60_000)
  database.prepare(`INSERT INTO incidentMarks VALUES ('a key', ?)`).run(lastInsertRowid)
}

const GPX = `<gpx version="1.1" creator="another" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>Übers Moos &amp; zurück</name><trkseg>
${Array.from({ length: 60 }, (_, second) => `<trkpt lat="${48 + second / 20_000}" lon="11"><ele>${500 + second}</ele><time>2019-06-01T08:00:${String(second).padStart(2, '0')}Z</time></trkpt>`).join('\n')}
</trkseg></trk></gpx>`

describe('a catalogue that is lost', () => {
  it('is rebuilt from the footage folder alone, names and moments included, whatever had happened to it', {
    timeout: 120_000,
  }, async () => {
    startDevice()
    await eventually(() => count(`FROM segments WHERE state = 'tagged'`) >= 2, SOON)
    await eventually(async () => (await recordsOf('ride-')).length === 2, SOON)
    await pullTheBattery()
    await isThereUpToTheLastAppend()
    bootAnew(1)
    const swept = withCatalogue((database) => {
      database.prepare(`UPDATE rides SET name = '../To work, "in" a hurry', kept = 1`).run()
      markMoment(database)
      const row = database
        .prepare<[], { file: string; fileAsRecorded: string }>(`SELECT * FROM segments WHERE id = 'front-000001'`)
        .get()
      const file = row?.file ?? ''
      writeMakingRoom(database).sweepSegments([{ id: 'front-000001', file, isBeyondShare: 0 }])
      return row
    })
    for (const file of [swept?.file, swept?.fileAsRecorded]) await rm(join(data, 'footage', file ?? ''))
    await writeFile(join(folder, 'moor.gpx'), GPX)
    await runSpokecam(['import', join(folder, 'moor.gpx'), '--data', data])

    expect(await recordsOf('ride-')).toHaveLength(4)

    startDevice('gpsd://127.0.0.1:9')
    await eventually(() => count(`FROM segments WHERE state = 'recorded' AND bootNumber = 2`) >= 1, SOON)
    await pullTheBattery()
    bootAnew(2)

    const last = startDevice()
    await eventually(() => count(`FROM segments WHERE state = 'tagged' AND bootNumber = 3`) >= 1, SOON)
    await eventually(() => count('FROM rides WHERE lastBootNumber = 3') === 1, SOON)
    await eventually(() => count('FROM boots WHERE inOrder AND number = 3') === 1, SOON)
    if (isLong) await eventually(() => count('FROM fixes WHERE part = 3') > 60 * 5, { withinMs: 90_000 })
    expect(await last.end('SIGINT')).toBe(0)

    const before = dumpOf(join(data, 'rides.db'))
    // All that was to happen has happened.
    const rode = before['rides'] as readonly { source: string }[]
    expect(rode.find(({ source }) => source === 'device')).toMatchObject({ bootNumber: 1, lastBootNumber: 3, kept: 1 })
    expect(rode).toHaveLength(2)
    expect(before['powerCuts']?.length).toBe(2)
    const states = (before['segments'] as { state: string; startUtcMs: number | null }[]).map(
      ({ state, startUtcMs }) => `${state}${startUtcMs === null ? ', time unknown' : ''}`,
    )
    expect([...new Set(states)].sort()).toEqual(expect.arrayContaining(['recorded, time unknown', 'swept', 'tagged']))

    const there = join(folder, 'there')
    const { rides, segments, incidents, unreadable, setAside } = await reindex(there)
    expect({ rides, incidents, unreadable, setAside }).toEqual({
      rides: 2,
      incidents: 1,
      unreadable: [],
      setAside: null,
    })
    expect(segments).toBe(before['segments']?.length)
    const after = dumpOf(join(there, 'rides.db'))
    for (const [table, rows] of Object.entries(before)) expect({ [table]: after[table] }).toEqual({ [table]: rows })
    if (isLong) await comesBackByItself(rides as number, segments as number)
  })

  /** The device finds no catalogue, and records. */
  async function comesBackByItself(rides: number, segments: number): Promise<void> {
    for (const name of await readdir(data)) if (name.startsWith('rides.db')) await rm(join(data, name))
    const device = startDevice()
    await eventually(() => count('FROM boots WHERE inOrder AND number = 4') === 1, { withinMs: 60_000 })
    expect(count('FROM rides')).toBe(rides + 1)
    expect(count('FROM segments WHERE bootNumber < 4')).toBe(segments)
    expect(await device.end('SIGINT')).toBe(0)
  }

  /** The device was killed in mid ride: what its record has of the track is what the catalogue had. */
  async function isThereUpToTheLastAppend(): Promise<void> {
    const there = join(folder, 'killed')
    const fixes = (
      await readFile(join(data, 'footage/records', (await recordsOf('ride-')).find((name) => name.endsWith('l')) ?? ''))
    )
      .toString()
      .trim()
      .split('\n')
    await reindex(there)
    const [before, after] = [dumpOf(join(data, 'rides.db')), dumpOf(join(there, 'rides.db'))]
    expect(after['fixes']?.length).toBe(fixes.length - 1)
    expect(after['fixes']).toEqual(before['fixes']?.slice(0, fixes.length - 1))
    expect(after['fixes']?.length).toBeGreaterThan(10)
    const ids = (rows: readonly unknown[] | undefined): unknown[] => (rows as { id: string }[]).map(({ id }) => id)
    expect(ids(after['segments'])).toEqual(expect.arrayContaining(ids(before['segments']?.slice(0, 2))))
  }

  async function reindex(there: string): Promise<Record<string, unknown>> {
    await mkdir(there)
    await cp(join(data, 'footage'), join(there, 'footage'), { recursive: true })
    const { stdout } = await runSpokecam(['reindex', '--json', '--data', there])
    return JSON.parse(stdout) as Record<string, unknown>
  }
})
