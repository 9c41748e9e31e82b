/** A device as the server sees it: the real end of the link, with whatever news a test has. */
import { join } from 'node:path'
import { type DeviceEnd, openDeviceEnd } from '../../core/link/device-end.js'
import type { OutcomeOf, Wish } from '../../core/link/messages.js'
import { openLog } from '../../core/process/log.js'
import { type Fix, publicFix } from '../../core/ride/fix.js'
import type { Now } from '../../core/ride/now.js'
import { fixAt } from './readings.js'

export interface DeviceUnderTest extends Pick<DeviceEnd, 'tell'> {
  readonly tellFix: (second: number) => void
  readonly tellNow: (known?: Partial<Now>) => void
  readonly stop: () => Promise<void>
}

export function startDevice(
  data: string,
  grant: (wish: Wish, asker: object) => Promise<OutcomeOf<Wish>> = async () => ({ kind: 'done' }),
  onGone: (asker: object) => void = () => {},
): DeviceUnderTest {
  const stop = new AbortController()
  const log = openLog('device', () => {
    // Nobody reads what this device says.
  })
  const path = join(data, 'device.sock')
  const device = openDeviceEnd({ path, deviceId: 'device-a', now: () => aNow(), grant, onGone, log })
  const ended = device.service.run(stop.signal)
  return {
    tell: device.tell,
    tellFix: (second) => device.tell({ kind: 'fix', fix: aPublicFix(second) }),
    tellNow: (known = {}) => device.tell({ kind: 'now', now: aNow(known) }),
    stop: () => {
      stop.abort()
      return ended
    },
  }
}

export function aPublicFix(second: number, known: Partial<Fix> = {}) {
  const fix = fixAt(second, second * 5, known)
  return publicFix(fix, fix.receiverUtcMs)
}

export const aNow = (known: Partial<Now> = {}): Now => ({
  utcMs: null,
  timeSource: 'none',
  timeUncertaintyMs: null,
  bootNumber: 1,
  uptimeMs: 60_000,
  deviceSeenMsAgo: 0,
  simulated: true,
  receiver: {
    state: 'absent',
    name: null,
    satellitesUsed: null,
    satellitesInView: null,
    hdop: null,
    ageMs: null,
    satellitesAgeMs: null,
  },
  fix: null,
  ride: null,
  recordingOn: true,
  cameras: [
    { name: 'front', state: 'recording', reason: null, fps: 10, framesExpected: 600, frames: 600, gaps: 0 },
    { name: 'rear', state: 'off', reason: 'switched off', fps: null, framesExpected: 0, frames: 0, gaps: 0 },
  ],
  storage: { state: 'ok', freeBytes: 1e9, hoursLeft: 10, keptBytes: 0 },
  lastPowerCut: null,
  underVoltage: null,
  temperatureC: null,
  ...known,
})
