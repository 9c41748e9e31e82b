/** The door to the package serialport: opens a serial line, and says in words why it is closed. */
import type { Readable } from 'node:stream'
import { SerialPort } from 'serialport'
import { reasonOf } from '../../core/process/log.js'

export interface OpenLine {
  readonly bytes: Readable
  /** Rejects where the line cannot run so fast. */
  readonly setSpeed: (baud: number) => Promise<void>
  /** Resolves once it is closed, also where it was already. */
  readonly close: () => Promise<void>
  /** Resolves with why, when the line is closed: the receiver was unplugged, or close() was called. */
  readonly closed: Promise<string>
}

export type OpenSerial = (path: string, baud: number) => Promise<OpenLine>

/**
 * Nobody else may open the line meanwhile.
 * Rejects, in a sentence, where there is no such line, another program has it, or it may not be opened.
 */
export const openSerial: OpenSerial = async (path, baud) => {
  const port = new SerialPort({ path, baudRate: baud, autoOpen: false })
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error === null ? resolve() : reject(new Error(inWords(path, error), { cause: error }))))
  })
  const closed = new Promise<string>((resolve) => {
    // Unplugged, the port closes with an error and tells no other; a read that ends is the same.
    port.once('close', (error: Error | null) => resolve(error === null ? 'closed' : `unplugged: ${reasonOf(error)}`))
    port.once('end', () => resolve('unplugged: nothing left to read'))
    port.on('error', (error) => resolve(reasonOf(error)))
  })
  return {
    bytes: port,
    setSpeed: (baudRate) =>
      new Promise((resolve, reject) => {
        port.update({ baudRate }, (error) => (error === null ? resolve() : reject(error)))
      }),
    // Where it was closed already, or cannot be, the callback says so, and there is nothing left to do.
    close: () => new Promise((resolve) => port.close(() => resolve())),
    closed,
  }
}

function inWords(path: string, error: Error): string {
  const said = reasonOf(error)
  if (/no such file/i.test(said)) return `there is no ${path}: is the receiver plugged in?`
  if (/lock port|resource busy/i.test(said)) return `another program has ${path} open: gpsd, perhaps?`
  if (/permission denied/i.test(said)) return `${path} may not be opened: the user has to be in the group dialout`
  return `${path} cannot be opened`
}
