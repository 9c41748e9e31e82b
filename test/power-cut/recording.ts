/** A ride on a logged card, up to the moment its plug could be pulled, and what would be there had nobody pulled it. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { monoNowMs } from '../../core/process/boot.js'
import { eventually } from '../fakes/eventually.js'
import type { BlockRecord } from './block-log.js'
import { makeImage, openCardAfter, openLoggedCard } from './card.js'
import { dataFromOutside, type Ride, startDevice } from './device-on-card.js'
import { type Announced, listenTo } from './news.js'
import { hashOf, readCatalogue } from './on-the-card.js'
import { playedPicture } from './picture.js'

export interface RecordingOptions extends Ride {
  /** An empty folder, in memory if possible. */
  readonly folder: string
  /** At least; until some segments have been tagged. */
  readonly seconds: number
  /** So many milliseconds each write to the card takes. */
  readonly writeMs: number
}

export interface Recording {
  readonly ride: Ride
  readonly blankImage: string
  readonly records: readonly BlockRecord[]
  readonly startedMonoMs: number
  /** Nothing was stopped before this moment. */
  readonly stoppedMonoMs: number
  readonly announced: readonly Announced[]
  readonly uncut: Uncut
}

/** What a rider would have who stopped it properly. */
export interface Uncut {
  /** By camera. */
  readonly firstFrameMonoMs: ReadonlyMap<string, number>
  readonly firstFixMonoMs: number
  /** By segment. */
  readonly pictures: ReadonlyMap<string, string>
  /** By the hash of a file's bytes, whatever its name: what plays once plays again. */
  readonly pictureOfFile: ReadonlyMap<string, string>
}

/** More than an hour of it fits, or the next start would make room at once; it is sparse. */
const CARD_MIB = 2048
/** On a machine with other things to do a ride is longer, so that there is tagging to be cut short. */
const TAGGED_AT_LEAST = 4
const TAGGED_WITHIN_MS = 30_000

export async function recordRide({ folder, seconds, writeMs, ...ride }: RecordingOptions): Promise<Recording> {
  const blankImage = join(folder, 'blank')
  await makeImage(blankImage, CARD_MIB)
  const work = join(folder, 'recording')
  await mkdir(work)
  const card = await openLoggedCard({ blankImage, folder: work, writeMs })
  try {
    const startedMonoMs = monoNowMs()
    const device = startDevice(card, ride)
    const listening = listenTo(card)
    try {
      const isDone = (): boolean =>
        monoNowMs() - startedMonoMs > seconds * 1_000 &&
        listening.announced.filter(({ state }) => state === 'tagged').length >= TAGGED_AT_LEAST
      await eventually(() => device.child.exitCode !== null || isDone(), {
        withinMs: seconds * 1_000 + TAGGED_WITHIN_MS,
      })
      if (device.child.exitCode !== null) throw new Error(`the device ended while it recorded: ${device.said()}`)
    } finally {
      await listening.stop()
    }
    const stoppedMonoMs = monoNowMs()
    const code = await device.end('SIGINT')
    if (code !== 0) throw new Error(`the device ended with ${code}: ${device.said()}`)
    const records = await card.takeLog()
    const uncut = await lookAtUncut(blankImage, records, join(folder, 'uncut'))
    return { ride, blankImage, records, startedMonoMs, stoppedMonoMs, announced: listening.announced, uncut }
  } finally {
    await card.close()
    await rm(work, { recursive: true, force: true })
  }
}

async function lookAtUncut(blankImage: string, records: readonly BlockRecord[], folder: string): Promise<Uncut> {
  await mkdir(folder)
  const writes = records.flatMap((record) => (record.kind === 'write' ? [record] : []))
  const card = await openCardAfter(blankImage, writes, folder)
  try {
    const data = dataFromOutside(card)
    const catalogue = await readCatalogue(data, folder)
    if (catalogue === null) throw new Error('the ride has no catalogue')
    const { segments, fixesMonoMs } = catalogue
    const firstFrameMonoMs = new Map<string, number>()
    const pictures = new Map<string, string>()
    const pictureOfFile = new Map<string, string>()
    for (const { id, camera, startMonoMs, file, fileAsRecorded } of segments) {
      firstFrameMonoMs.set(camera, Math.min(startMonoMs, firstFrameMonoMs.get(camera) ?? startMonoMs))
      for (const name of [file, fileAsRecorded]) {
        if (name === null) continue
        const path = join(data, 'footage', name)
        const picture = await playedPicture(path)
        pictures.set(id, picture)
        pictureOfFile.set(await hashOf(path), picture)
      }
    }
    return { firstFrameMonoMs, firstFixMonoMs: Math.min(...fixesMonoMs), pictures, pictureOfFile }
  } finally {
    await card.close()
    await rm(folder, { recursive: true, force: true })
  }
}
