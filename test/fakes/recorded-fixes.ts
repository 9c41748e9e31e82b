/** The fixes of recorded streams, dated by the receiver alone, and made into an hour of one. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fix } from '../../core/ride/fix.js'
import { createEpochs } from '../../device/gps/epochs.js'
import { parseGpsdLine } from '../../device/gps/gpsd-line.js'
import { hasRecorded, RECORDED } from './gpsd-streams.js'
import { BOOT } from './readings.js'

export interface Recording {
  readonly name: string
  /** In their order, each in its final form; the moment of each is the receiver's time since the first. */
  readonly fixes: readonly Fix[]
}

export function recordings(): Recording[] {
  if (!hasRecorded) return []
  return readdirSync(join(RECORDED, 'json-3.22')).map((name) => recordingOf(join('json-3.22', name)))
}

/** @param path under the folder of recordings */
export function recordingOf(path: string): Recording {
  const name = path.replace(/^.*\/|(\.json-3\.22)?\.jsonl$/g, '')
  if (!hasRecorded) return { name, fixes: [] }
  const epochs = createEpochs()
  const fixes = new Map<number | string, Fix>()
  let firstUtcMs: number | null = null
  let monoMs = 0
  for (const line of readFileSync(join(RECORDED, path), 'utf8').split('\n')) {
    const message = parseGpsdLine(line.trim())
    if (message.kind === 'sky') epochs.takeSky(message, { bootId: BOOT, monoMs })
    if (message.kind !== 'tpv') continue
    firstUtcMs ??= message.utcMs
    if (message.utcMs !== null && firstUtcMs !== null) monoMs = message.utcMs - firstUtcMs
    epochs.takeTpv(message, { bootId: BOOT, monoMs })
    for (const reading of epochs.readings()) {
      if (reading.kind === 'fix') fixes.set(reading.receiverUtcMs ?? `untimed ${fixes.size}`, reading)
    }
  }
  return { name, fixes: [...fixes.values()] }
}

/** The same fixes over and over, one a second for an hour. */
export function anHourOf(fixes: readonly Fix[]): Fix[] {
  return Array.from({ length: 3_601 }, (_, second) => {
    const fix = fixes[second % fixes.length]
    if (fix === undefined) throw new Error('nothing recorded to make an hour of')
    return { ...fix, at: { bootId: BOOT, monoMs: second * 1_000 }, receiverUtcMs: null }
  })
}
