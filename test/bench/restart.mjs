/** How long a killed device or server is away, and how much video the kill of a device costs. */
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openReader } from '../../dist/core/store/store.js'

const program = join(import.meta.dirname, '../../dist/cli/spokecam.js')
const CAMERA = { name: 'front', source: 'test:', width: 640, height: 360, fps: 30, bitrateMbps: 1 }

export async function run({ short }) {
  const data = await mkdtemp(join(tmpdir(), 'spokecam-bench-'))
  const start = spawn(process.execPath, [program, 'start', '--port', '0', '--data', data], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, SPOKECAM_GPS__SOURCE: 'simulator:', SPOKECAM_CAMERAS: JSON.stringify([CAMERA]) },
  })
  try {
    const url = await new Promise((resolve) =>
      start.stdout.on('data', (said) => resolve(/listening (\S+)/.exec(said)[1])),
    )
    await until(async () => (await lastSegment(data))?.frames > 0)
    const rounds = short ? 2 : 5
    const device = []
    const server = []
    const lost = []
    for (let round = 0; round < rounds; round++) {
      // Long enough for both to be taken as healthy again, at another place within the second each time.
      await sleep(6_000 + round * 173)
      const before = await lastSegment(data)
      const killedMs = monoMs()
      process.kill(await childOf(start.pid, 'device'), 'SIGKILL')
      const next = await until(async () => {
        const segment = await lastSegment(data)
        return segment.number > before.number && segment.frames > 0 ? segment : null
      })
      device.push(next.startMonoMs - killedMs)
      const left = segmentOf(data, before.id)
      lost.push(killedMs - left.startMonoMs - left.durationMs)

      process.kill(await childOf(start.pid, 'server'), 'SIGKILL')
      const serverKilledMs = monoMs()
      await until(async () => (await fetch(`${url}/api/health`).catch(() => null))?.ok)
      server.push(monoMs() - serverKilledMs)
    }
    return {
      title: `kill -9, ${rounds} times each`,
      rows: [
        row('device: until the first frame is recorded again, worst', Math.max(...device), 3_000),
        row('device: video lost before the kill, worst', Math.max(...lost), 1_100),
        row('server: until it answers again, worst', Math.max(...server), null),
      ],
      notes: ['lost video is told to 100 ms: that is how well a first frame is timed'],
    }
  } finally {
    start.kill('SIGINT')
    await new Promise((resolve) => start.once('close', resolve))
    await rm(data, { recursive: true })
  }
}

const row = (name, value, most) => ({
  name,
  value,
  unit: 'ms',
  target: most === null ? null : `under ${most}`,
  met: most === null ? null : value < most,
})

const monoMs = () => Number(process.hrtime.bigint() / 1_000n) / 1_000

function segmentOf(data, id) {
  const reader = openReader(join(data, 'rides.db'))
  try {
    return reader?.segment(id)
  } finally {
    reader?.close()
  }
}

async function lastSegment(data) {
  const reader = openReader(join(data, 'rides.db'))
  try {
    return reader === null
      ? null
      : reader.segment(`front-${String(reader.lastSegmentNumber('front')).padStart(6, '0')}`)
  } finally {
    reader?.close()
  }
}

async function childOf(parent, name) {
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const [stat, words] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    )
    const isChild = Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]) === parent
    if (isChild && words.split('\0').includes(name)) return Number(pid)
  }
  throw new Error(`${name} does not run`)
}

async function until(check) {
  for (let tries = 0; tries < 1_500; tries++) {
    const answer = await check()
    if (answer) return answer
    await sleep(20)
  }
  throw new Error('waited for 30 s in vain')
}
