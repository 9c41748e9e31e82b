/** `spokecam start`: runs device and server as children and begins a fallen one again; owns nothing itself. */
import { openLog } from '../core/process/log.js'
import { ConfigurationError, EXIT, runUntilSignal } from '../core/process/run.js'
import { keepRunning, runTogether, type Service } from '../core/process/service.js'
import { isDemonstration } from '../device/config.js'
import { runChild } from './child.js'
import type { Given } from './command.js'
import { settingsFor } from './settings.js'

/** A child that ran for a while is begun again at once, however often it falls: only one that cannot start waits. */
const AGAIN = { maxMs: 5_000, wentWell: (ranMs: number) => ranMs > 5_000 }

export async function run(given: Given): Promise<number> {
  const log = openLog('start')
  const loaded = settingsFor(given)
  const faults = (concernsHttp: boolean) =>
    loaded.faults.filter(({ section }) => (section === 'http') === concernsHttp).map(({ sentence }) => sentence)
  const [deviceFaults, httpFaults] = [faults(false), faults(true)]
  if (deviceFaults.length > 0) throw new ConfigurationError([...deviceFaults, ...httpFaults])

  const { gps, cameras, data } = loaded.sections
  if (isDemonstration({ gps, cameras })) {
    log.info(`nobody named a receiver or a camera: a simulated ride with a test picture, at most 2 GB in ${data}`)
  }
  for (const fault of httpFaults) log.error(fault)
  if (httpFaults.length > 0) log.error('the page is not served; recording goes on')

  const shared = [...passedOn(given, 'config'), ...passedOn(given, 'data')]
  const device: Service = { name: 'device', run: (signal) => runChild('device', shared, signal) }
  // A device with a wrong configuration would only find the same again.
  const children = [keepRunning(device, log, { ...AGAIN, givesUp: (error) => error instanceof ConfigurationError })]
  if (httpFaults.length === 0) {
    children.push(keepRunning(serverChild(shared, given.text('port')), log, AGAIN))
  }
  const code = await runUntilSignal(log, (signal) => runTogether(children, signal))
  return code === EXIT.done && httpFaults.length > 0 ? EXIT.configuration : code
}

/** Says where it listens once, and listens there again when it is begun again: phones come back to the same address. */
function serverChild(shared: readonly string[], wantedPort: string | null): Service {
  let port = wantedPort
  let isTold = false
  return {
    name: 'server',
    run: (signal) =>
      runChild('server', [...shared, ...(port === null ? [] : ['--port', port])], signal, (line) => {
        const found = /^listening \S+:(\d+)$/.exec(line)
        if (found === null || isTold) return
        port = found[1] as string
        isTold = true
        process.stdout.write(`${line}\n`)
      }),
  }
}

const passedOn = (given: Given, flag: string): string[] => {
  const value = given.text(flag)
  return value === null ? [] : [`--${flag}`, value]
}
