/** Our gpsd client against node-gpsd: how fast, at what cost, and whether anything is lost. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const LEAST_TIMES = 1.2
const MOST_RSS_MIB = 70

export async function run({ short }) {
  const rounds = short ? 3 : 5
  const server = fork(join(import.meta.dirname, 'gpsd-stream.mjs'))
  try {
    const [stream] = await once(server, 'message')
    const results = { ours: [], peer: [] }
    for (let round = 0; round < rounds; round += 1) {
      results.ours.push(await listen('ours', stream.atOncePort))
      results.peer.push(await listen('node-gpsd', stream.atOncePort))
    }
    const paced = await listen('ours', stream.pacedPort)
    return { title: 'gpsd client', rows: rowsOf(stream, results, paced), notes: notesOf(stream, rounds, results) }
  } finally {
    server.disconnect()
  }
}

async function listen(client, port) {
  const listener = fork(join(import.meta.dirname, 'gpsd-listen.mjs'), [client, String(port)])
  const [result] = await once(listener, 'message')
  await once(listener, 'exit')
  return result
}

function rowsOf(stream, { ours, peer }, paced) {
  const speed = (result) => stream.lines / result.tookS
  const lost = Math.max(...ours.map(({ counted }) => stream.fixes - counted))
  const row = (name, unit, of, target, isMet) => {
    const value = median(ours.map(of))
    const peerValue = median(peer.map(of))
    const ratio = value / peerValue
    return { name, value, unit, peer: 'node-gpsd', peerValue, ratio, target, met: isMet(value, ratio) }
  }
  const loss = (name, value) => ({ name, value, unit: 'fixes', ...NO_PEER, target: '0', met: value === 0 })
  return [
    row(
      'lines taken at full speed',
      'lines/s',
      speed,
      `${LEAST_TIMES} x peer`,
      (_value, ratio) => ratio >= LEAST_TIMES,
    ),
    row(
      'CPU for 100,000 lines',
      's',
      ({ cpuS }) => cpuS,
      null,
      () => null,
    ),
    row(
      'peak memory of the process',
      'MiB',
      ({ rssMiB }) => rssMiB,
      `< ${MOST_RSS_MIB}`,
      (value) => value < MOST_RSS_MIB,
    ),
    loss('lost at full speed', lost),
    loss('lost at 10,000 lines/s for 5 s', stream.pacedFixes - paced.counted),
  ]
}

const NO_PEER = { peer: null, peerValue: null, ratio: null }

function notesOf(stream, rounds, { peer }) {
  const heard = Math.min(...peer.map(({ counted }) => counted))
  return [
    `${stream.lines} lines, ${(stream.bytes / 1e6).toFixed(0)} MB over loopback: ${stream.source}`,
    `median of ${rounds} rounds, ours and node-gpsd in turn, each in a process of its own; node-gpsd handed out ${heard} messages`,
  ]
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

if (process.argv[1] === import.meta.filename) {
  const { title, rows, notes } = await run({ short: process.argv.includes('--short') })
  const lines = rows.map(({ name, value, unit, peer, peerValue, ratio, target, met }) => {
    const against = peer === null ? '' : `, ${peer} ${peerValue.toFixed(1)}, ratio ${ratio.toFixed(2)}`
    return `  ${name}: ${value.toFixed(1)} ${unit}${against}${target === null ? '' : `, target ${target}: ${met ? 'met' : 'MISSED'}`}`
  })
  process.stdout.write(`${[title, ...lines, ...notes.map((note) => `  (${note})`)].join('\n')}\n`)
}
