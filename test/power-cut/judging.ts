/** What a power cut may cost, held against what it did cost. */

import { bootFolder, datedName } from '../../core/ride/footage.js'
import type { SegmentOnCard } from '../../core/store/footage.js'
import { parseRecordName } from '../../device/footage/records/names.js'
import type { After, FileFound } from './after.js'
import type { CrashState } from './crash-states.js'
import type { Recording } from './recording.js'

export const MOST_LOST_MS = 2_000
/** From the start of a process to a whole second on the card, on a machine with other things to do. */
export const MOST_UNTIL_IT_RECORDS_MS = 30_000

export interface Verdict {
  readonly complaints: readonly string[]
  /** More than may be of track and of video is gone. */
  readonly isCostly: boolean
  readonly lostTrackMs: number
  /** Of the camera that lost most. */
  readonly lostVideoMs: number
  readonly recordsAgainAfterMs: number
}

export function judge(recording: Recording, state: CrashState, after: After): Verdict {
  const lostTrackMs = lostTrack(recording, state, after)
  const lost = recording.ride.cameras.map((camera) => lostVideo(recording, state, after, camera))
  const lostVideoMs = Math.max(...lost)
  const { exitCode, recordsAgainAfterMs, catalogue, untagged } = after
  const complaints = [
    ...(catalogue === null ? ['the catalogue does not open'] : []),
    ...(exitCode === 0 ? [] : [`the next start ended with ${exitCode}: ${after.said}`]),
    ...(lostTrackMs > MOST_LOST_MS ? [`${Math.round(lostTrackMs)} ms of track lost`] : []),
    ...(lostVideoMs > MOST_LOST_MS ? [`${Math.round(lostVideoMs)} ms of video lost`] : []),
    ...(recordsAgainAfterMs > MOST_UNTIL_IT_RECORDS_MS
      ? [`recorded again after ${Math.round(recordsAgainAfterMs)} ms`]
      : []),
    ...untagged.map((id) => `${id} has a date and was not tagged`),
    ...brokenPromises(recording, state, after),
    ...(catalogue?.segments ?? []).flatMap((segment) => harmOf(segment, recording, state, after)),
    ...after.files.flatMap((file) => strangenessOf(file, catalogue?.segments ?? [])),
  ]
  return {
    complaints: complaints.map((what) => `${state.name}: ${what}`),
    isCostly: lostTrackMs > MOST_LOST_MS && lostVideoMs > MOST_LOST_MS,
    lostTrackMs,
    lostVideoMs,
    recordsAgainAfterMs,
  }
}

/** What all cuts together cost; null stands for a card that could not be mounted. */
export function inOneLine(verdicts: readonly (Verdict | null)[]): string {
  const mounted = verdicts.filter((verdict) => verdict !== null)
  const figure = (name: string, of: (verdict: Verdict) => number): string => {
    const values = mounted.map(of).sort((one, other) => one - other)
    const [median, worst] = [values[Math.floor(values.length / 2)] ?? 0, values.at(-1) ?? 0]
    return `${Math.round(median)} ms ${name} (worst ${Math.round(worst)})`
  }
  const figures = [
    figure('of track lost', ({ lostTrackMs }) => lostTrackMs),
    figure('of video lost', ({ lostVideoMs }) => lostVideoMs),
    figure('until it records again', ({ recordsAgainAfterMs }) => recordsAgainAfterMs),
  ]
  return `${mounted.length} of ${verdicts.length} cards can be mounted after a power cut; medians: ${figures.join(', ')}`
}

/** What was recorded before the cut and is not there, at most what there was to lose. */
function lostTrack({ uncut }: Recording, { cutMonoMs }: CrashState, { catalogue }: After): number {
  const kept = (catalogue?.fixesMonoMs ?? []).filter((monoMs) => monoMs <= cutMonoMs)
  return Math.max(0, cutMonoMs - Math.max(uncut.firstFixMonoMs, ...kept))
}

function lostVideo({ uncut }: Recording, { cutMonoMs }: CrashState, { catalogue }: After, camera: string): number {
  const first = uncut.firstFrameMonoMs.get(camera) ?? Number.NEGATIVE_INFINITY
  const ends = (catalogue?.segments ?? [])
    .filter((segment) => segment.camera === camera && segment.startMonoMs < cutMonoMs && segment.frames > 0)
    .map(({ startMonoMs, durationMs }) => startMonoMs + durationMs)
  return Math.max(0, cutMonoMs - Math.max(first, ...ends))
}

/** A segment that was closed on the card, or told to be, must be closed still, with every frame. */
function brokenPromises({ announced }: Recording, { cutMonoMs }: CrashState, after: After): string[] {
  const before = (after.catalogueBefore?.segments ?? []).filter(isClosed)
  const now = new Map((after.catalogue?.segments ?? []).map((segment) => [segment.id, segment]))
  const forgotten = announced
    .filter(({ id, monoMs }) => monoMs < cutMonoMs && !before.some((segment) => segment.id === id))
    .map(({ id }) => `${id} had been announced as closed and was not on the card`)
  const harmed = before
    .filter(({ id, frames }) => now.get(id)?.frames !== frames)
    .map(({ id, frames }) => `${id} had ${frames} frames and has ${now.get(id)?.frames ?? 'no row'}`)
  return [...forgotten, ...harmed]
}

const isClosed = ({ state, frames }: SegmentOnCard): boolean =>
  (state === 'recorded' || state === 'tagged') && frames > 0

function harmOf(segment: SegmentOnCard, recording: Recording, { cutMonoMs }: CrashState, after: After): string[] {
  const { id, frames, state, startMonoMs } = segment
  if (state === 'recording') return [`${id} is still open`]
  const wasClosed = after.catalogueBefore?.segments.some((before) => before.id === id && isClosed(before)) === true
  const whole = startMonoMs < cutMonoMs && wasClosed ? recording.uncut.pictures.get(id) : undefined
  return namesOf(segment).flatMap((name) => {
    const video = after.files.find((file) => file.name === name)?.video
    if (video == null) return [`${id} has no file ${name}`]
    if (video.frames !== frames) return [`${id} has ${frames} frames and ${name} has ${video.frames}`]
    if (whole !== undefined && video.picture !== whole) return [`${name} does not show what was recorded`]
    return []
  })
}

const namesOf = ({ file, fileAsRecorded }: SegmentOnCard): string[] =>
  fileAsRecorded === null ? [file] : [file, fileAsRecorded]

/** A file that calls itself a video or a track is one, and the catalogue knows it; whatever is set aside does not. */
function strangenessOf({ name, video }: FileFound, segments: readonly SegmentOnCard[]): string[] {
  const isKnown = segments.some((segment) => {
    const beside = besideOf(segment)
    const isBeside = [`${beside}.gpx`, `${beside}.json`, `${bootFolder(segment.bootNumber)}/${segment.id}.json`]
    return namesOf(segment).includes(name) || isBeside.includes(name)
  })
  const isRecord = parseRecordName(name.replace(/^records\//, '')) !== null
  return [
    ...(name.includes('.tmp') ? [`${name} was left over`] : []),
    ...(video !== null && video.picture === null ? [`${name} with ${video.frames} frames does not play`] : []),
    ...(isKnown || isRecord || !/\.(mp4|gpx|json)$/.test(name) ? [] : [`${name} is in no row`]),
  ]
}

function besideOf({ camera, number, startUtcMs }: SegmentOnCard): string | null {
  if (startUtcMs === null) return null
  const { folder, base } = datedName(camera, number, startUtcMs)
  return `${folder}/${base}`
}
