/** A device that is killed again and again in the middle of recording and tagging, and what is left of the ride in the end. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { monoNowMs } from '../../core/process/boot.js'
import { framesIn, readIndexOf } from '../../core/video/video-index.js'
import { makeSegment } from '../fakes/clip.js'
import { eventually } from '../fakes/eventually.js'
import { seeded } from '../fakes/fake-gpsd.js'
import { type Program, startProgram } from '../fakes/processes.js'
import { processesWith } from '../fakes/spokecam.js'
import { type Catalogue, footageFiles, readCatalogue } from '../power-cut/on-the-card.js'

const IS_LONG = process.env['SPOKECAM_TEST'] === 'long'
const KILLS = 40
/** Since it began to record: mostly a second is whole by then, and now and then none is. */
const KILLED_AFTER_MS = [500, 3_000] as const
/** All that the kills left untagged is worked off one by one, behind the recorder. */
const TAGGED_IN_TIME = { withinMs: 20_000 + KILLS * 3_000 }
const SOON = { withinMs: 20_000 }
const PROGRAM = resolve(import.meta.dirname, '../../dist/cli/spokecam.js')

let folder: string
let data: string
let device: Program | null = null
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spokecam-kills-'))
  data = join(folder, 'data')
})
afterEach(async () => {
  await device?.end('SIGKILL')
  await eventually(async () => (await processesWith(data)).length === 0, SOON)
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

it.runIf(IS_LONG)(
  `kill -9, ${KILLS} times in a row, loses no second that was whole and leaves nothing lying about`,
  {
    timeout: 40_000 + KILLS * 15_000,
  },
  async () => {
    const clip = join(folder, 'clip.mp4')
    await makeSegment(clip, { seconds: 10 })
    const random = seeded(11)
    const framesSeen = new Map<string, number>()
    for (let kill = 0; kill < KILLS; kill++) {
      device = startRecording(clip)
      await device.says(/device: recording/, SOON.withinMs)
      const [least, most] = KILLED_AFTER_MS
      const killMonoMs = monoNowMs() + least + random() * (most - least)
      await eventually(() => monoNowMs() >= killMonoMs, SOON)
      for (const [id, frames] of await framesOnCard()) framesSeen.set(id, frames)
      await device.end('SIGKILL')
    }

    device = startRecording(clip)
    const lastSeen = Math.max(...[...framesSeen.keys()].map(numberOf))
    await eventually(
      async () => (await catalogue()).segments.some(({ number, frames }) => number > lastSeen && frames > 0),
      SOON,
    )
    await eventually(async () => {
      const { segments } = await catalogue()
      return segments.every(({ number, state }) => number > lastSeen || state === 'tagged')
    }, TAGGED_IN_TIME)
    expect(await device.end('SIGINT')).toBe(0)
    await eventually(async () => (await processesWith(data)).length === 0, SOON)

    const { segments, rides } = await catalogue()
    expect(rides).toBe(1)
    expect(segments.filter(({ state }) => state === 'recording')).toEqual([])
    const framesNow = await framesOnCard()
    const lost = [...framesSeen].filter(([id, frames]) => (framesNow.get(id) ?? 0) < frames)
    expect(lost).toEqual([])
    expect([...framesSeen.values()].filter((frames) => frames > 0).length).toBeGreaterThan(KILLS / 5)
    for (const { id, frames } of segments) expect([id, framesNow.get(id)]).toEqual([id, frames])

    const files = await footageFiles(data)
    const inRows = segments.flatMap(({ file, fileAsRecorded }) =>
      fileAsRecorded === null ? [file] : [file, fileAsRecorded],
    )
    expect(files.filter((name) => name.endsWith('.mp4'))).toEqual([...inRows].sort())
    expect(files.filter((name) => name.includes('.tmp'))).toEqual([])
  },
)

const startRecording = (clip: string): Program =>
  startProgram(process.execPath, [PROGRAM, 'device', '--data', data], {
    SPOKECAM_GPS__SOURCE: 'simulator:?rateHz=5',
    SPOKECAM_CAMERAS: JSON.stringify([{ name: 'front', source: `file:${clip}`, fps: 10, bitrateMbps: 0.1 }]),
    SPOKECAM_RECORDING__SEGMENT_SECONDS: '2',
  })

async function catalogue(): Promise<Catalogue> {
  const found = await readCatalogue(data, folder)
  if (found === null) throw new Error('there is no catalogue')
  return found
}

/** Whole fragments of every segment's files, as anybody would find them there: of the file that has least. */
async function framesOnCard(): Promise<Map<string, number>> {
  const frames = new Map<string, number>()
  for (const name of await footageFiles(data)) {
    const id = idOf(name)
    if (id === null) continue
    // It is renamed at this moment: its other file tells.
    const found = await readIndexOf(join(data, 'footage', name))
      .then(framesIn)
      .catch(() => null)
    if (found !== null) frames.set(id, Math.min(found, frames.get(id) ?? found))
  }
  return frames
}

/** front-000007 of boot-000001/front-000007.mp4 and of a dated name. */
function idOf(name: string): string | null {
  const found = /(?<camera>[a-z]+)-(?:[\dTZ-]+-)?(?<number>\d{6})\.mp4$/.exec(name)?.groups
  return found === undefined ? null : `${found['camera']}-${found['number']}`
}

const numberOf = (id: string): number => Number(id.slice(-6))
