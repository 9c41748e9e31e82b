/** A command of our own as a child process that ends when this process does, however that ends. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { ConfigurationError, EXIT } from '../core/process/run.js'

/** A child is asked to stop by SIGTERM; one that has not by then is hanging. */
const STOPS_WITHIN_MS = 8_000

/**
 * Runs this program's command NAME until the signal aborts and it has stopped. It inherits standard error; its lines of
 * standard output go to onLine. The kernel sends it SIGTERM when this process is killed.
 * @throws when it ends before the signal aborts; ConfigurationError where it said that its configuration is wrong
 */
export function runChild(
  name: string,
  args: readonly string[],
  signal: AbortSignal,
  onLine: (line: string) => void = () => {},
): Promise<void> {
  const program = process.argv[1] as string
  const words = ['--pdeathsig', 'TERM', process.execPath, ...process.execArgv, program, name, ...args]
  const child = spawn('setpriv', words, { stdio: ['ignore', 'pipe', 'inherit'] })
  createInterface({ input: child.stdout }).on('line', onLine)

  return new Promise((resolve, reject) => {
    let killing: NodeJS.Timeout | undefined
    const stop = (): void => {
      child.kill('SIGTERM')
      killing = setTimeout(() => child.kill('SIGKILL'), STOPS_WITHIN_MS)
    }
    child.once('error', (error) => reject(new Error(`${name} could not be started`, { cause: error })))
    child.once('close', (code, endedBy) => {
      clearTimeout(killing)
      signal.removeEventListener('abort', stop)
      if (signal.aborted) resolve()
      else if (code === EXIT.configuration)
        reject(new ConfigurationError([`${name} cannot run with this configuration`]))
      else reject(new Error(`${name} ended with ${endedBy ?? `exit code ${code}`}`))
    })
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
