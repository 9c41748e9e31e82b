/** What making room costs the recorder and the processor, and what a card that syncs slowly costs the device's event loop. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { step } from '../../dist/core/store/orders.js'
import { openStore } from '../../dist/core/store/store.js'
import { FPS, makeClip } from './eight-megabits.mjs'
import { openSlowCard, whyNoSlowCard } from './slow-card.mjs'

const PROGRAM = join(import.meta.dirname, '../../dist/cli/spokecam.js')
const [LAG_PROBE, SYNC_PROBE] = ['lag-probe.mjs', 'sync-probe.mjs'].map((name) => join(import.meta.dirname, name))
const FLUSH_MS = 350
const MOST_LAG_MS = 50
const MOST_CPU_PERCENT = 1
const MEBIBYTE = 2 ** 20
const TICK_MS = 10
const SETTLES_MS = 8_000

export async function run({ short }) {
  const whyNot = whyNoSlowCard()
  const title = 'room on the card'
  if (whyNot !== null) return { title, rows: [], notes: [`skipped: ${whyNot}`] }
  const lag = await inFolder((folder) => lagOnSlowCard(folder, short ? 15 : 60))
  const sweep = await inFolder((folder) => sweeping(folder, short ? 600 : 10_000))
  return {
    title,
    rows: [
      {
        ...{ name: `event-loop lag p99, three cameras, ${FLUSH_MS} ms a flush`, value: lag.p99, unit: 'ms' },
        ...{ target: `under ${MOST_LAG_MS}`, met: lag.p99 < MOST_LAG_MS },
      },
      {
        ...{ name: `CPU while ${sweep.count} segments go`, value: sweep.percent, unit: '% of a core' },
        ...{ peer: '% without', peerValue: sweep.percentWithout, target: `${MOST_CPU_PERCENT} more at most` },
        met: sweep.percent - sweep.percentWithout < MOST_CPU_PERCENT,
      },
      {
        ...{ name: 'p99 of the recorder’s syncs meanwhile', value: sweep.syncMs, unit: 'ms' },
        ...{ peer: 'ms without', peerValue: sweep.syncMsWithout },
      },
    ],
    notes: [
      `lag: median ${lag.p50} ms, most ${lag.most} ms; ${sweep.count} files of 1 MiB went in ${sweep.seconds.toFixed(0)} s, ` +
        `slowest sync ${sweep.slowestMs.toFixed(0)} ms, without ${sweep.slowestMsWithout.toFixed(0)} ms`,
    ],
  }
}

async function inFolder(work) {
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'spokecam-bench-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Every flush takes its time, as on a card that is busy with itself. */
async function lagOnSlowCard(folder, seconds) {
  const clip = join(folder, 'clip.mp4')
  await makeClip(clip)
  const card = await openSlowCard(await made(join(folder, 'slow')), 8 * 1024 * MEBIBYTE)
  const probe = join(folder, 'lag')
  await card.setFlushMs(FLUSH_MS)
  const cameras = ['front', 'rear', 'left'].map((name) => ({ name, source: `file:${clip}`, fps: FPS }))
  const device = beginDevice(card, LAG_PROBE, cameras, { LAG_PROBE: probe, LAG_PROBE_AFTER_MS: String(SETTLES_MS) })
  try {
    await sleep(SETTLES_MS + seconds * 1_000)
    const [p50, p99, most] = (await readFile(probe, 'utf8')).split(' ').map(Number)
    return { p50, p99, most }
  } finally {
    await card.setFlushMs(0)
    await ended(device)
    await card.close()
  }
}

/** A card that has far more than it may: nearly all of an earlier boot goes while a camera records. */
async function sweeping(folder, count) {
  const clip = join(folder, 'clip.mp4')
  await makeClip(clip)
  const lying = Math.ceil(count * 1.1) + 300
  const card = await openSlowCard(await made(join(folder, 'card')), (lying + 3_000) * MEBIBYTE)
  const old = 'data/footage/boot-000001'
  await prepare(card, old, lying)
  const probe = join(folder, 'syncs')
  await writeFile(probe, '')
  const cameras = [{ name: 'front', source: `file:${clip}`, fps: FPS }]
  // Nine tenths of the card are to be free, which takes a few more than are counted: what is recorded is the newest.
  const device = beginDevice(card, SYNC_PROBE, cameras, { SYNC_PROBE: probe, SPOKECAM_KEEP__FREE_PERCENT: '90' })
  // Their descriptions stay.
  const left = () => readdirSync(join(card.folderFromOutside, old)).filter((name) => name.endsWith('.mp4')).length
  try {
    while (left() === lying) await sleep(50)
    const { pid } = device // What enters the namespace becomes the device.
    const [beganMonoMs, beganCpuMs] = [monoMs(), await cpuMsOf(pid)]
    while (left() > lying - count) await sleep(200)
    const [endedMonoMs, endedCpuMs] = [monoMs(), await cpuMsOf(pid)]
    const tookMs = endedMonoMs - beganMonoMs
    await sleep(Math.min(tookMs, 60_000))
    const [lastMonoMs, lastCpuMs] = [monoMs(), await cpuMsOf(pid)]
    const syncs = (await readFile(probe, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number))
    const during = (from, to) => syncs.filter(([at]) => at >= from && at < to).map(([, took]) => took)
    const [meanwhile, without] = [during(beganMonoMs, endedMonoMs), during(endedMonoMs, lastMonoMs)]
    return {
      ...{ count, seconds: tookMs / 1_000, syncMs: percentile99(meanwhile), syncMsWithout: percentile99(without) },
      ...{ slowestMs: Math.max(...meanwhile), slowestMsWithout: Math.max(...without) },
      percent: ((endedCpuMs - beganCpuMs) / tookMs) * 100,
      percentWithout: ((lastCpuMs - endedCpuMs) / (lastMonoMs - endedMonoMs)) * 100,
    }
  } finally {
    await ended(device)
    await card.close()
  }
}

/** Files that take their room on the card without a byte having been written. */
async function prepare(card, old, count) {
  const prepared = join(card.folderFromOutside, '..', 'prepared')
  await mkdir(prepared)
  await mkdir(join(card.folderFromOutside, old), { recursive: true })
  const store = await openStore(join(prepared, 'rides.db'))
  await store.beginBoot('an earlier boot')
  await store.beginBoot('the boot before')
  await store.footageIsInOrder(2)
  const names = Array.from({ length: count }, (_, index) => `front-${String(index + 1).padStart(6, '0')}`)
  for (let first = 0; first < count; first += 500) {
    const some = names.slice(first, first + 500)
    const files = some.map((name) => join(card.folderFromOutside, old, `${name}.mp4`))
    for (const file of files) execFileSync('fallocate', ['-l', String(MEBIBYTE), file])
    await store.together(
      some.flatMap((id, index) => {
        const number = first + index + 1
        const known = { startMonoMs: number * 60_000, startUncertaintyMs: 50 }
        const file = `boot-000001/${id}.mp4`
        return [
          step('openSegment', { camera: 'front', number, bootNumber: 1, rideId: null, file, ...known }),
          step('closeSegment', { id, durationMs: 60_000, frames: 60 * FPS, sizeBytes: MEBIBYTE, ...known }),
        ]
      }),
    )
  }
  await store.close()
  for (const part of ['', '-wal', '-shm']) {
    execFileSync('cp', [join(prepared, `rides.db${part}`), join(card.folderFromOutside, `data/rides.db${part}`)])
  }
}

function beginDevice(card, probe, cameras, env) {
  const [enter, ...words] = card.enter
  const device = [process.execPath, '--import', probe, PROGRAM, 'device', '--data', join(card.folder, 'data')]
  const settings = { SPOKECAM_GPS__SOURCE: 'simulator:?rateHz=1', SPOKECAM_CAMERAS: JSON.stringify(cameras) }
  return spawn(enter, [...words, ...device], { stdio: 'ignore', env: { ...process.env, ...settings, ...env } })
}

async function ended(device) {
  device.kill('SIGINT')
  if (device.exitCode === null && device.signalCode === null) await once(device, 'exit')
}

async function cpuMsOf(pid) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

async function made(folder) {
  await mkdir(folder)
  return folder
}

const percentile99 = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? null
const monoMs = () => Number(process.hrtime.bigint() / 1_000n) / 1_000
