/** Where the files of a clip go: made in a folder beside that place, and put there when they are whole. */
import { mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { UNFINISHED } from '../core/process/durable.js'
import { UsageError } from '../core/process/run.js'

/** A file as it is made, and the ending it gets. */
interface MadeFile {
  readonly name: string
  readonly ending: string
}

export const CLIP_FILES: readonly MadeFile[] = [
  { name: 'clip.mp4', ending: '.mp4' },
  { name: 'track.gpx', ending: '.gpx' },
]
export const BUNDLE_FILES: readonly MadeFile[] = [{ name: 'bundle.zip', ending: '.zip' }]

export interface ClipOutput {
  /** Empty, and in the same file system. */
  readonly folder: string
  /** Answers the paths the files have now. */
  readonly keep: () => Promise<readonly string[]>
  /** Removes whatever was not kept. */
  readonly close: () => Promise<void>
}

/**
 * @param asked the path of the first file; the others lie beside it under the same name
 * @throws where nothing can be put there
 */
export async function openOutput(asked: string, files: readonly MadeFile[]): Promise<ClipOutput> {
  const first = resolve(asked)
  const base = first.slice(0, first.length - extname(first).length)
  const paths = files.map(({ ending }, index) => (index === 0 ? first : base + ending))
  if (new Set(paths).size < paths.length) throw new UsageError(`--output is ${asked}: the track goes there`)
  for (const path of paths) if (await isFolder(path)) throw new UsageError(`--output is ${asked}: that is a folder`)
  if (!(await isFolder(dirname(first)))) throw new Error(`there is no folder ${dirname(first)}`)
  const folder = await mkdtemp(join(dirname(first), `.${basename(base)}${UNFINISHED}-`))
  return {
    folder,
    keep: async () => {
      for (const [index, path] of paths.entries()) await rename(join(folder, files[index]?.name ?? ''), path)
      return paths
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false // Nothing is there.
}
