/** The settings that the page changes, as the device keeps them: checked like those of the file, and on the card once answered. */
import { randomBytes } from 'node:crypto'
import type { ChangeSettings, Outcome } from '../core/link/messages.js'
import { isGroup, type SchemaFault } from '../core/process/config-schema.js'
import { displaySection, privacySection } from '../core/process/shared-sections.js'
import { type PageSettings, settingsInForce } from '../core/ride/settings.js'
import type { Store } from '../core/store/store.js'

export interface OpenPageSettings {
  readonly change: (wish: ChangeSettings) => Promise<Outcome>
  /** The one rides are shown in; null: that of the place. */
  readonly timeZone: () => string | null
}

/** @param file as config file, environment and flags have them */
export async function openPageSettings(
  store: Pick<Store, 'changeSettings' | 'keepPrivacySecret' | 'settings'>,
  file: PageSettings,
): Promise<OpenPageSettings> {
  await store.keepPrivacySecret(aSecret())
  let kept = await store.settings()
  return {
    change: async ({ change }) => {
      const faults = [...faultsIn(privacySection, change.privacy), ...faultsIn(displaySection, change.display)]
      if (faults.length > 0) return { kind: 'refused', reason: faults.join('; ') }
      await store.changeSettings(change)
      kept = await store.settings()
      return { kind: 'done' }
    },
    timeZone: () => {
      const { timeZone } = settingsInForce(file, kept).display
      return timeZone === 'auto' ? null : timeZone
    },
  }
}

/** What a file may leave out, a change says. */
function faultsIn(section: typeof privacySection | typeof displaySection, value: unknown): string[] {
  if (value === undefined) return []
  if (!isGroup(value) || (section === privacySection && !('zones' in value))) return [`must be ${section.allowed}`]
  const checked = section.check(value, [])
  return checked.ok ? [] : checked.faults.map(inWords)
}

/** Nobody else has it: what is hidden around a privacy zone cannot be worked out without it. */
export const aSecret = (): string => randomBytes(16).toString('hex')

const inWords = ({ path, problem }: SchemaFault): string => `${path.join('.')} ${problem}`
