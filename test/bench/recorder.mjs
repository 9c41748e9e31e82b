/** What the device's own process costs while one camera records and a receiver tells a fix a second, ffmpeg not counted. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { FPS, makeClip } from './eight-megabits.mjs'

const PROGRAM = join(import.meta.dirname, '../../dist/cli/spokecam.js')
const MOST_CPU_PERCENT = 1
const MOST_RSS_MIB = 90
const TICK_MS = 10

/** From well before one segment closes until it has been tagged. */
const FULL = { segmentSeconds: 60, afterSeconds: 20, seconds: 60 }
const SHORT = { segmentSeconds: 15, afterSeconds: 5, seconds: 20 }

export async function run({ short }) {
  const { segmentSeconds, afterSeconds, seconds } = short ? SHORT : FULL
  const folder = await mkdtemp(join(tmpdir(), 'spokecam-bench-'))
  const clip = join(folder, 'clip.mp4')
  await makeClip(clip)
  const camera = { name: 'front', source: `file:${clip}`, width: 1280, height: 720, fps: FPS, bitrateMbps: 8 }
  const device = spawn(process.execPath, [PROGRAM, 'device', '--data', join(folder, 'data')], {
    stdio: 'ignore',
    env: {
      ...process.env,
      SPOKECAM_GPS__SOURCE: 'simulator:?rateHz=1',
      SPOKECAM_CAMERAS: JSON.stringify([camera]),
      SPOKECAM_RECORDING__SEGMENT_SECONDS: String(segmentSeconds),
    },
  })
  try {
    await sleep(afterSeconds * 1_000)
    const [beforeMs, beganMs] = [await cpuMsOf(device.pid), performance.now()]
    await sleep(seconds * 1_000)
    const percent = (((await cpuMsOf(device.pid)) - beforeMs) / (performance.now() - beganMs)) * 100
    const rssMib = await peakMibOf(device.pid)
    return {
      title: `the device's own process, 8 Mb/s and ${FPS} frames a second recorded, 1 fix a second`,
      rows: [
        row(`CPU over ${seconds} s, one segment closed and tagged`, percent, '% of a core', MOST_CPU_PERCENT),
        row('most memory it had (VmHWM)', rssMib, 'MiB', MOST_RSS_MIB),
      ],
    }
  } finally {
    device.kill('SIGINT')
    if (device.exitCode === null) await once(device, 'exit')
    await rm(folder, { recursive: true, maxRetries: 5 })
  }
}

const row = (name, value, unit, most) => ({ name, value, unit, target: `under ${most}`, met: value < most })

/** Of its own threads: children are not waited for yet, or stand in other fields. */
async function cpuMsOf(pid) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

async function peakMibOf(pid) {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))
  return Number(kib) / 1024
}
