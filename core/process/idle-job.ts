/** Longer ffmpeg jobs, which tell how far they are and yield the card as well as the processor to the recorder. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createLineSplitter } from './lines.js'

const IDLE_JOB = fileURLToPath(new URL('./idle-job.sh', import.meta.url))
/** What is repeated of what ffmpeg says when it fails: a broken file fills pages. */
const MOST_WORDS = 4_096
const NO_SPACE = /No space left on device|Disk quota exceeded/
/** One of the files of a list, or the card under it, was lost in the middle: ffmpeg then ends as if that were the end. */
const INPUT_LOST = /Impossible to open|Input\/output error/

export interface IdleJob {
  /** Each word an element: they are never split or joined. Inputs and output with their options, in ffmpeg's order. */
  readonly words: readonly string[]
  /** Where relative names lie. */
  readonly folder: string
  readonly signal: AbortSignal
  /** Told at most twice a second: the time of the output, in milliseconds, up to which it is written. */
  readonly onWritten: (outputMs: number) => void
}

/** ffmpeg failed; its code is ENOSPC where the card is full, and EIO where an input was lost in the middle. */
export class JobFailed extends Error {
  readonly code: 'ENOSPC' | 'EIO' | null

  constructor(message: string, code: 'ENOSPC' | 'EIO' | null) {
    super(message)
    this.code = code
  }
}

/**
 * Runs ffmpeg to its end.
 * @throws JobFailed with ffmpeg's last words; what it wrote is then rubbish. The abort of the signal kills it and throws, too
 */
export async function runIdleJob({ words, folder, signal, onWritten }: IdleJob): Promise<void> {
  signal.throwIfAborted()
  const job = spawn('sh', [IDLE_JOB, '-progress', 'pipe:1', '-stats_period', '0.5', ...words], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // Listened to at once: where there are no descriptors left there is nothing else of it.
  const ended = new Promise<number | null>((resolve, reject) => {
    job.once('error', (error) => reject(new Error('ffmpeg could not be started', { cause: error })))
    job.once('close', resolve)
  })
  // The shell has become ffmpeg by exec: what is killed is ffmpeg itself.
  const stop = (): void => void job.kill('SIGKILL')
  signal.addEventListener('abort', stop, { once: true })
  let said = ''
  const lines = createLineSplitter()
  job.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-MOST_WORDS)
  })
  job.stdout?.on('data', (chunk: Buffer) => {
    for (const line of lines.take(chunk)) {
      const outputMs = outputMsIn(line)
      if (outputMs !== null) onWritten(outputMs)
    }
  })
  try {
    const code = await ended
    signal.throwIfAborted()
    // A card that is full when the index is written at the end does not make ffmpeg fail.
    if (NO_SPACE.test(said)) throw new JobFailed('there is no space left', 'ENOSPC')
    if (INPUT_LOST.test(said)) throw new JobFailed(`ffmpeg lost its input: ${lastLineOf(said)}`, 'EIO')
    if (code !== 0) throw new JobFailed(`ffmpeg failed: ${lastLineOf(said)}`, null)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** A line of `-progress`; before the first packet it says N/A. */
function outputMsIn(line: string): number | null {
  const found = /^out_time_us=(-?\d+)$/.exec(line)
  return found === null ? null : Number(found[1]) / 1_000
}

const lastLineOf = (words: string): string => words.trim().split('\n').at(-1) ?? ''
