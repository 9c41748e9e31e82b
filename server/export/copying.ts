/** Makes a clip of the first segment of its span, as it is stored, and of the track of the span. */
import { constants, createWriteStream } from 'node:fs'
import { copyFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UNFINISHED } from '../../core/process/durable.js'
import type { Reading } from '../../core/store/catalogue.js'
import { segmentsOfSpan } from '../../core/store/clip-footage.js'
import { gpxOf } from '../../core/track/gpx.js'
import { isWithin } from '../../core/track/period.js'
import { TRACK_NAME, VIDEO_NAME } from './export-folder.js'
import type { Make } from './making.js'

/** Asks the catalogue. @throws where it cannot be read */
export type AskCatalogue = <Answer>(question: (reading: Reading) => Answer) => Answer

/** @param footage absolute path of the footage folder */
export function copyingMake(ask: AskCatalogue, footage: string): Make {
  return async (clip, folder, signal, onProgress) => {
    const ride = ask((reading) => reading.ride(clip.rideId))
    const segments = ask((reading) => segmentsOfSpan(reading, clip.rideId, clip))
    const first = segments.find(({ state }) => state !== 'swept')
    if (ride === null || first === undefined) throw new Error('the video of this span is not here any more')
    const video = join(folder, VIDEO_NAME)
    await copyFile(join(footage, first.file), video + UNFINISHED, constants.COPYFILE_FICLONE)
    signal.throwIfAborted()
    onProgress(0.5)
    const head = { name: ride.name ?? ride.id, utcMs: clip.fromUtcMs, simulated: ride.simulated }
    const points = ask((reading) => [...reading.pointsOf(ride.id)].filter((point) => isWithin(point, clip)))
    const track = join(folder, TRACK_NAME)
    await pipeline(Readable.from(gpxOf(head, points)), createWriteStream(track + UNFINISHED), { signal })
    for (const path of [video, track]) await rename(path + UNFINISHED, path)
    return { sizeBytes: (await stat(video)).size, reason: null }
  }
}
