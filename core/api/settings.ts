/** The shapes of the settings that the page may change, as they cross HTTP. */
import { type Static, Type } from 'typebox'
import type { PrivacyZone } from '../ride/privacy.js'
import type { PageSettings, SettingsChange } from '../ride/settings.js'
import type { Fixed, Same } from './shapes.js'

/** As the file takes them. */
const MOST_ZONES = 100

export const PrivacyZoneShape = Type.Object(
  {
    latDeg: Type.Number({ minimum: -90, maximum: 90 }),
    lonDeg: Type.Number({ minimum: -180, maximum: 180 }),
    radiusM: Type.Number({ minimum: 1, maximum: 100_000 }),
  },
  { additionalProperties: false, $id: 'PrivacyZone' },
)
export type ZoneAgrees = Same<PrivacyZone, Static<typeof PrivacyZoneShape>>

const units = () => Type.Union([Type.Literal('metric'), Type.Literal('imperial')])
const timeZone = () =>
  Type.String({ minLength: 1, maxLength: 100, description: 'auto or a name such as Europe/Berlin' })
const privacy = () =>
  Type.Object({ zones: Type.Array(PrivacyZoneShape, { maxItems: MOST_ZONES }) }, { additionalProperties: false })

/** What is in force: what the page said, and else what the file says. */
export const SettingsShape = Type.Object(
  { privacy: privacy(), display: Type.Object({ units: units(), timeZone: timeZone() }) },
  { $id: 'Settings' },
)
export type SettingsAgree = Same<PageSettings, Static<typeof SettingsShape>>

/** At least one of them; zones are told all at once. */
export const SettingsPatch = Type.Object(
  {
    privacy: Type.Optional(privacy()),
    display: Type.Optional(
      Type.Object(
        { units: Type.Optional(units()), timeZone: Type.Optional(timeZone()) },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)
export type PatchAgrees = Fixed<Static<typeof SettingsPatch>> extends SettingsChange ? true : never
