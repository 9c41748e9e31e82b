/** The settings a command runs with: every section of the house, checked together so that all faults are told at once. */
import { type LoadedSettings, loadSettings } from '../core/process/config.js'
import { deviceSections } from '../device/config.js'
import { serverSections } from '../server/config.js'
import type { Given } from './command.js'

const sections = { ...deviceSections, ...serverSections }

export const DEVICE_SECTIONS = Object.keys(deviceSections) as (keyof typeof deviceSections)[]
export const SERVER_SECTIONS = Object.keys(serverSections) as (keyof typeof serverSections)[]

export function settingsFor(given: Given): LoadedSettings<typeof sections> {
  return loadSettings(sections, { configFile: given.text('config'), flags: given.settings })
}
