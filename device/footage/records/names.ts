/** The names of what is written beside the footage: one file a boot, a ride and a moment that stays, and what grows with them. */
import { join } from 'node:path'
import { bootFolder } from '../../../core/ride/footage.js'
import type { DueRecord, RecordKind } from '../../../core/store/record-shapes.js'

/** Under the footage folder; no day, and no boot's. */
export const RECORDS = 'records'

export type InRecords = Exclude<RecordKind, 'segment'>

const ENDINGS: Readonly<Record<InRecords, readonly [string, string]>> = {
  boot: ['boot-', '.json'],
  anchors: ['boot-', '.anchors.jsonl'],
  ride: ['ride-', '.json'],
  fixes: ['ride-', '.fixes.jsonl'],
  incident: ['incident-', '.json'],
  setting: ['setting-', '.json'],
}

const NAME = /^(boot|ride|incident|setting)-([A-Za-z0-9_-]{1,64})(\.(?:anchors\.|fixes\.)?jsonl?)$/
/** A number that high is nobody's: no device could count on from it. */
export const MOST_BOOTS = 100_000_000

/** Null for an id that no name can carry: ours are all plain. */
export function recordName(kind: InRecords, id: string): string | null {
  const [begins, ends] = ENDINGS[kind]
  const name = kind === 'boot' || kind === 'anchors' ? `${bootFolder(Number(id))}${ends}` : `${begins}${id}${ends}`
  return parseRecordName(name) === null ? null : name
}

/** What a file holds that lies among the records; null for any other name. */
export function parseRecordName(name: string): (DueRecord & { readonly kind: InRecords }) | null {
  const [, begins = '', id = '', ending = ''] = NAME.exec(name) ?? []
  const kind = (Object.keys(ENDINGS) as InRecords[]).find((one) => ENDINGS[one].join() === `${begins}-,${ending}`)
  if (kind === undefined) return null
  if (begins !== 'boot') return { kind, id }
  const number = Number(id)
  const isBoot = /^\d{6,9}$/.test(id) && number > 0 && number < MOST_BOOTS
  return isBoot ? { kind, id: String(number) } : null
}

/** Absolute, or relative as the footage folder is told. */
export const recordPath = (footage: string, kind: InRecords, id: string): string | null => {
  const name = recordName(kind, id)
  return name === null ? null : join(footage, RECORDS, name)
}
