/** Writes a bundle into a file, whole or not at all. */
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { renameDurably, syncFile, UNFINISHED } from '../../core/process/durable.js'
import type { Bundle } from './bundle.js'

/** What was under that name before is replaced. @throws where it cannot be written, or what is in it changed; nothing is left then */
export async function writeBundle({ stream }: Pick<Bundle, 'stream'>, to: string, signal: AbortSignal): Promise<void> {
  const unfinished = `${to}${UNFINISHED}`
  try {
    await pipeline(stream, createWriteStream(unfinished), { signal })
    await syncFile(unfinished)
    await renameDurably(unfinished, to)
  } finally {
    await rm(unfinished, { force: true })
  }
}
