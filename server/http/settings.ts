/** The settings that the page may change: told as they are in force, and changed through the device, which keeps them. */
import { SettingsPatch, SettingsShape } from '../../core/api/settings.js'
import type { Ask } from '../../core/link/messages.js'
import { displaySection } from '../../core/process/shared-sections.js'
import type { SettingsInForce } from '../../core/ride/settings.js'
import { json } from './answers.js'
import type { App } from './app.js'
import { Problem } from './problem.js'
import { askFor } from './wishing.js'

export interface SettingsDoor {
  readonly ask: Ask
  readonly settingsInForce: () => SettingsInForce
}

export function settingsRoutes(app: App, { ask, settingsInForce }: SettingsDoor): void {
  /** The secret stays in the house. */
  const told = () => {
    const { privacy, display } = settingsInForce()
    return { privacy: { zones: [...privacy.zones] }, display }
  }

  app.route({
    method: 'GET',
    url: '/api/settings',
    config: { role: 'owner' },
    schema: { summary: 'The settings the page may change, as they are in force', response: json(SettingsShape) },
    handler: async () => told(),
  })

  app.route({
    method: 'PATCH',
    url: '/api/settings',
    config: { role: 'owner' },
    schema: {
      summary: 'Changes settings: from now on they hold, whatever the file says; zones are told all at once',
      body: SettingsPatch,
      response: json(SettingsShape),
    },
    handler: async ({ body: { privacy, display } }) => {
      if (privacy === undefined && display === undefined) throw new Problem(400, 'privacy or display must be given')
      requireTimeZone(display?.timeZone)
      const change = { ...(privacy === undefined ? {} : { privacy }), ...(display === undefined ? {} : { display }) }
      await askFor(ask, { kind: 'change-settings', change })
      return told()
    },
  })
}

/** Which zones there are no schema says. @throws 400 */
function requireTimeZone(timeZone: string | undefined): void {
  if (timeZone === undefined || displaySection.check({ timeZone }, []).ok) return
  throw new Problem(400, 'display.timeZone must be auto or a name such as Europe/Berlin')
}
