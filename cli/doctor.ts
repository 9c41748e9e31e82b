/** `spokecam doctor`: says what would work if it recorded now, and what to do about what would not. */
import type { Check } from '../core/process/check.js'
import { settingsOf } from '../core/process/config.js'
import { EXIT } from '../core/process/run.js'
import { settledDevice } from '../device/config.js'
import { examineDevice, settingsRefused } from '../device/doctor.js'
import type { Given } from './command.js'
import { DEVICE_SECTIONS, settingsFor } from './settings.js'

export async function run(given: Given): Promise<number> {
  const checks = await examine(given)
  process.stdout.write(given.has('json') ? `${JSON.stringify({ checks })}\n` : inWords(checks))
  return checks.some(({ state }) => state === 'fail') ? EXIT.failed : EXIT.done
}

async function examine(given: Given): Promise<Check[]> {
  const loaded = settingsFor(given)
  const refused = loaded.faults.map(({ section, sentence }) => ({
    sentence,
    isOfDevice: section === null || DEVICE_SECTIONS.some((name) => name === section),
  }))
  const checks = settingsRefused(refused)
  if (refused.some(({ isOfDevice }) => isOfDevice)) return checks
  return [...checks, ...(await examineDevice(settledDevice(settingsOf(loaded, DEVICE_SECTIONS)), loaded.file))]
}

/** A line each, what to do and what would run below it. */
export function inWords(checks: readonly Check[]): string {
  const longest = Math.max(...checks.map(({ name }) => name.length))
  const below = ' '.repeat('fail'.length + 2 + longest + 2)
  return checks
    .flatMap(({ name, state, says, todo, commands }) => [
      `${state.padEnd('fail'.length)}  ${name.padEnd(longest)}  ${says}`,
      ...(todo === null ? [] : [`${below}to do: ${todo}`]),
      ...commands.map((command) => `${below}$ ${command}`),
    ])
    .map((line) => `${line}\n`)
    .join('')
}
