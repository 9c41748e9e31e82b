/** The line behind the rider: the track of the ride fetched once, and each fix that came since. */
import type { Track } from '../core/api/shapes.js'
import type { PublicFix } from '../core/ride/fix.js'
import { distanceM } from '../core/ride/geo.js'
import { STRETCH_GAP_MS } from '../core/ride/ride.js'
import type { Place } from './outline.js'

/** Where the line is drawn. */
export interface TrailView {
  readonly showTrack: (lines: readonly (readonly Place[])[]) => void
  /** Makes the last line longer, or begins a new one. */
  readonly addToTrail: (place: Place, beginsLine: boolean) => void
}

export interface Trail {
  /** Told with each `now`: another ride, or a line that is wanted again, is fetched. */
  readonly rideIs: (rideId: string | null) => void
  readonly add: (fix: PublicFix) => void
  /** Fixes were lost: the line is fetched again. */
  readonly forget: () => void
  readonly lines: () => readonly (readonly Place[])[]
  /** Shows the line now and whenever it changes, until the answer is called. */
  readonly shownOn: (view: TrailView) => () => void
}

/** Nearer fixes would only make a standing bicycle's line thick. */
const LEAST_STEP_M = 3
const RETRY_AFTER_MS = 5_000

/** @param fetchTrack answers null where it could not be had just now */
export function createTrail(
  fetchTrack: (rideId: string) => Promise<Track | null>,
  nowMs: () => number = Date.now,
): Trail {
  const views = new Set<TrailView>()
  let rideId: string | null = null
  let lines: Place[][] = []
  let last: { readonly place: Place; readonly utcMs: number | null; readonly heardMs: number } | null = null
  let isWanted = false
  let triedMs = Number.NEGATIVE_INFINITY
  /** Fixes that came while the track was on its way. */
  let meanwhile: PublicFix[] | null = null

  const append = (fix: PublicFix) => {
    const place: Place = [fix.lonDeg, fix.latDeg]
    const beginsLine = last === null || pauseMs(last, fix, nowMs()) > STRETCH_GAP_MS
    const isStep = last === null || beginsLine || stepM(last.place, place) >= LEAST_STEP_M
    last = { place: isStep || last === null ? place : last.place, utcMs: fix.utcMs, heardMs: nowMs() }
    if (!isStep) return
    if (beginsLine) lines.push([place])
    else lines.at(-1)?.push(place)
    for (const view of views) view.addToTrail(place, beginsLine)
  }

  const fetchIt = async (wanted: string) => {
    isWanted = false
    triedMs = nowMs()
    meanwhile = []
    const track = await fetchTrack(wanted)
    const since: PublicFix[] = meanwhile ?? []
    meanwhile = null
    if (rideId !== wanted) return
    if (track === null) {
      isWanted = true
      return
    }
    lines = track.stretches.map((stretch) => stretch.map(([lonDeg, latDeg]) => [lonDeg, latDeg]))
    const [lonDeg, latDeg, utcMs] = track.stretches.at(-1)?.at(-1) ?? []
    last = lonDeg === undefined || latDeg === undefined ? null : lastOf([lonDeg, latDeg], utcMs ?? null, nowMs())
    for (const view of views) view.showTrack(lines)
    for (const fix of since) if (!isBefore(fix, utcMs ?? null)) append(fix)
  }

  return {
    rideIs: (current) => {
      if (current !== null && current !== rideId) {
        rideId = current
        isWanted = true
        triedMs = Number.NEGATIVE_INFINITY
      }
      if (rideId === null || !isWanted || meanwhile !== null || nowMs() - triedMs < RETRY_AFTER_MS) return
      void fetchIt(rideId)
    },
    add: (fix) => {
      meanwhile?.push(fix)
      append(fix)
    },
    forget: () => {
      isWanted = rideId !== null
      triedMs = Number.NEGATIVE_INFINITY
    },
    lines: () => lines,
    shownOn: (view) => {
      views.add(view)
      view.showTrack(lines)
      return () => views.delete(view)
    },
  }
}

const lastOf = (place: Place, utcMs: number | null, heardMs: number) => ({ place, utcMs, heardMs })

/** By the receiver's time where both have one: fixes that were missed arrive late, and all at once. */
const pauseMs = (last: { utcMs: number | null; heardMs: number }, fix: PublicFix, nowMs: number): number =>
  last.utcMs !== null && fix.utcMs !== null ? fix.utcMs - last.utcMs : nowMs - last.heardMs

const isBefore = (fix: PublicFix, utcMs: number | null): boolean =>
  utcMs !== null && fix.utcMs !== null && fix.utcMs <= utcMs

const stepM = ([lonDeg, latDeg]: Place, [toLonDeg, toLatDeg]: Place): number =>
  distanceM({ lonDeg, latDeg }, { lonDeg: toLonDeg, latDeg: toLatDeg })
