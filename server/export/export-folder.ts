/** The folder of exports: each clip has a folder of its own in there, which is whole or not to be seen. */
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolderDurably, renameDurably, syncFile, syncFolder, UNFINISHED } from '../../core/process/durable.js'

export const VIDEO_NAME = 'clip.mp4'
export const TRACK_NAME = 'track.gpx'

export interface ExportFolder {
  /** Makes an empty folder to make a clip in. Answers its path. @throws where the card refuses */
  readonly begin: (id: string) => Promise<string>
  /** What was made in there is on the card from now on, under the clip's own name. @throws where the card refuses */
  readonly publish: (id: string) => Promise<void>
  /** Removes what was begun, or made, of a clip. */
  readonly discard: (id: string) => Promise<void>
  /** Puts a clip's files where they make room first, file by file: the device counts what each frees. */
  readonly expire: (id: string) => Promise<void>
  /** Removes what has expired. */
  readonly clearExpired: () => Promise<void>
  /** Removes what a crash left: what was never finished, and what nobody knows. Answers the names. */
  readonly clearLeftovers: (isReady: (id: string) => boolean) => Promise<string[]>
}

/** The device clears this folder when it makes room, before it takes any footage. */
const EXPIRED = 'expired'
/** So that nobody takes it for a video. */
const EXPIRED_ENDING = '.expired'
/** Whatever has another name is somebody else's. */
const OURS = /^([0-9a-f]{12})(\.tmp)?$/

export function openExportFolder(folder: string): ExportFolder {
  const finished = (id: string): string => join(folder, id)
  const unfinished = (id: string): string => join(folder, id + UNFINISHED)

  return {
    begin: async (id) => {
      await makeFolderDurably(folder)
      await remove(unfinished(id))
      await mkdir(unfinished(id))
      return unfinished(id)
    },
    publish: async (id) => {
      for (const name of await readdir(unfinished(id))) await syncFile(join(unfinished(id), name))
      await syncFolder(unfinished(id))
      await remove(finished(id))
      await renameDurably(unfinished(id), finished(id))
    },
    discard: async (id) => {
      await remove(unfinished(id))
      await remove(finished(id))
    },
    expire: async (id) => {
      const names = await namesIn(finished(id))
      if (names.length === 0) return
      await makeFolderDurably(join(folder, EXPIRED))
      for (const name of names) {
        await rename(join(finished(id), name), join(folder, EXPIRED, `${id}-${name}${EXPIRED_ENDING}`))
      }
      await remove(finished(id))
    },
    clearExpired: async () => {
      for (const name of await namesIn(join(folder, EXPIRED))) {
        if (name.endsWith(EXPIRED_ENDING)) await remove(join(folder, EXPIRED, name))
      }
    },
    clearLeftovers: async (isReady) => {
      const cleared: string[] = []
      for (const name of await namesIn(folder)) {
        const [, id, ending] = OURS.exec(name) ?? []
        if (id === undefined || (ending === undefined && isReady(id))) continue
        await remove(join(folder, name))
        cleared.push(name)
      }
      return cleared
    },
  }
}

const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true })

/** None where there is no such folder: nothing was exported yet, or the device has cleared it. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
