/** `spokecam clip` as riders type it: files with telling names, nothing half made, and what cannot be is said. */
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readWords } from '../../cli/command.js'
import { commands } from '../../cli/commands.js'
import { progressOn } from '../../cli/progress.js'
import type { Wish } from '../../core/link/messages.js'
import { UsageError } from '../../core/process/run.js'
import { startDevice } from '../fakes/a-device.js'
import { addRide, addSegment, openRides, recordFootage } from '../fakes/a-ride.js'
import { makeDataFolder } from '../fakes/a-server.js'
import { eventually } from '../fakes/eventually.js'
import { type Program, startProgram } from '../fakes/processes.js'

const PROGRAM = resolve(import.meta.dirname, '../../dist/cli/spokecam.js')
const SPAN = ['--from', '+0:01', '--to', '+0:04']
const NAME = 'front-2026-06-06T080141Z-3s'
let data: string
let folder: string

beforeAll(async () => {
  data = await makeDataFolder()
  const store = await openRides(data)
  const files = await recordFootage(data, 'front', 2)
  await addRide(store)
  for (const [index, file] of files.entries()) {
    await addSegment(store, { number: index + 1, file, rideId: 'ride-a', second: 100 + index * 2 })
  }
  await store.close()
}, 30_000)
afterAll(() => rm(data, { recursive: true }))
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spokecam-clip-'))
  return () => rm(folder, { recursive: true })
})

const start = (words: readonly string[], of = data): Program =>
  startProgram('sh', [
    '-c',
    'cd "$1" && shift && exec "$@"',
    'sh',
    folder,
    process.execPath,
    PROGRAM,
    'clip',
    ...words,
    '--data',
    of,
  ])

async function clip(
  words: readonly string[],
  of = data,
): Promise<{ code: number | null; said: string; left: string[] }> {
  const program = start(words, of)
  await eventually(() => program.child.exitCode !== null, { withinMs: 10_000 })
  const code = await program.end()
  return { code, said: program.said(), left: (await readdir(folder)).sort() }
}

describe('a clip', () => {
  it('gets a telling name in the current folder, with its track beside it', async () => {
    const names = [`${NAME}.gpx`, `${NAME}.mp4`]
    expect(await clip(['latest', ...SPAN])).toEqual({ code: 0, said: `${NAME}.mp4\n${NAME}.gpx\n`, left: names })
    const [gpx, mp4] = await Promise.all(names.map((name) => readFile(join(folder, name))))
    expect([String(gpx?.subarray(0, 5)), String(mp4?.subarray(4, 8))]).toEqual(['<?xml', 'ftyp'])
  })

  it('goes where it is told to, and tells itself as JSON', async () => {
    const output = join(folder, 'police', 'crash.mp4')
    await mkdir(join(folder, 'police'))
    const { code, said } = await clip(['ride-a', ...SPAN, '--json', '-o', output])
    expect([code, JSON.parse(said)]).toEqual([
      0,
      { files: [output, join(folder, 'police', 'crash.gpx')], sizeBytes: expect.any(Number), reason: null },
    ])
    expect((await readdir(join(folder, 'police'))).sort()).toEqual(['crash.gpx', 'crash.mp4'])
  })

  it('has the device leave the footage alone, and a stop in the middle of it leaves nothing', async () => {
    const wishes: Wish[] = []
    let answer = () => {}
    const asked = new Promise<void>((done) => {
      answer = done
    })
    const device = startDevice(data, async (wish) => {
      wishes.push(wish)
      await asked
      return { kind: 'done' }
    })
    const program = start(['latest', ...SPAN])
    await eventually(() => wishes.length > 0, { withinMs: 10_000 })
    expect(wishes[0]).toEqual({ kind: 'hold', segmentIds: ['front-000001', 'front-000002'] })
    expect(await readdir(folder)).toHaveLength(1)
    program.child.kill('SIGINT')
    setTimeout(answer, 40)
    expect([await program.end('SIGCONT'), program.said(), await readdir(folder)]).toEqual([
      1,
      'spokecam clip: stopped: nothing of it is left\n',
      [],
    ])
    await device.stop()
  })
})

/** In this process, because beginning one costs more than all it does. */
async function refused(words: readonly string[], of = data): Promise<unknown> {
  const command = commands.find(({ name }) => name === 'clip')
  if (command === undefined) throw new Error('there is no command clip')
  return command.run(readWords(command, [...words, '--data', of])).then(
    () => 'done',
    (error: unknown) => error,
  )
}

describe('wrong usage', () => {
  it.each([
    [['latest', '--to', '+0:04'], /^--from is missing$/],
    [['latest', '--from', '+0:01'], /^--to is missing$/],
    [['latest', '--from', '+0:04', '--to', '+0:01'], /^--to is before --from$/],
    [['latest', '--from', '+0:04', '--to', '+0:04'], /^--to is --from: a clip has some length$/],
    [['latest', '--from', '+0:00', '--to', '+11:00:00'], /10 hours/],
    [['latest', '--from', 'noon', '--to', '+0:04'], /^--from is noon: must be like/],
    [['latest', ...SPAN, '--telemetry', 'nmea'], /^--telemetry is nmea: must be gpmf, camm, none$/],
    [['latest', ...SPAN, '-o', '.'], /^--output is \.: that is a folder$/],
    [['latest', ...SPAN, '-o', 'crash.gpx'], /the track goes there/],
  ])('%j is told', async (words, told) => {
    const error = await refused(words)
    expect(error).toBeInstanceOf(UsageError)
    expect((error as UsageError).message).toMatch(told)
  })

  it('ends with exit code 2', async () => {
    const { code, said, left } = await clip(['latest', '--from', '+0:04', '--to', '+0:01'])
    expect([code, said, left]).toEqual([2, expect.stringMatching(/^spokecam clip: --to is before --from\nusage: /), []])
  })
})

describe('what cannot be cut', () => {
  it.each([
    [['ride-x', ...SPAN], /^there is no ride ride-x$/],
    [['latest', ...SPAN, '--camera', 'left'], /^this ride has no camera left: it has front$/],
    [['latest', '--from', '+50:00', '--to', '+51:00'], /^the span lies outside of the ride/],
    [['latest', '--from', '+0:30', '--to', '+0:31'], /^there is no video of front of this span$/],
  ])('%j is told, and nothing is left', async (words, told) => {
    const error = await refused([...words, '-o', join(folder, 'crash.mp4')])
    expect(error).not.toBeInstanceOf(UsageError)
    expect((error as Error).message).toMatch(told)
    expect(await readdir(folder)).toEqual([])
  })

  it('is told where nothing was recorded yet', async () => {
    expect(await refused(['latest', ...SPAN], folder)).toMatchObject({ message: 'there is no ride yet' })
  })

  it('is told in one line, with exit code 1', async () => {
    const { code, said } = await clip(['latest', ...SPAN, '-o', 'nowhere/crash.mp4'])
    expect([code, said]).toEqual([1, expect.stringMatching(/^spokecam clip: there is no folder .*nowhere\n$/)])
  })
})

describe('how far it is', () => {
  it('stands on one line of a terminal, and nowhere else', () => {
    const shown = (isTTY: boolean): string[] => {
      const lines: string[] = []
      const progress = progressOn(
        { isTTY, write: (text: string | Uint8Array) => lines.push(String(text)) > 0 },
        'cutting',
      )
      for (const part of [0, 0.123, 0.1234, 1, 7]) progress.tell(part)
      progress.end()
      return lines
    }
    expect(shown(true)).toEqual(['\rcutting   0 %', '\rcutting  12 %', '\rcutting 100 %', '\r\u001b[K'])
    expect(shown(false)).toEqual([])
  })
})
