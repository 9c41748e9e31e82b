/** `spokecam reindex`: rebuilds the catalogue from the footage folder alone, and says what it took in and what not. */
import { resolve } from 'node:path'
import { settingsOf } from '../core/process/config.js'
import { openLog } from '../core/process/log.js'
import { runUntilSignal } from '../core/process/run.js'
import type { Reindexed } from '../device/main.js'
import type { Given } from './command.js'
import { settingsFor } from './settings.js'

export async function run(given: Given): Promise<number> {
  const data = resolve(settingsOf(settingsFor(given), ['data']).data)
  const log = openLog('reindex')
  return runUntilSignal(log, async (signal) => {
    const { reindex } = await import('../device/main.js')
    const done = await reindex(data, log, signal)
    process.stdout.write(given.has('json') ? `${JSON.stringify(done)}\n` : inWords(done))
  })
}

/** Such as "took in 12 rides, 840 segments, 43,210 points, 3 incidents"; what could not be read, a line each. */
export function inWords({ rides, segments, points, incidents, unreadable, setAside }: Reindexed): string {
  const took = [
    counted(rides, 'ride'),
    counted(segments, 'segment'),
    counted(points, 'point'),
    counted(incidents, 'incident'),
  ]
  return [
    ...unreadable.map(({ file, reason }) => `${file}: ${reason}`),
    `took in ${took.join(', ')}`,
    ...(setAside === null ? [] : [`the catalogue from before is kept as ${setAside}`]),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

const counted = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`
