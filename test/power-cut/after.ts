/** The next start on a card that a power cut left: it records at once, and brings in order what it finds. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { monoNowMs } from '../../core/process/boot.js'
import { parseRecordingName } from '../../core/ride/footage.js'
import { framesIn, readIndexOf } from '../../core/video/video-index.js'
import { eventually } from '../fakes/eventually.js'
import { type Card, openCardAfter } from './card.js'
import type { CrashState } from './crash-states.js'
import { dataFromOutside, startDevice } from './device-on-card.js'
import { listenTo } from './news.js'
import { type Catalogue, footageFiles, hashOf, readCatalogue } from './on-the-card.js'
import { playedPicture } from './picture.js'
import type { Recording } from './recording.js'

export interface After {
  /** As the card was found; null: no catalogue, or none that opens. */
  readonly catalogueBefore: Catalogue | null
  readonly catalogue: Catalogue | null
  /** From its start to the first second of a new file on the card, of every camera. */
  readonly recordsAgainAfterMs: number
  /** What the cut interrupted and the next start did not finish. */
  readonly untagged: readonly string[]
  readonly exitCode: number | null
  readonly said: string
  readonly files: readonly FileFound[]
}

export interface FileFound {
  /** Relative to the footage folder. */
  readonly name: string
  /** Frames by its own index, and the hash of the picture where it plays; null for what does not call itself a video. */
  readonly video: { readonly frames: number; readonly picture: string | null } | null
}

/** A start on a busy machine may take its time; one that never records is found out. */
const RECORDS_WITHIN_MS = 20_000
const TAGS_WITHIN_MS = 20_000

/** Null where the card cannot be mounted. */
export async function nextStart(recording: Recording, state: CrashState, folder: string): Promise<After | null> {
  await mkdir(folder)
  try {
    const card = await openCardAfter(recording.blankImage, state.writes, folder).catch((error: unknown) => {
      if (String(error).includes('nothing was mounted')) return null
      throw error
    })
    if (card === null) return null
    try {
      return await startOn(card, recording, state, folder)
    } finally {
      await card.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function startOn(card: Card, recording: Recording, state: CrashState, scratch: string): Promise<After> {
  const data = dataFromOutside(card)
  const filesBefore = await footageFiles(data)
  const catalogueBefore = await readCatalogue(data, scratch)
  const startedMonoMs = monoNowMs()
  const device = startDevice(card, { ...recording.ride, startedBy: [] })
  const listening = listenTo(card)
  const comesTrue = async (check: () => boolean | Promise<boolean>, withinMs: number): Promise<void> => {
    // What never comes true is told by what is missing then.
    await eventually(async () => device.child.exitCode !== null || (await check()), { withinMs }).catch(() => {})
  }
  try {
    await comesTrue(() => recordsAnew(data, filesBefore, recording.ride.cameras), RECORDS_WITHIN_MS)
    const recordsAgainAfterMs = monoNowMs() - startedMonoMs
    const waiting = await untaggedOf(data, scratch, state.cutMonoMs)
    const isUntagged = (id: string): boolean =>
      !listening.announced.some((segment) => segment.id === id && segment.state === 'tagged')
    await comesTrue(() => !waiting.some(isUntagged), TAGS_WITHIN_MS)
    const exitCode = await device.end('SIGINT')
    const files = await Promise.all((await footageFiles(data)).map((name) => lookAt(data, name, recording)))
    const catalogue = await readCatalogue(data, scratch)
    const untagged = waiting.filter(isUntagged)
    return { catalogueBefore, catalogue, recordsAgainAfterMs, untagged, exitCode, said: device.said(), files }
  } finally {
    await device.end('SIGKILL')
    await listening.stop()
  }
}

/** Whether every camera has a whole second in a file that was not there. */
async function recordsAnew(data: string, before: readonly string[], cameras: readonly string[]): Promise<boolean> {
  const added = (await footageFiles(data)).filter((name) => !before.includes(name))
  const grown = await Promise.all(
    added.map(async (name) => {
      const camera = parseRecordingName(name.slice(name.lastIndexOf('/') + 1))?.camera
      // It may be set aside or renamed at this moment.
      const index = await readIndexOf(join(data, 'footage', name)).catch(() => null)
      return index !== null && index.fragments.length > 0 ? camera : null
    }),
  )
  return cameras.every((camera) => grown.includes(camera))
}

/** What the cut interrupted: it has a date and has not been tagged. */
async function untaggedOf(data: string, scratch: string, cutMonoMs: number): Promise<string[]> {
  const { segments } = (await readCatalogue(data, scratch)) ?? { segments: [] }
  return segments
    .filter(
      ({ state, startMonoMs, startUtcMs }) => state === 'recorded' && startMonoMs < cutMonoMs && startUtcMs !== null,
    )
    .map(({ id }) => id)
}

async function lookAt(data: string, name: string, { uncut }: Recording): Promise<FileFound> {
  if (!name.endsWith('.mp4')) return { name, video: null }
  const path = join(data, 'footage', name)
  const frames = framesIn(await readIndexOf(path))
  const known = uncut.pictureOfFile.get(await hashOf(path))
  return { name, video: { frames, picture: known ?? (await playedPicture(path).catch(() => null)) } } // It does not play.
}
