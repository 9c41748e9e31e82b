/** The stored files of a bundle's segments, as they lie in the footage folder. */
import type { FileHandle } from 'node:fs/promises'
import { datedName } from '../../core/ride/footage.js'
import type { Entry } from './bundle-archive.js'
import type { BundledSegment } from './bundle-facts.js'
import { type NotedFile, note } from './bundle-file.js'
import type { BundleSegment, LeftOut } from './bundle-segments.js'

export interface FootageFiles {
  readonly entries: readonly Entry[]
  readonly bundled: readonly BundledSegment[]
  readonly missing: readonly LeftOut[]
}

type OpenFootage = (file: string) => Promise<FileHandle | null>

/** Ours have some 700 bytes. */
const MOST_RECORD_BYTES = 64 * 1024

/** Notes them one after the other: ten hours are 600 segments, and descriptors are few. */
export async function collect(segments: readonly BundleSegment[], open: OpenFootage): Promise<FootageFiles> {
  const entries: Entry[] = []
  const bundled: BundledSegment[] = []
  const missing: LeftOut[] = []
  for (const segment of segments) {
    const video = await note(() => open(segment.file))
    if (video === null) {
      missing.push({ segment, why: 'missing' })
      continue
    }
    const { base } = datedName(segment.camera, segment.number, segment.startUtcMs)
    const track = await firstOf(filesBeside(segment, 'gpx'), (file) => note(() => open(file)))
    // Read at once: it follows the catalogue, and may be another before the video is sent.
    const record = await firstOf(filesBeside(segment, 'json'), (file) => readSmall(open, file))
    const names = {
      video: `segments/${base}.mp4`,
      track: track === null ? null : `segments/${base}.gpx`,
      record: record === null ? null : `segments/${base}.json`,
    }
    entries.push(...entry(names.video, video), ...entry(names.track, track), ...entry(names.record, record))
    bundled.push({ segment, ...names, pictureHash: pictureHashIn(record) })
  }
  return { entries, bundled, missing }
}

const entry = (name: string | null, content: Buffer | NotedFile | null): Entry[] =>
  name === null || content === null ? [] : [{ name, content }]

/** By the date of the segment as soon as that is known for good, else where its video lies. */
function filesBeside({ camera, number, startUtcMs, file }: BundleSegment, ending: string): string[] {
  const { folder, base } = datedName(camera, number, startUtcMs)
  return [`${folder}/${base}.${ending}`, file.replace(/mp4$/, ending)]
}

async function firstOf<Found>(
  files: readonly string[],
  look: (file: string) => Promise<Found | null>,
): Promise<Found | null> {
  for (const file of files) {
    const found = await look(file)
    if (found !== null) return found
  }
  return null
}

async function readSmall(open: OpenFootage, file: string): Promise<Buffer | null> {
  const handle = await open(file)
  if (handle === null) return null
  try {
    const { size } = await handle.stat()
    return size > MOST_RECORD_BYTES ? null : await handle.readFile()
  } finally {
    await handle.close()
  }
}

function pictureHashIn(record: Buffer | null): string | null {
  try {
    const { picture } = JSON.parse(record?.toString() ?? '{}') as { readonly picture?: unknown }
    return typeof picture === 'string' && /^murmur3=[0-9a-f]{32}$/.test(picture) ? picture : null
  } catch {
    return null // Torn: it is in the bundle all the same, as it is.
  }
}
