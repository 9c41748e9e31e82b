/** The door to fluent-ffmpeg: short jobs, which are read to their end. */
import { fileURLToPath } from 'node:url'
import ffmpeg from 'fluent-ffmpeg'

/**
 * fluent-ffmpeg 2.1.3 asks `ffmpeg -formats` before every job and cannot read the answer of ffmpeg 7: it then says that
 * lavfi and v4l2 do not exist. The package is archived, so its check is bypassed here.
 */
const unchecked = ffmpeg.prototype as unknown as Record<string, (done: (error: null, found?: object) => void) => void>
unchecked['_checkCapabilities'] = (done) => done(null)
unchecked['availableEncoders'] = (done) => done(null, {})
unchecked['getAvailableEncoders'] = (done) => done(null, {})

/**
 * Where no process can be made, for want of memory or descriptors, fluent-ffmpeg 2.1.3 throws past whoever asked for the job,
 * which would be the end of the device.
 */
type Ended = (error: unknown, output?: { readonly get: () => string }, words?: { readonly get: () => string }) => void
const spawning = ffmpeg.prototype as unknown as { _spawnFfmpeg: (...given: [unknown, unknown, unknown, Ended]) => void }
const spawnOrThrow = spawning._spawnFfmpeg
const NOTHING = { get: () => '' }
spawning._spawnFfmpeg = function (words, options, onBegun, onEnded) {
  const ended: Ended = (error, output = NOTHING, said = NOTHING) => onEnded(error, output, said)
  try {
    spawnOrThrow.call(this, words, options, onBegun, ended)
  } catch (error) {
    ended(error)
  }
}

// A path that is known is not looked for first: what throws then throws in the middle of the one who asked.
ffmpeg.setFfprobePath('ffprobe')
ffmpeg.setFfmpegPath(fileURLToPath(new URL('./short-job.sh', import.meta.url)))

/** What one input of a job is: a file, and the options that stand before its -i. */
export interface JobInput {
  readonly file: string
  readonly options?: readonly string[]
}

/**
 * Runs a short job that writes files.
 * @param options stand before the output, each word an element: they are never split or joined
 * @throws with ffmpeg's last words when it fails; the abort of the signal kills it and throws, too
 */
export async function runJob(
  inputs: readonly JobInput[],
  options: readonly string[],
  output: string,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  const job = ffmpeg()
  for (const { file, options: inputOptions = [] } of inputs) {
    job.input(file)
    if (inputOptions.length > 0) job.inputOptions(...inputOptions)
  }
  // Varargs: an array or a string with spaces would be split into other words.
  job.outputOptions(...options)
  const stop = (): void => void job.kill('SIGKILL')
  signal.addEventListener('abort', stop, { once: true })
  try {
    await new Promise<void>((resolve, reject) => {
      // kill() does nothing before there is a process.
      job.on('start', () => signal.aborted && stop())
      job.on('error', (error: Error, _out: string | null, words: string | null) =>
        reject(new Error(`ffmpeg failed: ${lastLineOf(words || error.message)}`, { cause: error })),
      )
      job.on('end', () => resolve())
      job.save(output)
    })
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** The codec of a file's picture, as ffprobe names it. @throws where there is none */
export function pictureCodec(file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    // A name that begins with a dash or looks like an address is a file's all the same.
    ffmpeg.ffprobe(`file:${file}`, (error: Error | null, probe) => {
      if (error !== null) return reject(new Error(`${file} cannot be read as video: ${lastLineOf(error.message)}`))
      const codec = probe.streams.find((stream) => stream.codec_type === 'video')?.codec_name
      if (codec === undefined) return reject(new Error(`${file} has no picture`))
      resolve(codec)
    })
  })
}

/** What ffmpeg says before it is about itself. */
const lastLineOf = (words: string): string => words.trim().split('\n').at(-1) ?? ''
