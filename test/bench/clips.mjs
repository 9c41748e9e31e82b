/** A clip of a minute out of a ride of an hour: how long a rider waits for it, with subtitles, GPMF and the GPX of its span. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { link, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { clipPointsOf } from '../../dist/core/track/clip-points.js'
import { writeTelemetry } from '../../dist/core/video/telemetry.js'
import { planClip } from '../../dist/server/export/clip-plan.js'
import { makeClip } from '../../dist/server/export/make-clip.js'
import { makeSegment, makeClip as makeTenSeconds } from './eight-megabits.mjs'

const START_UTC_MS = Date.UTC(2026, 5, 6, 8)
const MINUTE_MS = 60_000
const MINUTES = 60
const FROM_MS = 30.5 * MINUTE_MS + 400
const MOST_MS = 1_000

export async function run({ short }) {
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'spokecam-bench-'))
  try {
    const segments = await rideIn(folder)
    const rounds = short ? 3 : 7
    const took = { ours: [], peer: [] }
    let sizeBytes = 0
    for (let round = 0; round < rounds; round += 1) {
      const work = join(folder, 'work')
      const beganMs = performance.now()
      const { file } = await clipOf(segments, work)
      took.ours.push(performance.now() - beganMs)
      sizeBytes = (await stat(file)).size
      await rm(work, { recursive: true })
      // Minutes of a processor: once is enough.
      if (round === 0) took.peer.push(await encodedAnew(folder, segments))
    }
    const [value, peerValue] = [median(took.ours), median(took.peer)]
    return {
      title: `a clip of a minute out of a ride of ${MINUTES} minutes, ${(sizeBytes / 1e6).toFixed(0)} MB`,
      rows: [
        {
          ...{
            name: 'cut, with subtitles, GPMF and GPX',
            value,
            unit: 'ms',
            peer: 'ms ffmpeg -preset ultrafast',
            peerValue,
          },
          ...{ ratio: value / peerValue, target: `under ${MOST_MS} ms`, met: value < MOST_MS },
        },
      ],
      notes: [
        `median of ${rounds}, slowest ${Math.max(...took.ours).toFixed(0)} ms; the peer encodes the same span once`,
      ],
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The same minute again and again, as names of one file. */
async function rideIn(folder) {
  const [clip, minute] = [join(folder, 'clip.mp4'), join(folder, 'minute.mp4')]
  await makeTenSeconds(clip)
  await makeSegment(clip, minute)
  const segments = []
  for (let number = 1; number <= MINUTES; number += 1) {
    const id = `front-${String(number).padStart(6, '0')}`
    const path = join(folder, `${id}.mp4`)
    await link(minute, path)
    const startUtcMs = START_UTC_MS + (number - 1) * MINUTE_MS
    segments.push({ id, path, startUtcMs, startUncertaintyMs: 20, durationMs: MINUTE_MS, state: 'tagged' })
  }
  return segments
}

const points = Array.from({ length: MINUTES * 60 }, (_, second) => ({
  ...{ part: 1, monoMs: second * 1_000, utcMs: START_UTC_MS + second * 1_000 },
  ...{ latDeg: 48 + second * 5e-5, lonDeg: 11, altitudeM: 500, speedMps: 5, courseDeg: 0, accuracyM: 3 },
  ...{ mode: 3, satellitesUsed: 12, hdop: 0.9 },
}))

async function clipOf(segments, work) {
  const fromUtcMs = START_UTC_MS + FROM_MS
  const span = { fromUtcMs, toUtcMs: fromUtcMs + MINUTE_MS }
  const plan = planClip({ camera: 'front', cameras: ['front'], segments, hidden: [], ...span })
  const made = await makeClip({
    ...{ plan, points, work, title: 'a ride', simulated: false, overlay: null, exact: false, subtitles: true },
    ...{ signal: new AbortController().signal, onProgress: () => {} },
  })
  const file = join(work, 'clip.mp4')
  const { durationMs, fromUtcMs: createdUtcMs, toUtcMs } = made
  const inside = clipPointsOf(points, createdUtcMs, toUtcMs)
  await writeTelemetry(made.file, file, { kind: 'gpmf', points: inside, durationMs, createdUtcMs, title: 'a ride' })
  return { file }
}

async function encodedAnew(folder, segments) {
  const list = join(folder, 'list.txt')
  const entries = segments.map(({ path }) => `file ${path}\nduration ${MINUTE_MS / 1_000}\n`)
  await writeFile(list, `ffconcat version 1.0\n${entries.join('')}`)
  const beganMs = performance.now()
  await promisify(execFile)('ffmpeg', [
    ...['-v', 'error', '-nostdin', '-y', '-ss', String(FROM_MS / 1_000), '-f', 'concat', '-safe', '0', '-i', list],
    ...['-t', String(MINUTE_MS / 1_000), '-c:v', 'libx264', '-preset', 'ultrafast', '-f', 'mp4', join(folder, 'peer')],
  ])
  return performance.now() - beganMs
}

function median(values) {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]
}
