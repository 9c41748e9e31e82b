/** What the rider may set on the page: privacy zones, and how figures are shown. */
import type { PageSettings, SettingsChange } from '../core/ride/settings.js'
import { Choices } from './choices.js'
import { Nav } from './nav.js'
import { useSettings } from './use-settings.js'
import { ZonesPart } from './zones-part.js'

const UNITS = [
  ['metric', 'km/h'],
  ['imperial', 'mph'],
] as const

export function SettingsView() {
  const { settings, change, trouble, isBusy } = useSettings()
  return (
    <div class="settings">
      <main>
        <h1>Settings</h1>
        {settings === null && <p class="empty">Loading…</p>}
        {settings?.kind === 'refused' && (
          <p class="trouble" role="alert">
            {settings.words}
          </p>
        )}
        <p class="trouble" role="alert">
          {trouble !== null && `Not changed: ${trouble}`}
        </p>
        {settings?.kind === 'done' && <Parts settings={settings.value} change={change} isBusy={isBusy} />}
      </main>
      <Nav />
    </div>
  )
}

interface PartsProps {
  readonly settings: PageSettings
  readonly change: (wish: SettingsChange) => Promise<boolean>
  readonly isBusy: boolean
}

function Parts({ settings, change, isBusy }: PartsProps) {
  return (
    <>
      <ZonesPart zones={settings.privacy.zones} isBusy={isBusy} change={(zones) => change({ privacy: { zones } })} />
      <section aria-label="Units">
        <h2>Units</h2>
        <Choices
          label="Speed in clips"
          choices={UNITS}
          chosen={settings.display.units}
          choose={(units) => void change({ display: { units } })}
        />
      </section>
    </>
  )
}
