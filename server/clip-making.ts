/** Makes a clip: plans it, has it cut, and writes its telemetry, as gently as a recording beside it asks for. */
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pause } from '../core/process/service.js'
import { writesThrough } from '../core/process/write-through.js'
import type { Clip, ClipWish } from '../core/ride/clip.js'
import type { Ride } from '../core/ride/ride.js'
import { type SettingsInForce, timeZoneFor } from '../core/ride/settings.js'
import { clipPointsOf } from '../core/track/clip-points.js'
import { writeTelemetry } from '../core/video/telemetry.js'
import { clipAskOf, pointsAround } from './clip-material.js'
import { planClip } from './export/clip-plan.js'
import { TRACK_NAME, VIDEO_NAME } from './export/export-folder.js'
import { makeClip } from './export/make-clip.js'
import type { AskCatalogue, Make } from './export/making.js'

export interface ClipMaking {
  readonly ask: AskCatalogue
  /** Absolute path of the footage folder. */
  readonly footage: string
  readonly inForce: () => SettingsInForce
  /** Whether the card is shared with a recorder now. */
  readonly isRecording: () => boolean
}

/** What an overlay draws of the way before and behind the clip. */
const ROUTE_AROUND_MS = 10 * 60_000
/** The fixes before and behind it, between which its first and its last moment lie. */
const FIXES_AROUND_MS = 6_000
/** The rest is the telemetry. */
const CUT_SHARE = 0.9
/** Nobody asks for less than that. */
const LEAST_SHORTER_MS = 200
/** Between two pieces of a MiB: written in one go they hold the recorder's sync for seconds. */
const REST_MS = 20
const REST_IN_BURSTS_MS = 100

/** Why no clip can be made of this, in words for the rider; null where one can. */
export async function refusalOf(making: ClipMaking, wish: ClipWish, ride: Ride): Promise<string | null> {
  const plan = planClip(await clipAskOf(making.ask, making.footage, wish, ride, making.inForce()))
  return plan.kind === 'refused' ? plan.words : null
}

export const makeOf =
  (making: ClipMaking): Make =>
  async (clip, folder, signal, onProgress) => {
    const { ask, footage, inForce } = making
    const ride = ask((reading) => reading.ride(clip.rideId))
    if (ride === null) throw new Error('this ride is not here any more')
    const settings = inForce()
    const plan = planClip(await clipAskOf(ask, footage, clip, ride, settings))
    if (plan.kind === 'refused') throw new Error(plan.words)
    const isGentle = making.isRecording()
    const isWrittenThrough = isGentle && (await writesThrough(folder))

    const title = ride.name ?? `${clip.camera} ${new Date(clip.fromUtcMs).toISOString()}`
    const around = pointsAround(ask, ride.id, clip, clip.overlay ? ROUTE_AROUND_MS : FIXES_AROUND_MS)
    const points = around.filter(({ utcMs }) => !plan.hidden.some((span) => isIn(span, utcMs)))
    const made = await makeClip({
      ...{ plan, points, title, signal, work: folder, simulated: ride.simulated, exact: clip.exact, subtitles: true },
      overlay: clip.overlay ? { units: settings.display.units, timeZone: timeZoneFor(settings, ride) } : null,
      onProgress: (part) => onProgress(part * CUT_SHARE),
    })
    const sizeBytes = await writeTelemetry(
      made.file,
      join(folder, VIDEO_NAME),
      {
        ...{ kind: clip.telemetry, durationMs: made.durationMs, createdUtcMs: made.fromUtcMs, title },
        points: clipPointsOf(points, made.fromUtcMs, made.toUtcMs),
      },
      {
        signal,
        ...(isGentle && {
          eachPiece: async (file) => {
            if (!isWrittenThrough) await file.datasync()
            await pause(isWrittenThrough ? REST_MS : REST_IN_BURSTS_MS, signal)
          },
        }),
      },
    )
    await rm(made.file)
    await rename(made.gpx, join(folder, TRACK_NAME))
    return { sizeBytes, reason: made.reason, ...spanShown(clip, made) }
  }

/** As it was asked for; where footage begins later, or ends before, that. */
function spanShown(asked: Span, made: Span): Span {
  const either = (one: number, other: number): number =>
    Math.abs(one - other) < LEAST_SHORTER_MS ? one : Math.round(other)
  return { fromUtcMs: either(asked.fromUtcMs, made.fromUtcMs), toUtcMs: either(asked.toUtcMs, made.toUtcMs) }
}

type Span = Pick<Clip, 'fromUtcMs' | 'toUtcMs'>

/** What cannot be dated is shown nowhere. */
const isIn = ({ fromUtcMs, toUtcMs }: Span, utcMs: number | null): boolean =>
  utcMs === null || (utcMs >= fromUtcMs && utcMs < toUtcMs)
