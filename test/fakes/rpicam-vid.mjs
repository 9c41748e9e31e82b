#!/usr/bin/env node
/**
 * A rpicam-vid without a camera: takes the options of the real one and plays a prepared film on standard output.
 * What it plays and how it fails is told by the environment, see camera-film.ts.
 */
import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { playFilm } from './film-player.mjs'
import { createTransportStream } from './transport-stream.mjs'

const text = { type: 'string' }
const yes = { type: 'boolean', default: false }
const { values: asked } = parseArgs({
  options: {
    ...{ version: yes, nopreview: { ...yes, short: 'n' }, timeout: { ...text, short: 't' }, camera: text },
    ...{ width: text, height: text, framerate: text, rotation: text, 'autofocus-mode': text, 'lens-position': text },
    ...{ codec: { ...text, default: 'h264' }, profile: text, level: text, intra: text, bitrate: text, inline: yes },
    ...{ flush: yes, 'low-latency': yes, 'libav-video-codec': text, 'libav-format': text, verbose: text },
    ...{ metadata: text, 'metadata-format': { ...text, default: 'json' }, output: { ...text, short: 'o' } },
  },
})

const SAYS_AT_A_FLOOD = `${'[0:12:34.567890] [1234] WARN V4L2 a line nobody reads '.repeat(20)}\n`

const fake = (name, fallback = null) =>
  process.env[`FAKE_CAMERA_${name}`]?.replaceAll('{camera}', asked.camera ?? '0') ?? fallback
const [mode, afterFrames = '0'] = fake('MODE', 'film').split(':')

if (asked.version) {
  process.stdout.write('rpicam-apps build: v1.8.1-fake 01-01-2026 (00:00:00)\nlibcamera build: v0.5.2-fake\n')
  process.exit(0)
}
const fault = faultOf(asked)
if (fault !== null || mode === 'absent') {
  process.stderr.write(`ERROR: *** ${fault ?? 'no cameras available'} ***\n`)
  process.exit(255)
}

const stop = new AbortController()
process.on('SIGINT', () => mode !== 'deaf' && stop.abort())
process.stdout.on('error', () => process.exit(255)) // Whoever read it is gone, and so is the real one.
await record()
process.exit(0)

async function record() {
  // As the real one does it, before there is a camera: the opening of a FIFO waits for its reader.
  const metadata = asked.metadata === undefined ? null : await open(asked.metadata, 'w')
  await metadata?.write('[\n')
  await sleep(Number(fake('START_MS', '300'))) // A sensor needs longer to start than whoever reads it.
  const film = playFilm({
    film: fake('FILM'),
    fps: Number(asked.framerate ?? 30),
    jitterMs: Number(fake('JITTER_MS', '0')),
    latencyMs: Number(fake('LATENCY_MS', '0')),
    dropEvery: Number(fake('DROP_EVERY', '0')),
    seed: Number(fake('SEED', '1')),
    log: fake('LOG'),
    signal: stop.signal,
  })
  const transportStream = createTransportStream()
  let firstNs = null
  for await (const shown of film) {
    firstNs ??= shown.takenNs
    if (mode === 'flood') process.stderr.write(SAYS_AT_A_FLOOD)
    if (shown.frame >= Number(afterFrames) && (mode === 'hang' || mode === 'deaf')) {
      // Nothing else would keep this process alive.
      const hanging = setInterval(() => {}, 1_000)
      return new Promise((done) => stop.signal.addEventListener('abort', done)).then(() => clearInterval(hanging))
    }
    if (shown.frame >= Number(afterFrames) && mode === 'exit') {
      process.stderr.write('ERROR: *** failed to queue request ***\n')
      process.exit(255)
    }
    const sinceFirstMs = Number(shown.takenNs - firstNs) / 1_000_000
    process.stdout.write(asked['libav-format'] === 'mpegts' ? transportStream(shown, sinceFirstMs) : shown.bytes)
    await metadata?.write(metadataOf(shown))
  }
  await metadata?.write('\n}\n]\n')
  await metadata?.close()
}

/** Strings only where there is a slash, and the closing brace waits for the next frame: so the real one flushes. */
function metadataOf({ frame, takenNs, wallMs }) {
  const fields = [
    ['ScalerCrop', '"(0, 440)/4608x1712"'],
    ['ColourGains', '[ 2.198340, 1.611520 ]'],
    ['SensorTimestamp', String(takenNs)],
    ['FrameDuration', '33333'],
    ['AeState', '2'],
    ['FrameWallClock', String(BigInt(Math.round(wallMs * 1_000)) * 1_000n)],
  ].map(([name, value]) => `    "${name}": ${value}`)
  return `${frame === 0 ? '' : '\n},\n'}{\n${fields.join(',\n')}`
}

/** What the real one refuses of what we could ask. */
function faultOf({
  rotation = '0',
  output,
  codec,
  'libav-format': format,
  metadata,
  'metadata-format': metadataFormat,
}) {
  if (!['0', '180'].includes(rotation)) return 'transforms requiring transpose not supported'
  if (output !== '-') return `this fake only writes to standard output, not to ${output}`
  if (!['h264', 'libav'].includes(codec)) return `unrecognised codec ${codec}`
  if (codec === 'libav' && format === undefined)
    return 'libav: cannot allocate output context, try setting with --libav-format'
  return metadata !== undefined && metadataFormat !== 'json' ? 'this fake writes metadata as JSON only' : null
}
