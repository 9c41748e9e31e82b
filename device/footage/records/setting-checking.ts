/** Tells whether a setting that lies beside the footage can be one: it decides what of a ride is shown to others. */
import { isGroup } from '../../../core/process/config-schema.js'
import { displaySection, privacySection } from '../../../core/process/shared-sections.js'
import type { SettingRecord } from '../../../core/store/record-shapes.js'
import type { Checked } from './checking.js'

const LONGEST = 64 * 1024

export function settingIn(told: unknown): Checked<SettingRecord> {
  const { name, value } = (told ?? {}) as Partial<Record<keyof SettingRecord, unknown>>
  if (typeof name !== 'string' || typeof value !== 'string' || value.length > LONGEST)
    return { row: null, reason: 'it is no setting' }
  return holds(name, value) ? { row: { name, value }, reason: null } : { row: null, reason: 'its value cannot be' }
}

function holds(name: string, value: string): boolean {
  try {
    const meant: unknown = JSON.parse(value)
    if (name === 'privacySecret') return typeof meant === 'string' && /^[0-9a-f]{32}$/.test(meant)
    if (!isGroup(meant)) return false
    if (name === 'privacy') return 'zones' in meant && privacySection.check(meant, []).ok
    return name === 'display' && displaySection.check(meant, []).ok
  } catch {
    return false // A SyntaxError: it is no JSON.
  }
}
