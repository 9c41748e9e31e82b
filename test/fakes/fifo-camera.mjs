#!/usr/bin/env node
/**
 * A camera that writes a prepared film into a FIFO: `fifo-camera.mjs FIFO FPS [h264|mpegts]`.
 * It takes the environment of the fake rpicam-vid. When its reader goes it waits for the next one, as live as before,
 * and begins with a keyframe.
 */
import { open } from 'node:fs/promises'
import { playFilm } from './film-player.mjs'
import { createTransportStream } from './transport-stream.mjs'

const [fifo, fps = '30', format = 'h264'] = process.argv.slice(2)
const fake = (name, fallback = null) => process.env[`FAKE_CAMERA_${name}`] ?? fallback
const [mode, afterFrames = '0'] = fake('MODE', 'film').split(':')

process.on('SIGINT', () => process.exit(0))
process.on('SIGTERM', () => process.exit(0))

let reader = await open(fifo, 'w')
let waitsForKey = false
const transportStream = createTransportStream()
const film = playFilm({
  film: fake('FILM'),
  fps: Number(fps),
  jitterMs: Number(fake('JITTER_MS', '0')),
  latencyMs: Number(fake('LATENCY_MS', '0')),
  dropEvery: Number(fake('DROP_EVERY', '0')),
  seed: Number(fake('SEED', '1')),
  log: fake('LOG'),
  signal: new AbortController().signal,
})
let firstNs = null
for await (const shown of film) {
  firstNs ??= shown.takenNs
  if (mode === 'exit' && shown.frame >= Number(afterFrames)) process.exit(1)
  if (mode === 'hang' && shown.frame >= Number(afterFrames)) {
    setInterval(() => {}, 1_000)
    break
  }
  if (reader === null || (waitsForKey && !shown.isKey)) continue
  waitsForKey = false
  const sinceFirstMs = Number(shown.takenNs - firstNs) / 1_000_000
  try {
    await reader.write(format === 'mpegts' ? transportStream(shown, sinceFirstMs) : shown.bytes)
  } catch {
    // The reader is gone: the film goes on, and the next reader joins it.
    const gone = reader
    reader = null
    waitsForKey = true
    await gone.close()
    open(fifo, 'w').then((next) => {
      reader = next
    })
  }
}
