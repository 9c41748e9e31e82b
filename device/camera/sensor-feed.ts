/** Listens to what a camera's program tells of each frame, through a FIFO of its own. */
import { execFile } from 'node:child_process'
import { constants, openSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createSensorTimes } from './sensor-times.js'

export interface SensorFeed {
  /** What the program is told to write to. */
  readonly file: string
  readonly close: () => Promise<void>
}

/** @param onTaken the moment a frame was taken, in monotonic ms, told when it came out of the encoder */
export async function openSensorFeed(onTaken: (takenMonoMs: number) => void): Promise<SensorFeed> {
  const folder = await mkdtemp(join(tmpdir(), 'spokecam-frames-'))
  const file = join(folder, 'metadata')
  await promisify(execFile)('mkfifo', [file])
  // For writing, too: with no other writer there yet, or none any more, it would be at its end.
  const socket = new Socket({ fd: openSync(file, constants.O_RDWR | constants.O_NONBLOCK), writable: false })
  const take = createSensorTimes()
  socket.setEncoding('latin1').on('data', (piece: string) => {
    for (const takenMonoMs of take(piece)) if (takenMonoMs !== null) onTaken(takenMonoMs)
  })
  socket.on('error', () => {
    // Frames are then timed by when they came out of the encoder.
  })
  return {
    file,
    close: async () => {
      socket.destroy()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
