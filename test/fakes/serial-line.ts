/** Serial lines for tests: a real one, made by socat of two ptys, one in memory, and who listens to them. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { monoNowMs } from '../../core/process/boot.js'
import type { Reading } from '../../core/ride/fix.js'
import { type SerialOptions, serialReadings } from '../../device/gps/serial.js'
import { type OpenSerial, openSerial } from '../../device/gps/serial-port.js'
import { eventually } from './eventually.js'
import { logInto } from './fake-gpsd.js'
import { type Program, startProgram } from './processes.js'

export interface Pty {
  /** What the device opens. */
  readonly path: string
  /** Resolves once the line has taken it all. */
  readonly feed: (bytes: string | Buffer) => Promise<void>
  readonly unplug: () => Promise<void>
  /** The same path again. */
  readonly plugIn: () => Promise<void>
  readonly end: () => Promise<void>
}

export async function startPty(): Promise<Pty> {
  const folder = await mkdtemp(join(tmpdir(), 'spokecam-pty-'))
  const path = join(folder, 'ttyGPS')
  const farEnd = join(folder, 'ttyFEED')
  let socat: Program | null = null

  const plugIn = async () => {
    socat = startProgram(
      'socat',
      [path, farEnd].map((link) => `pty,raw,echo=0,link=${link},mode=666`),
    )
    await eventually(() => existsSync(path) && existsSync(farEnd), { withinMs: 5_000 })
  }
  const unplug = async () => {
    await socat?.end()
    socat = null
  }
  await plugIn()
  return {
    path,
    plugIn,
    unplug,
    feed: (bytes) => writeFile(farEnd, bytes, { flag: 'a' }),
    end: async () => {
      await unplug()
      await rm(folder, { recursive: true })
    },
  }
}

export interface MadeLine {
  readonly open: OpenSerial
  /** Every speed it was run at, in order. */
  readonly bauds: number[]
  readonly send: (bytes: string | Buffer) => void
  /** As if the cable had been pulled. */
  readonly pull: () => void
}

/** A line in memory: of ptys the speed does not matter. */
export function makeLine(): MadeLine {
  const bauds: number[] = []
  let send: MadeLine['send'] = () => {}
  let pull = () => {}
  return {
    bauds,
    send: (bytes) => send(bytes),
    pull: () => pull(),
    open: async (_path, baud) => {
      const bytes = new PassThrough()
      bauds.push(baud)
      let close = (_because: string) => {}
      const closed = new Promise<string>((resolve) => {
        close = resolve
      })
      send = (chunk) => bytes.write(chunk)
      pull = () => close('unplugged')
      return {
        bytes,
        closed,
        setSpeed: async (next) => {
          bauds.push(next)
        },
        close: async () => close('closed'),
      }
    },
  }
}

export interface SerialListening {
  readonly told: Reading[]
  readonly logged: string[]
  /** How often the line was opened. */
  readonly opened: () => number
  /** Stops, and answers everything that was told. */
  readonly stop: () => Promise<Reading[]>
}

export function listenToSerial(path: string, options: Partial<SerialOptions> = {}): SerialListening {
  const told: Reading[] = []
  const logged: string[] = []
  const stopping = new AbortController()
  const open = options.open ?? openSerial
  let opened = 0
  const readings = serialReadings({
    path,
    baud: null,
    bootId: 'boot',
    nowMonoMs: monoNowMs,
    log: logInto(logged),
    signal: stopping.signal,
    ...options,
    open: async (...line) => {
      const opening = await open(...line)
      opened += 1
      return opening
    },
  })
  const listening = (async () => {
    for await (const reading of readings) told.push(reading)
  })()
  return {
    told,
    logged,
    opened: () => opened,
    stop: async () => {
      stopping.abort()
      await listening
      return told
    },
  }
}
