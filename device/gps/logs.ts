/** Opens a log of another program, told by what is in it and not by its name, and tells what was recorded as readings. */

import { createLineSplitter } from '../../core/process/lines.js'
import type { Reading } from '../../core/ride/fix.js'
import { GpxFault } from '../../core/track/gpx-reading.js'
import { parseGpsdLine } from './gpsd-line.js'
import { gpsdLogReadings } from './gpsd-log.js'
import type { GpsdMessage } from './gpsd-messages.js'
import { beginningOfGpx, type GpxLogCounts, gpxReadings, type Recorded } from './gpx-log.js'
import { looksOf, rootOf } from './log-looks.js'
import { headOf, linesOf, piecesOfXml, textOf } from './log-text.js'
import { sentencesOf } from './nmea.js'
import { nmeaReadings } from './nmea-log.js'
import { SIMULATOR } from './simulator.js'

export interface RideLog {
  readonly file: string
  readonly kind: 'gpsd' | 'nmea' | 'gpx'
  /** Path of the receiver it begins with; null where it names none. */
  readonly device: string | null
  /** What the rider called it; only a GPX says. */
  readonly name: string | null
  /** It says itself that nobody has ridden it: what our simulator said, or a GPX of ours that came of it. */
  readonly simulated: boolean
}

/** What of a log is no reading. */
export interface LogCounts {
  /** Positions left out because their time is not known. */
  readonly undated: number
  /** Points of a track without a position that can be true. */
  readonly unplaced: number
  /** Lines that are none of what a receiver or gpsd says. */
  readonly nonsense: number
}

/** Some receivers tell the day only once they have a fix; this is half an hour without one, or more. */
const MOST_LINES_WITHOUT_DAY = 100_000
/** Nothing came at a moment of ours. */
const BOOT = 'log'

/**
 * Looks at a file's beginning. A GPX or an NMEA log is read on to the first position that has a time.
 * @throws one sentence that names the file and says what it looks like instead, or what it lacks
 */
export async function openRideLog(file: string): Promise<RideLog> {
  const head = await headOf(file)
  const log = recognised(file, head)
  if (log === null) {
    throw new Error(`${file} is neither a GPX, an NMEA log nor a gpsd JSON log: it looks like ${looksOf(head)}`)
  }
  return log.kind === 'gpsd' ? log : { ...log, ...(await toldIfDated(log)) }
}

/**
 * Everything that was recorded, each epoch once, in the order of the log; `at.monoMs` is the receiver's own time in
 * milliseconds since 1970. Only a GPX says where nothing is known of the way; other logs are one part. Reads on only as
 * fast as the readings are taken.
 * @param onEnd told once all was read
 * @throws one sentence that names the file, where it cannot be read to its end
 */
export async function* readingsOf(
  log: RideLog,
  onEnd: (counts: LogCounts) => void = () => {},
): AsyncGenerator<Recorded, void, void> {
  const { file, kind } = log
  const none = { undated: 0, unplaced: 0, nonsense: 0 }
  switch (kind) {
    case 'gpsd':
      return yield* oneByOne(
        gpsdLogReadings(linesOf(file), { bootId: BOOT, onEnd: (counts) => onEnd({ ...none, ...counts }) }),
      )
    case 'nmea':
      return yield* oneByOne(
        nmeaReadings(linesOf(file), {
          bootId: BOOT,
          onEnd: ({ undated, nonsense }) => onEnd({ ...none, undated, nonsense }),
        }),
      )
    case 'gpx':
      return yield* readingsOfGpx(file, (counts) => onEnd({ ...none, ...counts }))
  }
}

async function* oneByOne(readings: AsyncIterable<Reading>): AsyncGenerator<Recorded, void, void> {
  for await (const reading of readings) yield { part: 0, readings: [reading] }
}

async function* readingsOfGpx(file: string, onEnd: (counts: GpxLogCounts) => void): AsyncGenerator<Recorded> {
  try {
    yield* gpxReadings(piecesOfXml(file), { bootId: BOOT, onEnd })
  } catch (error) {
    throw naming(file, error)
  }
}

/** What it says of itself. @throws where nothing of it can be placed in time */
async function toldIfDated({ file, kind }: RideLog): Promise<Pick<RideLog, 'name' | 'simulated'>> {
  if (kind === 'nmea') {
    for await (const _ of nmeaReadings(beginningOf(linesOf(file)), { bootId: BOOT }))
      return { name: null, simulated: false }
    throw new Error(`${file} has no times: none of its first sentences tells the day (RMC or ZDA)`)
  }
  const beginning = await beginningOfGpx(piecesOfXml(file)).catch((error: unknown) => {
    throw naming(file, error)
  })
  if (beginning.kind === 'none') throw new Error(`${file} ${beginning.because}`)
  const { name, simulated } = beginning
  return { name, simulated }
}

const naming = (file: string, error: unknown): unknown =>
  error instanceof GpxFault ? new Error(`${file} ${error.message}`) : error

async function* beginningOf(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let count = 0
  for await (const line of lines) {
    yield line
    count += 1
    if (count === MOST_LINES_WITHOUT_DAY) return
  }
}

function recognised(file: string, head: Buffer): RideLog | null {
  const root = rootOf(textOf(head))
  if (root !== null) return root === 'gpx' ? { file, kind: 'gpx', ...NOTHING_TOLD } : null
  const splitter = createLineSplitter('latin1')
  const lines = [...splitter.take(head), ...splitter.rest()]
  const messages = lines.map(parseGpsdLine).filter(({ kind }) => kind !== 'nonsense')
  if (messages.length > 0) {
    const device = messages.map(deviceOf).find((path) => path !== null) ?? null
    return { file, kind: 'gpsd', ...NOTHING_TOLD, device, simulated: device === SIMULATOR || lines.some(isSimulated) }
  }
  const isSaid = lines.flatMap(sentencesOf).some(({ kind }) => kind !== 'nonsense' && kind !== 'unused')
  return isSaid ? { file, kind: 'nmea', ...NOTHING_TOLD } : null
}

const NOTHING_TOLD = { device: null, name: null, simulated: false }

/** gpsd_json(5): the status of a TPV is 8 where it is simulated. */
const isSimulated = (line: string): boolean => /"class"\s*:\s*"TPV"/.test(line) && /"status"\s*:\s*8\b/.test(line)

function deviceOf(message: GpsdMessage): string | null {
  if (message.kind === 'tpv' || message.kind === 'sky') return message.device
  if (message.kind === 'device') return message.path
  return message.kind === 'devices' ? (message.paths[0] ?? null) : null
}
