/** From the device's word to a phone's WebSocket: how long it takes and what it costs, against a bare broadcast with ws. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDeviceEnd } from '../../dist/core/link/device-end.js'

const HZ = 10
const PHONES = [1, 100, 1_000]
const MOST_P50_MS = 2
const MOST_P99_MS = 15
const MOST_TIMES_CPU = 1.4

export async function run({ short }) {
  const rounds = short ? 2 : 4
  const seconds = short ? 3 : 8
  const folder = await mkdtemp(join(tmpdir(), 'spokecam-bench-'))
  const stop = new AbortController()
  const device = beginDevice(join(folder, 'device.sock'), stop.signal)
  const servers = []
  try {
    for (const kind of ['ours', 'bare']) servers.push(await beginServer(kind, folder))
    const measured = []
    for (const phones of PHONES) measured.push(await inTurn(servers, phones, rounds, seconds, false))
    const acknowledging = await inTurn(servers.slice(0, 1), PHONES.at(-1), rounds, seconds, true)
    return {
      title: `live, ${HZ} fixes a second`,
      rows: rowsOf(measured, acknowledging),
      notes: notesOf(rounds, seconds),
    }
  } finally {
    for (const { child } of servers) {
      child.disconnect()
      await once(child, 'exit')
    }
    stop.abort()
    await device
    await rm(folder, { recursive: true })
  }
}

/** Tells a fix that carries, as its altitude, the moment it was told: CLOCK_MONOTONIC in ms, the same in every process. */
function beginDevice(path, signal) {
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const { tell, service } = openDeviceEnd({
    path,
    deviceId: 'bench',
    now: aNow,
    grant: async () => ({ kind: 'done' }),
    log,
  })
  const fixes = setInterval(() => tell({ kind: 'fix', fix: { ...FIX, altitudeM: monoMs() } }), 1_000 / HZ)
  const nows = setInterval(() => tell({ kind: 'now', now: aNow() }), 1_000)
  signal.addEventListener('abort', () => {
    clearInterval(fixes)
    clearInterval(nows)
  })
  return service.run(signal)
}

const monoMs = () => Number(process.hrtime.bigint()) / 1e6

async function beginServer(kind, folder) {
  const child = fork(join(import.meta.dirname, 'live-server.mjs'), [kind, folder])
  const [{ url, token }] = await once(child, 'message')
  return { kind, child, url, token }
}

/** Ours and the bare one by turns, so that whatever else the machine does falls on both. */
async function inTurn(servers, phones, rounds, seconds, acknowledges) {
  const results = Object.fromEntries(servers.map(({ kind }) => [kind, []]))
  for (let round = 0; round < rounds; round++) {
    for (const server of servers) results[server.kind].push(await measure(server, phones, seconds, acknowledges))
  }
  return { phones, results }
}

async function measure({ child, url, token }, phones, seconds, acknowledges) {
  const swarm = fork(join(import.meta.dirname, 'live-swarm.mjs'), [url, token, phones, seconds, acknowledges])
  await once(swarm, 'message') // All are connected and have had a second to settle.
  child.send('begin')
  const [heard] = await once(swarm, 'message')
  child.send('end')
  const [{ cpuPercent, rssMiB }] = await once(child, 'message')
  if (swarm.exitCode === null) await once(swarm, 'exit')
  return { ...heard, cpuPercent, rssMiB }
}

function rowsOf(measured, acknowledging) {
  const rows = measured.flatMap(({ phones, results: { ours, bare } }) => {
    const row = (what, unit, of, target, isMet) => {
      const [value, peerValue] = [median(ours.map(of)), median(bare.map(of))]
      const ratio = value / peerValue
      const met = target === null ? null : isMet(value, ratio)
      return { name: `${what}, ${told(phones)}`, value, unit, peer: 'bare ws', peerValue, ratio, target, met }
    }
    const isOne = phones === 1
    return [
      row(
        'p50',
        'ms',
        (one) => one.p50Ms,
        isOne ? `< ${MOST_P50_MS} ms` : null,
        (value) => value < MOST_P50_MS,
      ),
      row(
        'p99',
        'ms',
        (one) => one.p99Ms,
        isOne ? `< ${MOST_P99_MS} ms` : null,
        (value) => value < MOST_P99_MS,
      ),
      row(
        'CPU',
        '% of a core',
        (one) => one.cpuPercent,
        phones === 1_000 ? `<= ${MOST_TIMES_CPU} x peer, one core` : null,
        (value, ratio) => ratio <= MOST_TIMES_CPU && value < 100,
      ),
      row('memory', 'MiB', (one) => one.rssMiB, null),
    ]
  })
  const { phones, results } = acknowledging
  const lost = Math.max(...measured.flatMap(({ results: { ours } }) => ours.map((one) => one.lost)))
  const alone = { peer: null, peerValue: null, ratio: null }
  const cpu = median(results.ours.map((one) => one.cpuPercent))
  return [
    ...rows,
    {
      name: `CPU, ${told(phones)} that acknowledge`,
      value: cpu,
      unit: '% of a core',
      ...alone,
      target: null,
      met: null,
    },
    { name: 'fixes a phone missed', value: lost, unit: '', ...alone, target: '0', met: lost === 0 },
  ]
}

const told = (phones) => (phones === 1 ? '1 phone' : `${phones.toLocaleString('en')} phones`)

function notesOf(rounds, seconds) {
  return [
    'from deviceEnd.tell() in one process to the frame in another; the bare broadcast reads the same socket and passes lines on',
    `median of ${rounds} rounds of ${seconds} s, ours and the bare one in turn; all phones are one process, whose own queue is in the figures`,
  ]
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2
}

const FIX = {
  latDeg: 48.137154,
  lonDeg: 11.576124,
  utcMs: 1_780_732_800_000,
  altitudeM: 0,
  speedMps: 6.71,
  courseDeg: 183.4,
  accuracyM: 2.4,
  mode: 3,
  satellitesUsed: 14,
  hdop: 0.9,
}

const aNow = () => ({
  utcMs: FIX.utcMs,
  timeSource: 'satellites',
  timeUncertaintyMs: 60,
  bootNumber: 1,
  uptimeMs: 1,
  deviceSeenMsAgo: 0,
  simulated: true,
  receiver: { state: 'fix-3d', name: 'bench', satellitesUsed: 14, satellitesInView: 20, hdop: 0.9, ageMs: 20 },
  fix: FIX,
  ride: { id: 'bench', startedUtcMs: FIX.utcMs, distanceM: 1, movingMs: 1, elapsedMs: 1 },
  cameras: [{ name: 'front', state: 'recording', reason: null, fps: 30, framesExpected: 1, frames: 1, gaps: 0 }],
  storage: { state: 'ok', freeBytes: 1e9, hoursLeft: 9, keptBytes: 0 },
  lastPowerCut: null,
  underVoltage: null,
  temperatureC: null,
})
