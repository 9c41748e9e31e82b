/** A recorder as processes: an ffmpeg that records until it is told to stop, behind the camera's own program where it has one. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { createLineSplitter } from './lines.js'

export interface RecorderPrograms {
  /** Program and arguments that write the picture to ffmpeg's standard input; null where ffmpeg opens the camera itself. */
  readonly camera: readonly string[] | null
  /** The arguments of ffmpeg; its list of segments goes to descriptor 3. */
  readonly ffmpeg: readonly string[]
}

export interface RecorderHears {
  /** A line of what ffmpeg, or the camera's program, says about itself. */
  readonly message: (line: string, of: 'ffmpeg' | 'camera') => void
  /** A line of ffmpeg's list of segments. */
  readonly listed: (line: string) => void
}

export interface Recorder {
  /** Resolves when all of it is gone, with what ended first and how. Rejects where it could not be started. */
  readonly gone: Promise<string>
  /**
   * Ends it so that its file is closed; what has not gone then is killed.
   * @param withinMs a hanging one does not hear: it is not worth a long wait
   */
  readonly end: (withinMs: number) => void
}

/** The one of the two that is left has this long to notice that it is alone. */
const FOLLOWS_WITHIN_MS = 3_000
/** ffmpeg has this long to close its file once the camera's program was killed; on a slow card it takes a while. */
const CLOSES_WITHIN_MS = 500

/**
 * Begins a recorder. When this process is killed the kernel sends SIGINT to both, on which ffmpeg closes its file:
 * an orphan would keep the camera.
 */
export function beginRecorder({ camera, ffmpeg }: RecorderPrograms, hears: RecorderHears): Recorder {
  const source = camera === null ? null : begin(camera, ['ignore', 'pipe', 'pipe'])
  const sink = begin(['ffmpeg', ...ffmpeg], [source?.process.stdout ?? 'ignore', 'ignore', 'pipe', 'pipe'])
  // In the same turn of the event loop: the picture goes past this process, and ends when either of the two does.
  source?.process.stdout?.destroy()

  hearLines(sink.process.stderr, (line) => hears.message(line, 'ffmpeg'))
  hearLines(sink.process.stdio[3] as NodeJS.ReadableStream, hears.listed)
  if (source !== null) hearLines(source.process.stderr, (line) => hears.message(line, 'camera'))

  const parts = source === null ? [sink] : [source, sink]
  let killing: NodeJS.Timeout | null = null
  const killIn = (withinMs: number): void => {
    killing ??= setTimeout(() => {
      if (source === null || source.process.exitCode !== null || source.process.signalCode !== null) {
        sink.process.kill('SIGKILL')
        return
      }
      // A camera that hangs is deaf, but ffmpeg is not: at the end of its input it closes its file with all it was given.
      source.process.kill('SIGKILL')
      killing = setTimeout(() => sink.process.kill('SIGKILL'), CLOSES_WITHIN_MS)
    }, withinMs)
  }
  const endCameraFirst = (withinMs: number): void => {
    // ffmpeg closes its file at the end of its input, too, and then loses no frame that is still on its way.
    ;(source ?? sink).process.kill('SIGINT')
    killIn(withinMs)
  }
  const first = Promise.race(parts.map(({ gone }) => gone)).finally(() => {
    if (source !== null) endCameraFirst(FOLLOWS_WITHIN_MS)
  })
  const gone = Promise.allSettled(parts.map(({ gone }) => gone))
    .then(() => first)
    .finally(() => killing !== null && clearTimeout(killing))

  return { gone, end: endCameraFirst }
}

interface Part {
  readonly process: ChildProcess
  /** How it ended, in words. */
  readonly gone: Promise<string>
}

function begin([program = '', ...args]: readonly string[], stdio: StdioOptions): Part {
  // A Ctrl-C goes to the whole terminal group, and a second SIGINT makes ffmpeg leave without closing its file.
  const child = spawn('setpriv', ['--pdeathsig', 'INT', program, ...args], { stdio, detached: true })
  const gone = new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${program} could not be started`, { cause: error })))
    child.once('close', (code, signal) => resolve(`${program} ended with ${signal ?? code}`))
  })
  return { process: child, gone }
}

/** Always to the end, whatever is said and however much of it: an unread pipe stops a recorder. */
function hearLines(stream: NodeJS.ReadableStream | null, hear: (line: string) => void): void {
  const lines = createLineSplitter()
  stream?.on('data', (chunk: Buffer) => {
    for (const line of lines.take(chunk)) hear(line)
  })
  stream?.on('end', () => {
    for (const line of lines.rest()) hear(line)
  })
}
