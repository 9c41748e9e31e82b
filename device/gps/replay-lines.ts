/** What is to be said of a log, line by line in the words of gpsd: its own lines, or readings put into them. */
import type { Reading, Sky } from '../../core/ride/fix.js'
import { parseGpsdLine } from './gpsd-line.js'
import { linesOf } from './log-text.js'
import { type RideLog, readingsOf } from './logs.js'

export interface Said {
  readonly line: string
  /** When it is due by the clock of the log, milliseconds since 1970; null: with the line before. */
  readonly utcMs: number | null
}

/**
 * A gpsd JSON log passes as it is, byte by character, without its own VERSION, DEVICES and WATCH, which the server says.
 * Of a GPX or an NMEA log each epoch becomes a TPV, after a SKY where it tells something new of the sky. What is not in the
 * log is not in these lines: a GPX without speeds is played without. Speeds could be made from its places, but those are
 * rounded to a metre or worse and often smoothed or moved by hand, and a client could not tell such a speed from a measured
 * one; who wants it can reckon it from the same places.
 */
export async function* saidIn(log: RideLog, device: string): AsyncGenerator<Said, void, void> {
  if (log.kind === 'gpsd') return yield* passed(log.file)
  let lastSky = ''
  for await (const { readings } of readingsOf(log)) {
    for (const reading of readings) {
      const utcMs = reading.receiverUtcMs
      const sky = skyLine(reading.sky, device)
      if (sky !== lastSky && sky !== null) yield { line: sky, utcMs }
      lastSky = sky ?? lastSky
      yield { line: tpvLine(reading, device), utcMs }
    }
  }
}

/**
 * The line as it is said when the log is played `rate` times as fast under a clock of our own: speed and climb grow as the
 * time between two places shrinks, else who checks one against the other would believe neither. To the last digit, the rest
 * stays as it was.
 * @param utcMs the time it tells now; null where it tells none
 */
export function retimed(line: string, utcMs: number | null, rate: number): string {
  if (!/"class"\s*:\s*"TPV"/.test(line)) return line
  const faster = line.replace(SPEEDS, (_all, key: string, value: string) => `${key}${rounded(Number(value) * rate)}`)
  return utcMs === null ? faster : faster.replace(TIME, (_all, key: string) => `${key}"${isoOf(utcMs)}"`)
}

const SPEEDS = /("(?:speed|climb)"\s*:\s*)(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g
const TIME = /("time"\s*:\s*)"[^"]*"/

const isoOf = (utcMs: number): string => new Date(utcMs).toISOString()
const rounded = (value: number): number => Number(value.toFixed(3))

async function* passed(file: string): AsyncGenerator<Said, void, void> {
  for await (const line of linesOf(file)) {
    const message = parseGpsdLine(line)
    if (message.kind === 'version' || message.kind === 'devices' || message.kind === 'watch') continue
    yield { line, utcMs: message.kind === 'tpv' ? message.utcMs : null }
  }
}

/** As gpsd 3.22 writes it, digit for digit. Its `alt` is deprecated, and all that clients from before 3.20 know. */
function tpvLine(reading: Reading, device: string): string {
  const time = reading.receiverUtcMs === null ? '' : `,"time":"${isoOf(reading.receiverUtcMs)}"`
  const head = `{"class":"TPV","device":${JSON.stringify(device)}`
  if (reading.kind === 'no-fix') return `${head},"mode":1${time}}`
  const { mode, latDeg, lonDeg, altitudeM, speedMps, courseDeg, accuracyM } = reading
  const place = `${figure('lat', latDeg, 9)}${figure('lon', lonDeg, 9)}`
  const height = `${figure('altMSL', altitudeM, 4)}${figure('alt', altitudeM, 4)}`
  const motion = `${figure('track', courseDeg, 4)}${figure('speed', speedMps, 3)}`
  return `${head},"mode":${mode}${time}${place}${height}${motion}${figure('eph', accuracyM, 3)}}`
}

/** Null where nothing is known of the sky. */
function skyLine({ satellitesUsed, satellitesInView, hdop }: Sky, device: string): string | null {
  const told = figure('hdop', hdop, 2) + figure('nSat', satellitesInView, 0) + figure('uSat', satellitesUsed, 0)
  return told === '' ? null : `{"class":"SKY","device":${JSON.stringify(device)}${told}}`
}

/** gpsd has no word for unknown: it leaves the field out. */
const figure = (name: string, value: number | null, digits: number): string =>
  value === null ? '' : `,"${name}":${value.toFixed(digits)}`
