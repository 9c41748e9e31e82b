/** Where readings come from: understands `gps.source`, and picks who speaks. */
import type { Log } from '../../core/process/log.js'
import { reasonOf } from '../../core/process/log.js'
import type { Reading } from '../../core/ride/fix.js'
import { type GpsdOptions, gpsdReadings, tcpTo } from './gpsd.js'
import { openGpsdLog } from './gpsd-log.js'
import { connectTo } from './gpsd-server.js'
import { replayOf } from './replay.js'
import { type SimulatorOptions, simulatorOf } from './simulator.js'

export type ReceiverSource = GpsdSource | ReplaySource | SimulatorSource

export interface GpsdSource {
  readonly kind: 'gpsd'
  readonly host: string
  readonly port: number
  /** Path of the one receiver to listen to; null: the first that has a fix. */
  readonly device: string | null
}

export interface ReplaySource {
  readonly kind: 'replay'
  readonly file: string
  readonly rate: number
}

export interface SimulatorSource extends SimulatorOptions {
  readonly kind: 'simulator'
}

/** Why a text is no source, as the end of a sentence that begins with the text. */
export interface SourceFault {
  readonly kind: 'fault'
  readonly because: string
}

export interface ReadingsOptions {
  readonly bootId: string
  /** CLOCK_MONOTONIC in milliseconds. */
  readonly nowMonoMs: () => number
  readonly log: Log
  readonly signal: AbortSignal
}

const GPSD_PORT = 2947
const FORMS = 'gpsd://HOST:PORT[/DEVICE], replay:FILE?rate=1 or simulator:'

/** Says what a source text means, or what is wrong with it. Opens nothing. */
export function parseReceiverSource(text: string): ReceiverSource | SourceFault {
  const scheme = /^([a-z]+):/.exec(text)?.[1]
  const rest = text.slice((scheme?.length ?? 0) + 1)
  switch (scheme) {
    case 'gpsd':
      return parseGpsd(text)
    case 'replay':
      return parseReplay(rest)
    case 'simulator':
      return parseSimulator(rest)
    case 'serial':
      return fault('is not supported yet: use gpsd for a receiver on a serial line')
    default:
      return fault(`is no receiver: allowed are ${FORMS}`)
  }
}

/** What of a source can only be found out by looking: null, or a sentence on why it cannot be used. */
export async function sourceFault(source: ReceiverSource): Promise<string | null> {
  if (source.kind !== 'replay') return null
  try {
    await openGpsdLog(source.file)
    return null
  } catch (error) {
    return reasonOf(error)
  }
}

/** Whether what it says is no ride: everything that comes of it is marked. */
export const isSimulated = (source: ReceiverSource): boolean => source.kind !== 'gpsd'

/**
 * Every reading, until the signal aborts; see gpsdReadings for when an epoch comes more than once. A replay and the
 * simulator speak gpsd's protocol too, in memory, so that what is tried at home is what runs on the road.
 * Throws only where a file cannot be replayed.
 */
export async function* readings(source: ReceiverSource, options: ReadingsOptions): AsyncGenerator<Reading, void, void> {
  const device = source.kind === 'gpsd' ? source.device : null
  yield* gpsdReadings({ ...options, device, connect: await connectOf(source) })
}

async function connectOf(source: ReceiverSource): Promise<GpsdOptions['connect']> {
  switch (source.kind) {
    case 'gpsd':
      return tcpTo(source.host, source.port)
    case 'replay':
      return connectTo(await replayOf({ file: source.file, rate: source.rate, loop: false, retime: true }))
    case 'simulator':
      return connectTo(simulatorOf(source))
  }
}

const fault = (because: string): SourceFault => ({ kind: 'fault', because })

function parseGpsd(text: string): ReceiverSource | SourceFault {
  const found = /^gpsd:\/\/(\[[0-9a-fA-F:.]+\]|[^\s/:?#@[\]]+)(?::(\d{1,5}))?(\/[^\s?#]*)?$/.exec(text)
  const port = Number(found?.[2] ?? GPSD_PORT)
  if (found?.[1] === undefined || port < 1 || port > 65_535) return fault('must be gpsd://HOST:PORT[/DEVICE]')
  const host = found[1].replace(/^\[|\]$/g, '')
  const device = found[3] ?? '/'
  return { kind: 'gpsd', host, port, device: device === '/' ? null : device }
}

function parseReplay(rest: string): ReceiverSource | SourceFault {
  const { path: file, numbers } = parseNumbers(rest, { rate: { value: 1, lowest: 0.01, highest: 10_000 } })
  if (numbers === null) return fault('takes only ?rate=, 0.01 to 10000')
  if (file === '') return fault('names no file: replay:FILE?rate=1')
  return { kind: 'replay', file, ...numbers }
}

function parseSimulator(rest: string): ReceiverSource | SourceFault {
  const { path, numbers } = parseNumbers(rest, {
    rateHz: { value: 1, lowest: 0.1, highest: 50 },
    seed: { value: 1, lowest: 0, highest: 2 ** 31 - 1 },
    startDelayS: { value: 0, lowest: 0, highest: 86_400 },
  })
  if (path !== '' || numbers === null)
    return fault('takes only ?rateHz=, 0.1 to 50, seed=, from 0, and startDelayS=, from 0')
  return { kind: 'simulator', ...numbers }
}

interface Range {
  readonly value: number
  readonly lowest: number
  readonly highest: number
}

/** What stands before the last `?`, and the numbers after it; null for them where one is unknown, no number or out of range. */
function parseNumbers<Name extends string>(
  text: string,
  ranges: Readonly<Record<Name, Range>>,
): { readonly path: string; readonly numbers: Readonly<Record<Name, number>> | null } {
  const mark = text.lastIndexOf('?')
  const path = mark === -1 ? text : text.slice(0, mark)
  const asked = new Map(new URLSearchParams(mark === -1 ? '' : text.slice(mark + 1)))
  const numbers: Partial<Record<Name, number>> = {}
  for (const name of Object.keys(ranges) as Name[]) {
    const { value, lowest, highest } = ranges[name]
    const given = asked.get(name)
    asked.delete(name)
    const number = given === undefined ? value : given === '' ? Number.NaN : Number(given)
    if (!(number >= lowest && number <= highest)) return { path, numbers: null }
    numbers[name] = number
  }
  return { path, numbers: asked.size > 0 ? null : (numbers as Record<Name, number>) }
}
