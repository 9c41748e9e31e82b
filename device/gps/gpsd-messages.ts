/** One report of gpsd, of any class, to one message of ours. */
import { isReport, type Report, textOf } from './gpsd-fields.js'
import {
  type FirstByte,
  firstByteOf,
  type NoiseReport,
  noiseOf,
  type SkyReport,
  skyOf,
  type Tpv,
  tpvOf,
} from './gpsd-reports.js'

export { utcMsOf } from './gpsd-fields.js'
export type { FirstByte, NoiseReport, SkyReport, Tpv } from './gpsd-reports.js'

export type GpsdMessage =
  | Version
  | Watch
  | Devices
  | Device
  | Tpv
  | SkyReport
  | NoiseReport
  | FirstByte
  | Complaint
  | Unused
  | Nonsense

export interface Version {
  readonly kind: 'version'
  readonly release: string | null
}

export interface Watch {
  readonly kind: 'watch'
  readonly enable: boolean
  readonly json: boolean
}

export interface Devices {
  readonly kind: 'devices'
  readonly paths: readonly (string | null)[]
}

export interface Device {
  readonly kind: 'device'
  readonly path: string | null
  /** It was taken away: gpsd then sends the number 0 where otherwise a time stands. */
  readonly gone: boolean
}

/** gpsd did not like what we sent. */
export interface Complaint {
  readonly kind: 'complaint'
  readonly message: string
}

/** A class we know and have no use for, at least as it came. */
export interface Unused {
  readonly kind: 'unused'
  readonly class: string
}

export interface Nonsense {
  readonly kind: 'nonsense'
  readonly because: 'not-json' | 'not-an-object' | 'no-class' | 'unknown-class'
}

/** gpsd_json(5), 3.20 to 3.27. */
const UNUSED_CLASSES = new Map<unknown, Unused>(
  'AIS ATT IMU LOG OSC POLL PPS RAW RTCM2 RTCM3 SUBFRAME'
    .split(' ')
    .map((name) => [name, { kind: 'unused', class: name }]),
)
/** @param json whatever a line of gpsd holds */
export function messageOf(json: unknown): GpsdMessage {
  return isReport(json) ? messageOfReport(json) : nonsense('not-an-object')
}

export const nonsense = (because: Nonsense['because']): Nonsense => ({ kind: 'nonsense', because })

function messageOfReport(report: Report): GpsdMessage {
  switch (report.class) {
    case 'TPV':
      return tpvOf(report)
    case 'SKY':
      return skyOf(report)
    case 'GST':
      return noiseOf(report)
    case 'TOFF':
      return firstByteOf(report) ?? unused('TOFF')
    case 'VERSION':
      return { kind: 'version', release: textOf(report.release) }
    case 'WATCH':
      return { kind: 'watch', enable: report.enable === true, json: report.json === true }
    case 'DEVICES':
      return Array.isArray(report.devices) ? { kind: 'devices', paths: report.devices.map(pathOf) } : unused('DEVICES')
    case 'DEVICE':
      return { kind: 'device', path: textOf(report.path), gone: report.activated === 0 }
    case 'ERROR':
      return { kind: 'complaint', message: textOf(report.message) ?? '' }
  }
  const known = UNUSED_CLASSES.get(report.class)
  return known ?? nonsense(typeof report.class === 'string' ? 'unknown-class' : 'no-class')
}

const pathOf = (device: unknown): string | null => (isReport(device) ? textOf(device.path) : null)

const unused = (name: string): Unused => ({ kind: 'unused', class: name })
