/** Clips without a ride: what is asked for, a queue of them on a card of a test's own, and what stands in for the work. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clip, ClipWish } from '../../core/ride/clip.js'
import { type AccessStore, openAccessStore } from '../../core/store/access.js'
import { openExportFolder } from '../../server/export/export-folder.js'
import { type Exporter, type ExporterOptions, openExporter } from '../../server/export/exporter.js'
import type { Make } from '../../server/export/making.js'
import { JUNE_UTC_MS } from './readings.js'

export const aWish = (known: Partial<ClipWish> = {}): ClipWish => ({
  camera: 'front',
  fromUtcMs: JUNE_UTC_MS + 101_000,
  toUtcMs: JUNE_UTC_MS + 104_000,
  exact: false,
  overlay: false,
  telemetry: 'gpmf',
  privacy: false,
  ...known,
})

/** Makes a clip whose bytes are its id. */
export const writtenAtOnce: Make = async (clip, folder) => {
  await writeFile(join(folder, 'clip.mp4'), clip.id)
  await writeFile(join(folder, 'track.gpx'), '<gpx/>')
  const { fromUtcMs, toUtcMs } = clip
  return { sizeBytes: clip.id.length, reason: null, fromUtcMs, toUtcMs }
}

export interface QueueUnderTest {
  readonly exporter: Exporter
  readonly clips: AccessStore['clips']
  /** Every clip as it was told, in order. */
  readonly told: readonly Clip[]
  readonly logged: readonly string[]
  /** Ends the exporter as a stop of the server does, and closes the database. */
  readonly stop: () => Promise<void>
}

/** Begins an exporter over a data folder, made where it is missing. */
export async function startQueue(data: string, known: Partial<ExporterOptions> = {}): Promise<QueueUnderTest> {
  await mkdir(data, { recursive: true })
  const store = openAccessStore(join(data, 'server.db'))
  const folder = join(data, 'exports')
  const told: Clip[] = []
  const logged: string[] = []
  const say = (message: string) => void logged.push(message)
  const exporter = openExporter({
    clips: store.clips,
    folder,
    files: openExportFolder(folder),
    isWritable: true,
    make: writtenAtOnce,
    hold: async () => () => {},
    footageOf: () => ({ segmentIds: ['front-000001'], bytes: 1_000 }),
    recording: () => ({ bytesPerSecond: 0, sweepableBytes: 0 }),
    tell: (clip) => void told.push(clip),
    log: { info: say, warn: say, error: say },
    ...known,
  })
  const stop = new AbortController()
  const ended = exporter.service.run(stop.signal)
  return {
    exporter,
    clips: store.clips,
    told,
    logged,
    stop: async () => {
      stop.abort()
      await ended
      store.close()
    },
  }
}
