/** What tagging a segment of a minute costs: the recorder, in waiting for a slow card, and the processor. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { datedName } from '../../dist/core/ride/footage.js'
import { openStore } from '../../dist/core/store/store.js'
import { FPS, makeClip, makeSegment } from './eight-megabits.mjs'
import { openSlowCard, whyNoSlowCard } from './slow-card.mjs'

const PROGRAM = join(import.meta.dirname, '../../dist/cli/spokecam.js')
const PASS = join(import.meta.dirname, 'tagging-pass.mjs')
const PROBE = join(import.meta.dirname, 'sync-probe.mjs')
const WRITE_MS = 16
const MOST_SYNC_MS = 250
const MOST_TIMES_CPU = 1.5
/** More than an hour of it fits, or nothing would be tagged; it is sparse. */
const CARD_BYTES = 6 * 2 ** 30
const START_UTC_MS = Date.UTC(2026, 5, 6, 8)
const MINUTE_MS = 60_000
const FIRST_MONO_MS = 10_000
const TICK_MS = 10
const MORE_PASSES = 2

export async function run({ short }) {
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'spokecam-bench-'))
  try {
    const [clip, segment] = [join(folder, 'clip.mp4'), join(folder, 'segment.mp4')]
    await makeClip(clip)
    await makeSegment(clip, segment)
    const whyNot = whyNoSlowCard()
    const syncs = whyNot === null ? await syncsOnSlowCard(folder, clip, segment, short ? 1 : 3) : null
    const cpu = await cpuOfPass(folder, segment, short ? 3 : 5)
    return {
      title: `tagging a segment of a minute, ${((await stat(segment)).size / 1e6).toFixed(0)} MB`,
      rows: [...(syncs === null ? [skipped] : rowsOfSyncs(syncs)), rowOfCpu(cpu)],
      notes: [
        whyNot === null ? notesOf(syncs) : `the slow card was skipped: ${whyNot}`,
        `CPU: node and ffmpeg, user and system, of a pass in a process that has made one; medians of ${short ? 3 : 5} in turn`,
      ],
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The slowest syncs of the recorder's growing file while segments are tagged, and for as long while none is. */
async function syncsOnSlowCard(folder, clip, segment, count) {
  const work = join(folder, 'slow')
  await mkdir(work)
  const card = await openSlowCard(work, CARD_BYTES)
  const probe = join(folder, 'syncs')
  await writeFile(probe, '')
  const data = join(folder, 'prepared')
  await prepare(data, segment, count)
  await cp(data, join(card.folderFromOutside, 'data'), { recursive: true })
  await rm(data, { recursive: true })
  await card.setWriteMs(WRITE_MS)
  const device = beginDevice(card, clip, probe)
  try {
    const growing = join(card.folderFromOutside, 'data/footage')
    const tagged = Array.from({ length: count }, (_, index) => join(growing, `${nameOf(index + 1)}.mp4`))
    await until(() => tagged.some((file) => existsSync(`${file}.tmp`)))
    const beganMonoMs = monoMs()
    await until(() => tagged.every((file) => existsSync(file)))
    const endedMonoMs = monoMs()
    await sleep(Math.min(endedMonoMs - beganMonoMs, 20_000))
    const took = (await readFile(probe, 'utf8')).trim().split('\n').map(syncOf)
    const isWhile = ({ atMonoMs, tookMs }) => atMonoMs + tookMs > beganMonoMs && atMonoMs < endedMonoMs
    // The moment after the last pass still has its flushes in it.
    const isAfter = ({ atMonoMs }) => atMonoMs > endedMonoMs + 1_000
    return {
      seconds: (endedMonoMs - beganMonoMs) / 1_000,
      while: took.filter(isWhile).map(({ tookMs }) => tookMs),
      without: took.filter(isAfter).map(({ tookMs }) => tookMs),
    }
  } finally {
    await card.setWriteMs(0)
    device.kill('SIGINT')
    if (device.exitCode === null) await once(device, 'exit')
    await card.close()
  }
}

/** Segments of an earlier boot that are closed and have a date, but were not tagged any more: that begins at once. */
async function prepare(data, segment, count) {
  const folder = 'boot-000001'
  await mkdir(join(data, 'footage', folder), { recursive: true })
  const store = await openStore(join(data, 'rides.db'))
  const bootId = 'an earlier boot'
  const { bootNumber } = await store.beginBoot(bootId)
  const utcMinusMonoMs = START_UTC_MS - FIRST_MONO_MS
  await store.addAnchor(bootNumber, { bootId, monoMs: 0, utcMinusMonoMs, uncertaintyMs: 50, source: 'satellites' })
  const { size: sizeBytes } = await stat(segment)
  for (let number = 1; number <= count; number += 1) {
    const file = `${folder}/front-${String(number).padStart(6, '0')}.mp4`
    await cp(segment, join(data, 'footage', file))
    const startMonoMs = FIRST_MONO_MS + (number - 1) * MINUTE_MS
    const timed = { startMonoMs, startUncertaintyMs: 200 }
    await store.openSegment({ camera: 'front', number, bootNumber, rideId: null, file, ...timed })
    const id = `front-${String(number).padStart(6, '0')}`
    await store.closeSegment({ id, durationMs: MINUTE_MS, frames: 60 * FPS, sizeBytes, ...timed })
  }
  await store.close()
}

function nameOf(number) {
  const { folder, base } = datedName('front', number, START_UTC_MS + (number - 1) * MINUTE_MS)
  return `${folder}/${base}`
}

function beginDevice(card, clip, probe) {
  const [enter, ...words] = card.enter
  const device = [process.execPath, '--import', PROBE, PROGRAM, 'device', '--data', join(card.folder, 'data')]
  // The bit rate only says how much room is kept free, and the card of a benchmark is small.
  const camera = { name: 'front', source: `file:${clip}`, fps: FPS, bitrateMbps: 0.1 }
  return spawn(enter, [...words, ...device], {
    stdio: 'ignore',
    env: {
      ...process.env,
      SYNC_PROBE: probe,
      SPOKECAM_GPS__SOURCE: 'simulator:',
      SPOKECAM_CAMERAS: JSON.stringify([camera]),
    },
  })
}

function syncOf(line) {
  const [atMonoMs, tookMs] = line.split(' ').map(Number)
  return { atMonoMs, tookMs }
}

/** One pass more in a process that has made some, as a device makes one a minute: what only its start costs is not counted. */
async function cpuOfPass(folder, segment, rounds) {
  const took = { ours: [], peer: [] }
  const out = join(folder, 'copy.mp4')
  const passes = (times) => cpuMsOf(process.execPath, [PASS, segment, out, String(times)])
  for (let round = 0; round < rounds; round += 1) {
    const first = await passes(1)
    took.ours.push(((await passes(1 + MORE_PASSES)) - first) / MORE_PASSES)
    took.peer.push(await cpuMsOf('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-i', segment, '-c', 'copy', out]))
  }
  return { value: median(took.ours), peerValue: median(took.peer) }
}

/** Of a child and all of its own children, once it has ended. */
async function cpuMsOf(command, words) {
  const before = await childrensCpuMs()
  const child = spawn(command, words, { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${command} ended with ${code}`)
  return (await childrensCpuMs()) - before
}

async function childrensCpuMs() {
  const text = await readFile('/proc/self/stat', 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS
}

const skipped = { name: 'slowest sync of the recorder on a slow card', value: null, unit: 'ms: skipped' }

function rowsOfSyncs(syncs) {
  const slowest = Math.max(...syncs.while)
  return [
    {
      name: `slowest sync of the recorder meanwhile, ${WRITE_MS} ms a write`,
      value: slowest,
      unit: 'ms',
      target: `under ${MOST_SYNC_MS}`,
      met: slowest < MOST_SYNC_MS,
    },
    { name: 'slowest sync of the recorder without tagging', value: Math.max(...syncs.without), unit: 'ms' },
  ]
}

const notesOf = (syncs) =>
  `syncs of the growing file: ${syncs.while.length} in ${syncs.seconds.toFixed(0)} s of tagging, median ${median(syncs.while).toFixed(0)} ms; ` +
  `${syncs.without.length} without, median ${median(syncs.without).toFixed(0)} ms`

function rowOfCpu({ value, peerValue }) {
  const ratio = value / peerValue
  const target = `< ${MOST_TIMES_CPU} x peer`
  const name = 'CPU of the pass'
  return { name, value, unit: 'ms', peer: 'ms ffmpeg -c copy', peerValue, ratio, target, met: ratio < MOST_TIMES_CPU }
}

const monoMs = () => Number(process.hrtime.bigint() / 1_000n) / 1_000

async function until(check) {
  for (let tries = 0; tries < 12_000; tries += 1) {
    if (check()) return
    await sleep(20)
  }
  throw new Error('waited for four minutes in vain')
}

function median(values) {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]
}
