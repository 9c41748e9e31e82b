/** From gpsd's line to a phone's WebSocket: how long it takes and what it costs, against a bare broadcast with ws. */
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beginReceiver } from './live-receiver.mjs'

const HZ = 10
const PHONES = [1, 100, 1_000]
const MOST_P50_MS = 2
const MOST_P99_MS = 15
const MOST_TIMES_CPU = 1.4

export async function run({ short }) {
  const rounds = short ? 2 : 4
  const seconds = short ? 3 : 8
  const folder = await mkdtemp(join(tmpdir(), 'spokecam-bench-'))
  const receiver = await beginReceiver(HZ)
  const device = beginDevice(folder, receiver.port)
  const servers = []
  try {
    for (const kind of ['ours', 'bare']) servers.push(await beginServer(kind, folder, receiver.port))
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
    device.kill()
    await once(device, 'exit')
    receiver.end()
    await rm(folder, { recursive: true })
  }
}

/** The real device, with a receiver and no camera. */
function beginDevice(folder, port) {
  const program = join(import.meta.dirname, '../../dist/cli/spokecam.js')
  const env = { ...process.env, SPOKECAM_GPS__SOURCE: `gpsd://127.0.0.1:${port}`, SPOKECAM_CAMERAS: '[]' }
  return spawn(process.execPath, [program, 'device', '--data', folder], { stdio: 'ignore', env })
}

async function beginServer(kind, folder, receiverPort) {
  const child = fork(join(import.meta.dirname, 'live-server.mjs'), [kind, folder, receiverPort])
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
    'from the line of a receiver in one process to the frame in another, by way of our device and our server; the bare broadcast is a gpsd client itself',
    `median of ${rounds} rounds of ${seconds} s, ours and the bare one in turn; all phones are one process, whose own queue is in the figures`,
  ]
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2
}
