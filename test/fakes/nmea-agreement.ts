/** What gpsd 3.22 made of NMEA logs, epoch by epoch, and how far our readings of the same sentences agree with it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Reading } from '../../core/ride/fix.js'
import { RECORDED } from './gpsd-streams.js'

export interface ComparedLog {
  readonly name: string
  /** As it came over the wire: without what the recorder noted between the sentences. */
  readonly bytes: Buffer
  /** What gpsd said: by time of day in milliseconds, because it moves old dates by 1024 weeks; and without a time. */
  readonly epochs: ReadonlyMap<number, Said>
  readonly untimed: readonly Said[]
}

/** A place, or null where it has no fix. */
export type Said = { readonly latDeg: number; readonly lonDeg: number } | null

const DAY_MS = 86_400_000
const MOST_APART_DEG = 2e-6

/** Every recorded log of a receiver that tells positions in NMEA, the long tracks among them. */
export function comparedLogs(): ComparedLog[] {
  const logs = filesOf('log', '.log').map((path) => ({
    path,
    json: join(RECORDED, 'json-3.22', basename(path).replace(/\.log$/, '.jsonl')),
  }))
  const tracks = filesOf('tracks', '.log').map((path) => ({ path, json: path.replace(/\.log$/, '.json-3.22.jsonl') }))
  return [...logs, ...tracks].filter(({ path, json }) => existsSync(json) && isNmea(path, json)).map(readBoth)
}

/** @param told everything, in order: an epoch that is told again replaces what was told of it before */
export function disagreements({ epochs }: ComparedLog, told: readonly Reading[]): string[] {
  const ours = new Map<number, Said>()
  for (const reading of told) {
    if (reading.receiverUtcMs !== null) ours.set(timeOfDayMs(reading.receiverUtcMs), saidBy(reading))
  }
  return [...epochs].flatMap(([timeMs, theirs]) => {
    const said = ours.get(timeMs)
    if (said !== undefined && isSame(said, theirs)) return []
    return [`${new Date(timeMs).toISOString().slice(11)} ${JSON.stringify(theirs)}, not ${JSON.stringify(said)}`]
  })
}

/** Places that gpsd tells without a time, and we not at all. */
export function untoldPlaces({ untimed }: ComparedLog, told: readonly Reading[]): Said[] {
  const ours = told.map(saidBy).filter((said) => said !== null)
  return untimed.filter((theirs) => theirs !== null && !ours.some((said) => isSame(said, theirs)))
}

const filesOf = (folder: string, ending: string): string[] =>
  existsSync(join(RECORDED, folder))
    ? readdirSync(join(RECORDED, folder))
        .filter((name) => name.endsWith(ending))
        .map((name) => join(RECORDED, folder, name))
    : []

const isNmea = (path: string, json: string): boolean =>
  /^\$..(RMC|GGA|GLL|GNS),/m.test(readFileSync(path, 'latin1')) &&
  /"driver":"(NMEA0183|AIVDM)"/.test(readFileSync(json, 'latin1'))

function readBoth({ path, json }: { readonly path: string; readonly json: string }): ComparedLog {
  const text = readFileSync(path, 'latin1')
  const cookie = /^# Delay-Cookie: (\S)/m.exec(text)?.[1]
  const sentences = text.replaceAll(/^#.*\n/gm, '')
  const bytes = Buffer.from(cookie === undefined ? sentences : sentences.replaceAll(cookie, ''), 'latin1')
  const epochs = new Map<number, Said>()
  const untimed: Said[] = []
  for (const line of readFileSync(json, 'utf8').split('\n')) {
    if (!line.includes('"class":"TPV"')) continue
    const { time, mode, lat, lon } = JSON.parse(line)
    const said = mode >= 2 && lat !== undefined && lon !== undefined ? { latDeg: lat, lonDeg: lon } : null
    if (time === undefined) untimed.push(said)
    // Several reports of one epoch: what is said later wins, and a report without a fix takes nothing back.
    else epochs.set(timeOfDayMs(Date.parse(time)), said ?? epochs.get(timeOfDayMs(Date.parse(time))) ?? null)
  }
  return { name: basename(path, '.log'), bytes, epochs, untimed }
}

const timeOfDayMs = (utcMs: number): number => ((utcMs % DAY_MS) + DAY_MS) % DAY_MS

const saidBy = (reading: Reading): Said =>
  reading.kind === 'fix' ? { latDeg: reading.latDeg, lonDeg: reading.lonDeg } : null

function isSame(a: Said, b: Said): boolean {
  if (a === null || b === null) return a === b
  return Math.abs(a.latDeg - b.latDeg) <= MOST_APART_DEG && Math.abs(a.lonDeg - b.lonDeg) <= MOST_APART_DEG
}
