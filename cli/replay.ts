/** `spokecam replay FILE`: serves a recorded log as gpsd would. */
import { openLog } from '../core/process/log.js'
import { runUntilSignal, UsageError } from '../core/process/run.js'
import type { Given } from './command.js'

const GPSD_PORT = 2947

/** Standard output carries one line, `listening gpsd://ADDRESS:PORT`, once clients can connect. */
export async function run(given: Given): Promise<number> {
  const file = given.operands[0] as string
  const rate = numberOf(given, 'rate', 1, (value) => value > 0, 'a number over 0')
  const port = numberOf(given, 'port', GPSD_PORT, isPort, 'a port from 0 to 65535')
  const log = openLog('replay')
  return runUntilSignal(log, async (signal) => {
    const { serveReplay } = await import('../device/main.js')
    const server = await serveReplay({ file, rate, port, loop: given.has('loop'), signal, log })
    process.stdout.write(`listening gpsd://127.0.0.1:${server.port}\n`)
    await server.closed
  })
}

const isPort = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 65_535

function numberOf(
  given: Given,
  flag: string,
  fallback: number,
  isAllowed: (value: number) => boolean,
  allowed: string,
): number {
  const typed = given.text(flag)
  if (typed === null) return fallback
  const value = typed.trim() === '' ? Number.NaN : Number(typed)
  if (!Number.isFinite(value) || !isAllowed(value)) throw new UsageError(`--${flag} is ${typed}: must be ${allowed}`)
  return value
}
