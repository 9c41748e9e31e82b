/** The settings that the page may change, and which of them are in force: what the page said beats the file. */
import type { PrivacyZone } from './privacy.js'

export interface Display {
  readonly units: 'metric' | 'imperial'
  /** An IANA name, or auto: that of the place. */
  readonly timeZone: string
}

export interface PageSettings {
  readonly privacy: { readonly zones: readonly PrivacyZone[] }
  readonly display: Display
}

/** What the page says anew; the rest stays as it is. */
export interface SettingsChange {
  readonly privacy?: PageSettings['privacy']
  readonly display?: Partial<Display>
}

/** As the catalogue has them: what the page once said, and nothing else. */
export interface KeptSettings extends SettingsChange {
  /** By it the edges of what is hidden are chosen: it stays the same, and nobody is told. Null before a device ran here. */
  readonly privacySecret: string | null
}

/** While there is no catalogue, and no ride either. */
export const NOTHING_KEPT: KeptSettings = { privacySecret: null }

export interface SettingsInForce extends PageSettings {
  /** Empty before a device ran here: what is hidden is hidden all the same. */
  readonly privacySecret: string
}

/** @param file as config file, environment and flags have them */
export const settingsInForce = (file: PageSettings, kept: KeptSettings): SettingsInForce => ({
  privacy: kept.privacy ?? file.privacy,
  display: { ...file.display, ...kept.display },
  privacySecret: kept.privacySecret ?? '',
})

/** The zone in which times of a ride are shown: the one that was set, its own, or UTC where nobody knows that. */
export const timeZoneFor = ({ display }: PageSettings, ride: { readonly timeZone: string | null }): string =>
  display.timeZone === 'auto' ? (ride.timeZone ?? 'UTC') : display.timeZone
