/** What the device says of itself, in words a rider reads at a glance. */
import { STALE_AFTER_MS } from '../core/api/live.js'
import type { PublicFix } from '../core/ride/fix.js'
import type { CameraNow, Now, PowerCut, StorageNow } from '../core/ride/now.js'
import {
  agoWords,
  bigCount,
  bytesWords,
  countWords,
  leftWords,
  timeOfDay,
  UNKNOWN,
  uncertaintyWords,
} from './format.js'

/** good: nothing to do; poor: worth a look; bad: the ride is not what it should be. */
export interface Told {
  readonly words: string
  readonly level: 'good' | 'poor' | 'bad'
}

export interface RecordingTold {
  readonly state: 'recording' | 'partly' | 'not-recording'
  readonly headline: string
  readonly cameras: readonly { readonly name: string; readonly words: string; readonly recording: boolean }[]
}

/** What the live link knows of itself: nothing heard yet, hearing, or silent since so long. */
export type Hearing =
  | { readonly kind: 'nothing-yet' }
  | { readonly kind: 'alive' }
  | { readonly kind: 'silent'; readonly sinceMs: number }

/** fresh: as it is now; waiting: there is no picture of the device; the others: the picture is so many milliseconds old. */
export type Freshness =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'waiting'; readonly serverAnswers: boolean }
  | { readonly kind: 'link-lost'; readonly agoMs: number }
  | { readonly kind: 'device-lost'; readonly agoMs: number }

export function freshnessOf(now: Now | null, hearing: Hearing): Freshness {
  if (now === null) return { kind: 'waiting', serverAnswers: hearing.kind === 'alive' }
  if (hearing.kind === 'silent') return { kind: 'link-lost', agoMs: hearing.sinceMs + now.deviceSeenMsAgo }
  if (now.deviceSeenMsAgo > STALE_AFTER_MS) return { kind: 'device-lost', agoMs: now.deviceSeenMsAgo }
  return { kind: 'fresh' }
}

/** The sentence over a page that is not fresh; null for a fresh one. */
export function staleWords(freshness: Freshness, now: Now | null): string | null {
  switch (freshness.kind) {
    case 'fresh':
      return null
    case 'waiting':
      return freshness.serverAnswers ? 'No word from the device yet' : 'Connecting to Spokecam…'
    case 'link-lost':
      return `Last seen ${lastSeenDoing(now)} ${agoWords(freshness.agoMs)} ago`
    case 'device-lost':
      return `Device last seen ${agoWords(freshness.agoMs)} ago, ${lastSeenDoing(now)}`
  }
}

/** Whether every camera that should record does, and what each of them says. A camera that is off is no fault beside one that records. */
export function recordingOf(cameras: readonly CameraNow[], hoursLeft: number | null = null): RecordingTold {
  const told = cameras.map((camera) => ({
    name: camera.name,
    words: cameraWords(camera, hoursLeft),
    recording: camera.state === 'recording',
  }))
  if (!told.some(({ recording }) => recording)) {
    return { state: 'not-recording', headline: 'NOT RECORDING', cameras: told }
  }
  const failing = cameras.filter(({ state }) => state !== 'recording' && state !== 'off')
  if (failing.length === 0) return { state: 'recording', headline: 'Recording', cameras: told }
  const names = failing.map(({ name }) => name).join(', ')
  return { state: 'partly', headline: `NOT RECORDING: ${names}`, cameras: told }
}

/** `3D fix · 9 satellites · ±4 m`, or why there is none. */
export function fixTold({ receiver }: Now, fix: PublicFix | null): Told {
  switch (receiver.state) {
    case 'absent':
      return { words: 'no receiver', level: 'bad' }
    case 'silent':
      return { words: 'receiver silent', level: 'bad' }
    case 'no-fix':
      return { words: joined('no fix yet', inView(receiver.satellitesInView)), level: 'bad' }
    case 'fix-2d':
      return { words: joined('2D fix', used(receiver.satellitesUsed), accuracy(fix)), level: 'poor' }
    case 'fix-3d':
      return { words: joined('3D fix', used(receiver.satellitesUsed), accuracy(fix)), level: 'good' }
  }
}

/** Metres per second while a fix says so; null once the receiver has none or its time stands still. */
export function speedOf({ receiver }: Now, fix: PublicFix | null): number | null {
  const hasFix = receiver.state === 'fix-2d' || receiver.state === 'fix-3d'
  const isOld = receiver.ageMs !== null && receiver.ageMs > STALE_AFTER_MS
  return hasFix && !isOld && fix !== null ? fix.speedMps : null
}

/** `UTC ±0.05 s, from satellites` or `time unknown`. */
export function timeTold({ timeSource, timeUncertaintyMs }: Now): Told {
  const quality = timeUncertaintyMs === null ? '' : ` ${uncertaintyWords(timeUncertaintyMs)}`
  switch (timeSource) {
    case 'satellites':
      return { words: `UTC${quality}, from satellites`, level: 'good' }
    case 'phone':
      return { words: `UTC${quality}, from a phone`, level: 'poor' }
    case 'none':
      return { words: 'time unknown', level: 'bad' }
  }
}

/** `5 h 12 min left`; a storage that is low, full or broken says so first, and what fills it. */
export function storageTold({ state, hoursLeft, keptBytes }: StorageNow): Told {
  const left = hoursLeft === null ? `${UNKNOWN} h left` : leftWords(hoursLeft)
  switch (state) {
    case 'ok':
      return { words: left, level: 'good' }
    case 'low':
      return { words: `low, ${left}`, level: 'poor' }
    case 'full':
      return { words: keptBytes > 0 ? `full: ${bytesWords(keptBytes)} kept` : 'full', level: 'bad' }
    case 'failed':
      return { words: 'cannot be written', level: 'bad' }
  }
}

/** A battery that is pulled ends most rides: what that cost is told for a while, and no longer. */
const TOLD_FOR_MS = 10 * 60_000

/**
 * `power cut at 18:02:11, 0.9 s lost`, in the zone of the ride it cut; null where there was none, or it is no news any more.
 * @param toldMs since this page said it first
 */
export function powerCutTold(lastPowerCut: PowerCut | null, toldMs: number): string | null {
  if (lastPowerCut === null || toldMs >= TOLD_FOR_MS) return null
  const { utcMs, timeZone } = lastPowerCut
  const cut = utcMs === null ? 'power cut' : `power cut at ${timeOfDay(utcMs, timeZone ?? undefined)}`
  return `${cut}, ${lossWords(lastPowerCut)}`
}

/** Less than this is no frame. */
const NOTHING_MS = 50
const MINUTE_S = 60

function lossWords({ lostMs }: PowerCut): string {
  if (lostMs === null) return 'counting what was lost'
  if (lostMs < NOTHING_MS) return 'nothing lost'
  const tenths = Math.round(lostMs / 100) / 10
  if (tenths < MINUTE_S) return `${tenths.toFixed(1)} s lost`
  const seconds = Math.round(lostMs / 1_000)
  return `${Math.floor(seconds / MINUTE_S)} min ${seconds % MINUTE_S} s lost`
}

const lastSeenDoing = (now: Now | null): string =>
  now !== null && recordingOf(now.cameras).state === 'recording' ? 'recording' : 'not recording'

/** `1800 of 1800 frames, 0 gaps, 5 h 12 min left`, or why it does not record. */
function cameraWords({ state, reason, frames, framesExpected, gaps }: CameraNow, hoursLeft: number | null): string {
  if (state === 'recording') {
    const counted = `${bigCount(frames)} of ${bigCount(framesExpected)} frames, ${countWords(gaps, 'gap')}`
    return hoursLeft === null ? counted : `${counted}, ${leftWords(hoursLeft)}`
  }
  const word = { starting: 'starting', stalled: 'stalled', off: 'switched off', failed: 'failed' }[state]
  return reason === null ? word : `${word}: ${reason}`
}

const joined = (...parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join(' · ')
const used = (satellites: number | null) => (satellites === null ? null : countWords(satellites, 'satellite'))
const inView = (satellites: number | null) =>
  satellites === null ? null : `${countWords(satellites, 'satellite')} in view`

function accuracy(fix: PublicFix | null): string | null {
  if (fix === null || fix.accuracyM === null) return null
  return `±${fix.accuracyM < 1 ? fix.accuracyM.toFixed(1) : fix.accuracyM.toFixed(0)} m`
}
