/** `spokecam import` of a long GPX into a new catalogue, against gpsbabel copying the same file. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const PROGRAM = resolve(import.meta.dirname, '../../dist/cli/spokecam.js')
const POINTS = 200_000
const MOST_TIMES = 1.5
const HEAD =
  '<gpx version="1.1" creator="bench" xmlns="http://www.topografix.com/GPX/1/1" xmlns:x="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">'

export async function run({ short }) {
  const points = short ? POINTS / 10 : POINTS
  const rounds = short ? 3 : 5
  const folder = mkdtempSync(join(tmpdir(), 'spokecam-bench-'))
  try {
    const rows = []
    const notes = [
      `${points.toLocaleString('en')} points at 1 Hz, median of ${rounds} rounds, ours and gpsbabel in turn`,
    ]
    for (const isRich of [false, true]) {
      const file = join(folder, 'ride.gpx')
      writeFileSync(file, gpxOf(points, isRich))
      const name = isRich ? 'import of a GPX with speed and course' : 'import of a plain GPX'
      rows.push(rowOf(name, await measured(folder, file, rounds)))
      notes.push(`${name}: ${(statSync(file).size / 1e6).toFixed(0)} MB`)
    }
    return { title: 'import', rows, notes }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function measured(folder, file, rounds) {
  const took = { ours: [], peer: [] }
  for (let round = 0; round < rounds; round += 1) {
    const data = join(folder, `data-${round}`)
    took.ours.push(await secondsOf(process.execPath, [PROGRAM, 'import', '--data', data, file]))
    rmSync(data, { recursive: true })
    took.peer.push(await secondsOf('gpsbabel', ['-i', 'gpx', '-f', file, '-o', 'gpx', '-F', join(folder, 'copy.gpx')]))
  }
  return { value: median(took.ours), peerValue: median(took.peer) }
}

function rowOf(name, { value, peerValue }) {
  const ratio = value / peerValue
  const target = `< ${MOST_TIMES} x peer`
  return { name, value, unit: 's', peer: 'gpsbabel', peerValue, ratio, target, met: ratio < MOST_TIMES }
}

async function secondsOf(command, words) {
  const beganMs = performance.now()
  const child = spawn(command, words, { stdio: 'ignore' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${command} ended with ${code}`)
  return (performance.now() - beganMs) / 1_000
}

/** A ride at 4 to 6 m/s round bends, up and down. */
function gpxOf(points, isRich) {
  const lines = [`<?xml version="1.0" encoding="UTF-8"?>\n${HEAD}<trk><name>long</name><trkseg>`]
  let latDeg = 48.1
  let lonDeg = 11.5
  for (let second = 0; second < points; second += 1) {
    const speedMps = 5 + Math.sin(second / 9)
    const courseDeg = (second / 20) % 360
    latDeg += (Math.cos((courseDeg * Math.PI) / 180) * speedMps) / 111_195
    lonDeg += (Math.sin((courseDeg * Math.PI) / 180) * speedMps) / 111_195 / Math.cos((latDeg * Math.PI) / 180)
    const time = new Date(Date.UTC(2026, 5, 1, 8) + second * 1_000).toISOString().replace('.000', '')
    const rich = `<extensions><x:TrackPointExtension><x:speed>${speedMps.toFixed(3)}</x:speed><x:course>${courseDeg.toFixed(1)}</x:course></x:TrackPointExtension></extensions>`
    const place = `lat="${latDeg.toFixed(7)}" lon="${lonDeg.toFixed(7)}"`
    lines.push(
      `<trkpt ${place}><ele>${(500 + 50 * Math.sin(second / 900)).toFixed(1)}</ele><time>${time}</time>${isRich ? rich : ''}</trkpt>`,
    )
  }
  return `${lines.join('\n')}\n</trkseg></trk></gpx>\n`
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
