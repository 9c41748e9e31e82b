/** A file on its way into a bundle: its size is noted first, its bytes are read later, and both have to agree. */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** Opens a file; null where there is none. */
export type OpenFile = () => Promise<FileHandle | null>

/** A file as it was when it was noted. */
export interface NotedFile {
  readonly open: OpenFile
  readonly sizeBytes: number
  readonly modifiedNs: bigint
}

/** Less takes a third more of the processor in calls; more keeps the others in this process waiting for over a millisecond at a time. */
const PIECE_BYTES = 256 * 1024

/** A plain file, and no link that leads elsewhere. */
export const plainFile =
  (path: string): OpenFile =>
  async () => {
    try {
      return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }

/** Null where there is no such file. */
export async function note(openFile: OpenFile): Promise<NotedFile | null> {
  const handle = await openFile()
  if (handle === null) return null
  try {
    const { size, mtimeNs } = await handle.stat({ bigint: true })
    return { open: openFile, sizeBytes: Number(size), modifiedNs: mtimeNs }
  } finally {
    await handle.close()
  }
}

/**
 * Its bytes, exactly as many as noted; the file is open only while they are read.
 * @throws where it is gone, or is not the same any more: not by its inode, which FAT gives anew at each opening
 */
export async function* piecesOf(file: NotedFile, name: string): AsyncGenerator<Buffer> {
  const handle = await file.open()
  if (handle === null) throw new Error(`${name} is gone`)
  try {
    await requireSame(handle, file, name)
    let readBytes = 0
    while (readBytes < file.sizeBytes) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, file.sizeBytes - readBytes))
      const { bytesRead } = await handle.read(piece, 0, piece.length, readBytes)
      if (bytesRead === 0) throw new Error(`${name} became shorter while it was read`)
      readBytes += bytesRead
      yield piece.subarray(0, bytesRead)
    }
    await requireSame(handle, file, name)
  } finally {
    await handle.close()
  }
}

async function requireSame(handle: FileHandle, { sizeBytes, modifiedNs }: NotedFile, name: string): Promise<void> {
  const { size, mtimeNs } = await handle.stat({ bigint: true })
  if (Number(size) !== sizeBytes || mtimeNs !== modifiedNs) throw new Error(`${name} changed while it was read`)
}
