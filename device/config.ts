/** The device's sections of the settings, and what it demonstrates itself with where nobody named receiver and cameras. */
import { dataFolder } from '../core/process/config.js'
import {
  choice,
  type Group,
  group,
  list,
  number,
  orNull,
  text,
  type Value,
  yesOrNo,
} from '../core/process/config-schema.js'
import { displaySection, privacySection } from '../core/process/shared-sections.js'

const camera = group({
  name: text('small letters, digits and dashes, at most 31, no dash first', (name) =>
    /^[a-z0-9][a-z0-9-]{0,30}$/.test(name),
  ),
  source: text('one of rpicam:N, v4l2:///dev/NAME, rtsp://ADDRESS, file:CLIP, test:', (source) =>
    /^(rpicam:\d+|v4l2:\/\/\/dev\/.+|rtsps?:\/\/.+|file:.+|test:.*)$/.test(source),
  ),
  width: number({ from: 64, to: 4096, step: 2, fallback: 1920 }),
  height: number({ from: 64, to: 4096, step: 2, fallback: 1080 }),
  fps: number({ from: 1, to: 120, fallback: 30 }),
  bitrateMbps: number({ from: 0.1, to: 100, fallback: 8 }),
  rotateDeg: choice([0, 90, 180, 270], 0),
  audio: yesOrNo(false),
})

const gps = group({
  source: text(
    'one of gpsd://HOST:PORT[/DEVICE], serial:///dev/NAME?baud=N, replay:FILE?rate=N, simulator:',
    (source) => /^(gpsd:\/\/[^/]+(\/.+)?|serial:\/\/\/.+|replay:.+|simulator:.*)$/.test(source),
  ),
})

/** gps and cameras fall back to null: nobody named one. */
export const deviceSections = {
  data: dataFolder,
  gps: orNull(gps),
  cameras: orNull(list({ of: 'cameras', item: camera, most: 8, nameOf: ({ name }) => name })),
  recording: group({
    segmentSeconds: number({ from: 2, to: 3600, fallback: 60 }),
    begin: choice(['power', 'motion', 'manual'], 'power'),
  }),
  ride: group({ splitAfterMinutes: number({ from: 1, to: 1440, fallback: 20 }) }),
  keep: group({
    freePercent: number({ from: 0, to: 90, fallback: 10 }),
    incidentSharePercent: number({ from: 0, to: 100, fallback: 30 }),
  }),
  incident: group({
    beforeSeconds: number({ from: 0, to: 3600, fallback: 60 }),
    afterSeconds: number({ from: 0, to: 3600, fallback: 60 }),
    detect: yesOrNo(true),
  }),
  maps: group({
    onlineTiles: orNull(
      text(
        'the address of a tile with {z}, {x} and {y} in it',
        (url) => ['{z}', '{x}', '{y}'].every((part) => url.includes(part)) && /^https?:\/\/[^/]+\/\S+$/.test(url),
      ),
    ),
  }),
  privacy: privacySection,
  display: displaySection,
}

/** As somebody wrote them. */
export type ConfiguredDevice = Group<typeof deviceSections>

export type CameraSettings = Value<typeof camera>
export type GpsSettings = Value<typeof gps>

/** As the device runs with them. */
export interface DeviceSettings extends Omit<ConfiguredDevice, 'gps' | 'cameras'> {
  /** Null: a ride without a track, because a camera was named and no receiver. */
  readonly gps: GpsSettings | null
  /** Empty: a track without video, because a receiver was named and no camera. */
  readonly cameras: readonly CameraSettings[]
  /** What footage may take at most, whatever the card has free; null where only keep.freePercent counts. */
  readonly mostFootageBytes: number | null
}

/** A ride in front of a screen: simulated receiver, test picture, and little of the disk. */
export const demonstration = {
  gps: { source: 'simulator:' },
  cameras: [
    {
      name: 'front',
      source: 'test:',
      width: 1280,
      height: 720,
      fps: 30,
      bitrateMbps: 4,
      rotateDeg: 0,
      audio: false,
    },
  ],
  mostFootageBytes: 2_000_000_000,
} as const satisfies Partial<DeviceSettings>

/** Demonstrates where neither a receiver nor a camera was named; with one of them named, nothing is simulated. */
export function settledDevice(configured: ConfiguredDevice): DeviceSettings {
  if (isDemonstration(configured)) return { ...configured, ...demonstration }
  return { ...configured, cameras: configured.cameras ?? [], mostFootageBytes: null }
}

/** What a camera writes, by its settings. */
export const bytesPerSecondOf = ({ bitrateMbps }: Pick<CameraSettings, 'bitrateMbps'>): number =>
  (bitrateMbps * 1_000_000) / BITS_PER_BYTE

/** What all cameras together write, by their settings. */
export const bytesPerSecond = ({ cameras }: Pick<DeviceSettings, 'cameras'>): number =>
  cameras.reduce((sum, camera) => sum + bytesPerSecondOf(camera), 0)

const BITS_PER_BYTE = 8

export function isDemonstration({ gps, cameras }: Pick<ConfiguredDevice, 'gps' | 'cameras'>): boolean {
  return gps === null && cameras === null
}
