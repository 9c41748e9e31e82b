/** The door to fluent-ffmpeg: short jobs, which are read to their end. */
import { PassThrough, type Writable } from 'node:stream'
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

ffmpeg.setFfmpegPath(fileURLToPath(new URL('./short-job.sh', import.meta.url)))

/** What one input of a job is: a file, and the options that stand before its -i. */
export interface JobInput {
  readonly file: string
  readonly options?: readonly string[]
}

/**
 * Runs a short job and pipes what it makes into `output`, as fast as that takes it.
 * @param options stand before the output, each word an element: they are never split or joined
 * @throws with ffmpeg's last words when it fails; the abort of the signal kills it and throws, too
 */
export function runJob(
  inputs: readonly JobInput[],
  options: readonly string[],
  output: Writable,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      output.destroy()
      return reject(signal.reason)
    }
    const job = ffmpeg()
    for (const { file, options: inputOptions = [] } of inputs) {
      job.input(file)
      if (inputOptions.length > 0) job.inputOptions(...inputOptions)
    }
    const stop = (): void => void job.kill('SIGKILL')
    const fail = (error: Error, lastWords: string): void => {
      signal.removeEventListener('abort', stop)
      output.destroy()
      reject(new Error(`ffmpeg failed: ${lastLineOf(lastWords)}`, { cause: error }))
    }
    // Varargs: an array or a string with spaces would be split into other words.
    job.outputOptions(...options)
    // kill() does nothing before there is a process.
    job.on('start', () => signal.aborted && stop())
    job.on('error', (error: Error, _out: string | null, words: string | null) => fail(error, words ?? ''))
    job.on('end', () => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
    output.on('error', (error) => {
      stop()
      fail(error, 'its output could not be written')
    })
    signal.addEventListener('abort', stop, { once: true })
    // fluent-ffmpeg takes a job for failed when its output closes 20 ms before the process has ended: it sees no close here.
    const spout = new PassThrough({ emitClose: false })
    spout.pipe(output)
    job.pipe(spout, { end: true })
  })
}

/** The codec of a file's picture, as ffprobe names it. @throws where there is none */
export function pictureCodec(file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    ffmpeg.ffprobe(file, (error: Error | null, probe) => {
      if (error !== null) return reject(new Error(`${file} cannot be read as video: ${lastLineOf(error.message)}`))
      const codec = probe.streams.find((stream) => stream.codec_type === 'video')?.codec_name
      if (codec === undefined) return reject(new Error(`${file} has no picture`))
      resolve(codec)
    })
  })
}

/** What ffmpeg says before it is about itself. */
const lastLineOf = (words: string): string => words.trim().split('\n').at(-1) ?? ''
