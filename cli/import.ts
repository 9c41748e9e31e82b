/** `spokecam import FILE...`: takes in rides that other programs have recorded, and says of each what it took and why not all. */
import { resolve } from 'node:path'
import { settingsOf } from '../core/process/config.js'
import { openLog, reasonOf } from '../core/process/log.js'
import { EXIT, runUntilSignal } from '../core/process/run.js'
import type { ImportedLog } from '../device/main.js'
import type { Given } from './command.js'
import { settingsFor } from './settings.js'

export async function run(given: Given): Promise<number> {
  const data = resolve(settingsOf(settingsFor(given), ['data']).data)
  const log = openLog('import')
  let code: number = EXIT.failed
  const ended = await runUntilSignal(log, async (signal) => {
    const { importLog, openKeeping } = await import('../device/main.js')
    let opening = null as ReturnType<typeof openKeeping> | null
    /** Once for all files: where it cannot be opened, each of them is told so. */
    const keeping = () => {
      opening ??= openKeeping(data, log)
      return opening
    }
    try {
      code = await importFiles({
        files: given.operands,
        json: given.has('json'),
        importOne: (file) => importLog(file, keeping, signal),
        tell: (text) => process.stdout.write(text),
        complain: (text) => process.stderr.write(text),
        signal,
      })
    } finally {
      // What kept it from opening has been told of each file.
      const opened = await opening?.catch(() => null)
      await opened?.close()
    }
  })
  return ended === EXIT.done ? code : ended
}

export interface ImportOfFiles {
  readonly files: readonly string[]
  /** Whether one document is told at the end instead of a line after each file. */
  readonly json: boolean
  /** Takes in one file. @throws a sentence that names it */
  readonly importOne: (file: string) => Promise<ImportedLog>
  readonly tell: (text: string) => void
  readonly complain: (text: string) => void
  /** Once it has aborted no further file is begun. */
  readonly signal: AbortSignal
}

/**
 * One file after the other; what fails of one does not cost the others.
 * @returns the exit code: failed if any file was
 */
export async function importFiles({ files, json, importOne, tell, complain, signal }: ImportOfFiles): Promise<number> {
  const told: (Outcome & { readonly file: string })[] = []
  for (const file of files) {
    if (signal.aborted) break
    const outcome = await outcomeOf(importOne(file))
    told.push({ file, ...outcome })
    if (outcome.ride === null) complain(`${outcome.reason}\n`)
    else if (!json) tell(`${file}: ${inWords(outcome.ride)}\n`)
  }
  if (json) tell(`${JSON.stringify({ files: told })}\n`)
  return told.length === files.length && told.every(({ ride }) => ride !== null) ? EXIT.done : EXIT.failed
}

type Outcome = { readonly ride: ImportedLog; readonly reason: null } | { readonly ride: null; readonly reason: string }

async function outcomeOf(importing: Promise<ImportedLog>): Promise<Outcome> {
  try {
    return { ride: await importing, reason: null }
  } catch (error) {
    return { ride: null, reason: reasonOf(error) }
  }
}

/** Such as "took 5,214 points of 2026-06-01, skipped 12 without a time, 3 out of order; now ride 3f2a91c05e7d". */
function inWords({ taken, leftOut, skipped, startedUtcMs, rideId, isKnown }: ImportedLog): string {
  if (isKnown) return `is here already, as ride ${rideId}`
  const setAside = leftOut === 0 ? '' : `, set ${counted(leftOut)} aside that cannot be true`
  const reasons = SKIPPED.flatMap(([why, words]) => (skipped[why] === 0 ? [] : `${counted(skipped[why])} ${words}`))
  const left = reasons.length === 0 ? '' : `, skipped ${reasons.join(', ')}`
  const day = new Date(startedUtcMs).toISOString().slice(0, 10)
  return `took ${counted(taken)} ${taken === 1 ? 'point' : 'points'} of ${day}${setAside}${left}; now ride ${rideId}`
}

const SKIPPED = [
  ['withoutTime', 'without a time'],
  ['withoutPosition', 'without a position'],
  ['outOfOrder', 'out of order'],
  ['misdated', 'at the beginning under a wrong date'],
  ['nonsense', 'that no receiver says'],
] as const satisfies readonly (readonly [keyof ImportedLog['skipped'], string])[]

const counted = (count: number): string => count.toLocaleString('en')
