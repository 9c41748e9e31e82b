/** `spokecam export` of a long ride in each format, against gpsbabel converting the same GPX; and what it takes of memory. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openStore } from '../../dist/core/store/store.js'

const PROGRAM = resolve(import.meta.dirname, '../../dist/cli/spokecam.js')
const PROBE = resolve(import.meta.dirname, 'peak-probe.mjs')
const POINTS = 187_000
const FEW = 100
const MOST_SECONDS = 1
const MOST_GROWTH_MIB = 20
const BEGAN_UTC_MS = Date.UTC(2026, 5, 1, 8)
const AT_ONCE = 5_000

export async function run({ short }) {
  const points = short ? POINTS / 10 : POINTS
  const rounds = short ? 3 : 5
  const folder = mkdtempSync(join(tmpdir(), 'spokecam-bench-'))
  try {
    const store = await openStore(join(folder, 'rides.db'))
    await addRide(store, 'short', FEW)
    await addRide(store, 'long', points)
    await store.keepPrivacySecret('0123456789abcdef0123456789abcdef')
    await store.close()
    const rows = []
    const notes = [
      `${points.toLocaleString('en')} points at 10 Hz, median of ${rounds} rounds, ours and gpsbabel in turn; memory: RSS at its`,
      `most, beyond that of the same command for ${FEW} points`,
    ]
    const gpx = join(folder, 'long.gpx')
    await exported(folder, 'long', 'gpx', [])
    for (const [format, words, peer] of [
      ['gpx', [], 'gpx'],
      ['gpx', ['--privacy'], null],
      ['geojson', [], 'geojson'],
      ['csv', [], 'unicsv'],
    ]) {
      const took = { ours: [], peer: [], growthMib: [] }
      for (let round = 0; round < rounds; round += 1) {
        const few = await exported(folder, 'short', format, words)
        const all = await exported(folder, 'long', format, words)
        took.ours.push(all.seconds)
        took.growthMib.push((all.peakKib - few.peakKib) / 1_024)
        if (peer !== null) took.peer.push(await converted(gpx, peer, join(folder, `peer.${format}`)))
      }
      const name = ['export', format, ...words].join(' ')
      const value = median(took.ours)
      const target = `< ${MOST_SECONDS} s`
      const met = value < MOST_SECONDS
      const peerValue = median(took.peer)
      const against = peer === null ? {} : { peer: 'gpsbabel', peerValue, ratio: value / peerValue }
      rows.push({ name, value, unit: 's', ...against, target, met })
      const growth = median(took.growthMib)
      // GeoJSON holds 20,000 points at once, of a ride of any length.
      const isBound = format !== 'geojson'
      const aim = isBound ? { target: `< ${MOST_GROWTH_MIB} MiB`, met: growth < MOST_GROWTH_MIB } : {}
      rows.push({ name: `${name}: memory`, value: growth, unit: 'MiB', ...aim })
      notes.push(`${name}: ${(statSync(join(folder, `long.${format}`)).size / 1e6).toFixed(0)} MB`)
    }
    return { title: 'tracks', rows, notes }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function exported(folder, ride, format, words) {
  const file = join(folder, `${ride}.${format}`)
  const beganMs = performance.now()
  const given = ['export', ride, '--format', format, ...words, '--data', folder, '-o', file]
  const env = { ...process.env, SPOKECAM_PRIVACY__ZONES: '[{"latDeg":48.1,"lonDeg":11.5,"radiusM":300}]' }
  const child = spawn(process.execPath, ['--import', PROBE, PROGRAM, ...given], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  })
  let told = ''
  child.stdio[3].on('data', (text) => {
    told += text
  })
  await closed(child, 'spokecam')
  return { seconds: (performance.now() - beganMs) / 1_000, peakKib: Number(told) }
}

async function converted(gpx, format, file) {
  const beganMs = performance.now()
  await closed(
    spawn('gpsbabel', ['-t', '-i', 'gpx', '-f', gpx, '-o', format, '-F', file], { stdio: 'ignore' }),
    'gpsbabel',
  )
  return (performance.now() - beganMs) / 1_000
}

async function closed(child, name) {
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${name} ended with ${code}`)
}

/** As many digits as receivers tell. */
const rounded = (value, digits) => Math.round(value * 10 ** digits) / 10 ** digits

/** Round bends, up and down, ten fixes a second. */
async function addRide(store, id, points) {
  const { bootNumber } = await store.beginBoot(`boot of ${id}`)
  await store.beginRide({
    ...{ id, bootNumber, beganMonoMs: 0, simulated: true },
    ...{ startedUtcMs: BEGAN_UTC_MS, timeSource: 'satellites' },
  })
  let [latDeg, lonDeg] = [48.1, 11.5]
  for (let from = 0; from < points; from += AT_ONCE) {
    const fixes = []
    for (let at = from; at < Math.min(points, from + AT_ONCE); at += 1) {
      const speedMps = 5 + Math.sin(at / 90)
      const courseDeg = (at / 200) % 360
      latDeg += (Math.cos((courseDeg * Math.PI) / 180) * speedMps) / 1_111_950
      lonDeg += (Math.sin((courseDeg * Math.PI) / 180) * speedMps) / 1_111_950 / Math.cos((latDeg * Math.PI) / 180)
      const utcMs = BEGAN_UTC_MS + at * 100
      const fix = {
        ...{ at: { monoMs: at * 100 }, receiverUtcMs: utcMs, mode: 3, accuracyM: 3.1 },
        ...{ latDeg: rounded(latDeg, 9), lonDeg: rounded(lonDeg, 9), sky: { satellitesUsed: 9, hdop: 0.9 } },
        ...{ speedMps: rounded(speedMps, 3), courseDeg: rounded(courseDeg, 4) },
        altitudeM: rounded(500 + 50 * Math.sin(at / 9_000), 4),
      }
      fixes.push({ fix, utcMs, leftOut: null })
    }
    await store.addFixes(id, bootNumber, fixes)
  }
  await store.endRide(id)
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
