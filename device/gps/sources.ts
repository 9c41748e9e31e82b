/** The texts of `gps.source`: what each means, or what is wrong with it. */
import type { SimulatorOptions } from './simulator.js'

export type ReceiverSource = GpsdSource | SerialSource | ReplaySource | SimulatorSource

export interface GpsdSource {
  readonly kind: 'gpsd'
  readonly host: string
  readonly port: number
  /** Path of the one receiver to listen to; null: the first that has a fix. */
  readonly device: string | null
}

export interface SerialSource {
  readonly kind: 'serial'
  /** Of the serial line, such as /dev/ttyACM0. */
  readonly path: string
  /** Null: found out by listening. */
  readonly baud: number | null
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

const GPSD_PORT = 2947
const LOWEST_BAUD = 1_200
const HIGHEST_BAUD = 921_600
const FORMS = 'gpsd://HOST:PORT[/DEVICE], serial:///dev/ttyACM0?baud=9600, replay:FILE?rate=1 or simulator:'

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
      return parseSerial(text)
    default:
      return fault(`is no receiver: allowed are ${FORMS}`)
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

function parseSerial(text: string): ReceiverSource | SourceFault {
  const found = /^serial:\/\/(\/[^\s?#]+)(?:\?baud=(\d{1,7}))?$/.exec(text)
  if (found?.[1] === undefined) return fault('must be serial:///dev/ttyACM0?baud=9600, or without ?baud=')
  const baud = found[2] === undefined ? null : Number(found[2])
  if (baud !== null && (baud < LOWEST_BAUD || baud > HIGHEST_BAUD))
    return fault(`takes only ?baud= from ${LOWEST_BAUD} to ${HIGHEST_BAUD}`)
  return { kind: 'serial', path: found[1], baud }
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
