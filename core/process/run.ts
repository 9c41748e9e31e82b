/** The frame of a process: signals stop it, and how it ended is told by its exit code. */
import { type Log, reasonOf } from './log.js'

/** What scripts and systemd units rely on. */
export const EXIT = { done: 0, failed: 1, usage: 2, configuration: 78 } as const

/** Closing the last file takes well under a second, a hanging card may take more. */
const STOPS_WITHIN_MS = 7_000

/** Wrong use of the command line: exit code 2, said without a stack. */
export class UsageError extends Error {}

/** Settings that cannot be used: exit code 78, each fault said on a line of its own. */
export class ConfigurationError extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.faults = faults
  }
}

/**
 * Runs until done, until SIGINT or SIGTERM abort the signal it is given, or until it throws; never throws itself.
 * @returns the exit code
 */
export async function runUntilSignal(log: Log, run: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const stop = new AbortController()
  const onSignal = () => {
    stop.abort()
    // Unreferenced: it only fires where something that should have ended has not.
    setTimeout(() => {
      log.error('it did not stop in time')
      process.exit(EXIT.failed)
    }, STOPS_WITHIN_MS).unref()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    await run(stop.signal)
    return EXIT.done
  } catch (error) {
    return exitCodeOf(error, log)
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

/** Says what went wrong, as fits the kind of error, and answers the exit code for it. */
export function exitCodeOf(error: unknown, log: Log): number {
  const known = causeOf(error)
  if (known instanceof ConfigurationError) {
    for (const fault of known.faults) log.error(fault)
    return EXIT.configuration
  }
  log.error(reasonOf(error))
  return known instanceof UsageError ? EXIT.usage : EXIT.failed
}

/** The error that began it, however often it was wrapped on its way up. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? causeOf(error.cause) : error
}
