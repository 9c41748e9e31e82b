/** `spokecam clip RIDE --from T --to T`: cuts a span out of the video of a ride, as a file with its track beside it. */
import { relative, resolve } from 'node:path'
import { settingsOf } from '../core/process/config.js'
import { openLog } from '../core/process/log.js'
import { EXIT, runUntilSignal, UsageError } from '../core/process/run.js'
import type { ClipWish, Telemetry } from '../core/ride/clip.js'
import { clipFileName, spanFault } from '../core/ride/clip-span.js'
import type { Ride } from '../core/ride/ride.js'
import type { Reader } from '../core/store/store.js'
import { openCatalogue, rideNamed } from './catalogue.js'
import { BUNDLE_FILES, CLIP_FILES, openOutput } from './clip-output.js'
import type { Given } from './command.js'
import { progressOn } from './progress.js'
import { SERVER_SECTIONS, settingsFor } from './settings.js'
import { parseTime } from './time.js'

const TELEMETRY: readonly Telemetry[] = ['gpmf', 'camm', 'none']

export async function run(given: Given): Promise<number> {
  const telemetry = telemetryIn(given.text('telemetry') ?? 'gpmf')
  const [from, to] = [timeIn(given, 'from'), timeIn(given, 'to')]
  const reader = openCatalogue(given)
  try {
    const ride = rideNamed(reader, given.operands[0] as string)
    const span = { fromUtcMs: from(ride), toUtcMs: to(ride) }
    const fault = spanFault(span, { from: '--from', to: '--to' })
    if (fault !== null) throw new UsageError(fault)
    const [exact, overlay, privacy] = [given.has('exact'), given.has('overlay'), given.has('privacy')]
    const wish = { ...span, camera: cameraOf(ride, given), exact, overlay, telemetry, privacy }
    await cut(given, reader as Reader, ride, wish)
    return EXIT.done
  } finally {
    reader?.close()
  }
}

/** @throws why it cannot be made; then nothing of it is left */
async function cut(given: Given, reader: Reader, ride: Ride, wish: ClipWish): Promise<void> {
  let failure: unknown = null
  await runUntilSignal(openLog('clip'), async (signal) => {
    try {
      await cutUntil(signal, given, reader, ride, wish)
    } catch (error) {
      failure = signal.aborted ? new Error('stopped: nothing of it is left') : error
    }
  })
  if (failure !== null) throw failure
}

async function cutUntil(signal: AbortSignal, given: Given, reader: Reader, ride: Ride, wish: ClipWish): Promise<void> {
  const settings = settingsOf(settingsFor(given), SERVER_SECTIONS)
  const { cutClip } = await import('../server/clip-now.js')
  const bundle = given.has('bundle')
  const name = given.text('output') ?? `${clipFileName(wish)}.${bundle ? 'zip' : 'mp4'}`
  const output = await openOutput(name, bundle ? BUNDLE_FILES : CLIP_FILES)
  const progress = progressOn(process.stderr, bundle ? 'gathering' : 'cutting')
  try {
    const { sizeBytes, reason } = await cutClip({
      settings: { ...settings, data: resolve(settings.data) },
      ask: (question) => question(reader),
      ...{ ride, wish, folder: output.folder, bundle, signal, onProgress: progress.tell },
    })
    signal.throwIfAborted()
    const files = await output.keep()
    progress.end()
    process.stdout.write(given.has('json') ? `${JSON.stringify({ files, sizeBytes, reason })}\n` : inWords(files))
    if (reason !== null) process.stderr.write(`spokecam clip: ${reason}\n`)
  } finally {
    progress.end()
    await output.close()
  }
}

/** As one would type them from here. */
const inWords = (files: readonly string[]): string =>
  files.map((file) => `${relative(process.cwd(), file) || file}\n`).join('')

function telemetryIn(typed: string): Telemetry {
  const telemetry = TELEMETRY.find((one) => one === typed)
  if (telemetry === undefined) throw new UsageError(`--telemetry is ${typed}: must be ${TELEMETRY.join(', ')}`)
  return telemetry
}

/** @throws UsageError where the flag is missing, and later where it is no time */
function timeIn(given: Given, flag: 'from' | 'to'): (ride: Ride) => number {
  const typed = given.text(flag)
  if (typed === null) throw new UsageError(`--${flag} is missing`)
  return ({ startedUtcMs }) => Math.round(parseTime(flag, typed, startedUtcMs))
}

/** The one asked for, else the first one configured that the ride has. @throws where the ride has none, or not that one */
function cameraOf({ cameras }: Ride, given: Given): string {
  const configured = settingsFor(given).sections.cameras ?? []
  const first = configured.find(({ name }) => cameras.includes(name))?.name ?? cameras.toSorted()[0]
  const camera = given.text('camera') ?? first
  if (camera === undefined) throw new Error('there is no video of this ride')
  if (!cameras.includes(camera)) throw new Error(`this ride has no camera ${camera}: it has ${cameras.join(', ')}`)
  return camera
}
