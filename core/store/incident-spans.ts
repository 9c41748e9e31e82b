/** Which stretches of which boots a moment that stays reaches over: a power cut may lie in between. */
import { type Anchor, utcOf } from '../ride/clock.js'
import type { Span } from './track.js'

/** A boot as far as moments are concerned. */
export interface BootOfMoment {
  readonly bootNumber: number
  readonly anchors: readonly Anchor[]
  /** Where its footage ends, on its monotonic clock; 0 where it has none. */
  readonly footageEndMonoMs: number
}

export interface AskedMoment {
  /** On the clock of the present boot; negative for a moment before it began. */
  readonly atMonoMs: number
  readonly beforeMs: number
  readonly afterMs: number
}

export interface PlacedMoment extends AskedMoment {
  /** The boot on whose clock it lies. */
  readonly bootNumber: number
  /** That of its own boot first. */
  readonly spans: readonly Span[]
}

/** To the end of a boot that is over: what is found of it later belongs to it, too. */
const OPEN_END_MONO_MS = Number.MAX_SAFE_INTEGER

/**
 * Puts a moment where it belongs. One before the present boot began lies in an earlier one where satellites, or a phone, tell so.
 * Else it is put at the beginning of the present one and reaches back further by as much: what was asked for is in it, however
 * long the power was away.
 * @param earlier the boots before the present one, the newest first
 */
export function placeMoment(asked: AskedMoment, present: BootOfMoment, earlier: readonly BootOfMoment[]): PlacedMoment {
  if (asked.atMonoMs >= 0) return { ...asked, bootNumber: present.bootNumber, spans: spansOf(asked, present, earlier) }
  const utcMs = utcIn(present, asked.atMonoMs)
  const homeIndex = utcMs === null ? -1 : earlier.findIndex((boot) => wasOn(boot, utcMs))
  const home = earlier[homeIndex]
  const atMonoMs = home === undefined || utcMs === null ? null : monoIn(home, utcMs)
  if (home === undefined || utcMs === null || atMonoMs === null) {
    const clamped = { ...asked, atMonoMs: 0, beforeMs: asked.beforeMs - asked.atMonoMs }
    return { ...clamped, bootNumber: present.bootNumber, spans: spansOf(clamped, present, earlier) }
  }
  const moment = { ...asked, atMonoMs }
  const later = [present, ...earlier.slice(0, homeIndex)].flatMap((boot): readonly Span[] => {
    const toMonoMs = monoIn(boot, utcMs + asked.afterMs)
    return toMonoMs === null || toMonoMs < 0 ? [] : [{ bootNumber: boot.bootNumber, fromMonoMs: 0, toMonoMs }]
  })
  const spans = [...spansOf(moment, home, earlier.slice(homeIndex + 1)), ...later]
  return { ...moment, bootNumber: home.bootNumber, spans }
}

/** In its own boot, and back over the beginning of that: by UTC where both boots know it, else by how long they ran alone. */
function spansOf({ atMonoMs, beforeMs, afterMs }: AskedMoment, home: BootOfMoment, earlier: readonly BootOfMoment[]) {
  const fromMonoMs = atMonoMs - beforeMs
  const spans: Span[] = [
    { bootNumber: home.bootNumber, fromMonoMs: Math.max(0, fromMonoMs), toMonoMs: atMonoMs + afterMs },
  ]
  const fromUtcMs = utcIn(home, fromMonoMs)
  let restMs = -fromMonoMs
  for (const boot of earlier) {
    if (restMs <= 0) break
    const from = (fromUtcMs === null ? null : monoIn(boot, fromUtcMs)) ?? boot.footageEndMonoMs - restMs
    spans.push({ bootNumber: boot.bootNumber, fromMonoMs: Math.max(0, from), toMonoMs: OPEN_END_MONO_MS })
    restMs = -from
  }
  return spans
}

/** An anchor a minute: what it knew last may be that much older than its end. */
const ANCHORS_APART_MS = 60_000

function wasOn(boot: BootOfMoment, utcMs: number): boolean {
  const monoMs = monoIn(boot, utcMs)
  const lastAnchorMonoMs = boot.anchors.at(-1)?.monoMs ?? 0
  return (
    monoMs !== null && monoMs >= 0 && monoMs <= Math.max(boot.footageEndMonoMs, lastAnchorMonoMs + ANCHORS_APART_MS)
  )
}

const utcIn = ({ anchors }: BootOfMoment, monoMs: number): number | null => {
  const bootId = anchors[0]?.bootId ?? ''
  return utcOf({ bootId, monoMs }, anchors)
}

/** The other way round: what the offset was then is what it was at nearly that time. Null where its UTC is not known. */
function monoIn(boot: BootOfMoment, utcMs: number): number | null {
  const last = boot.anchors.at(-1)
  if (last === undefined) return null
  const nearlyMonoMs = utcMs - last.utcMinusMonoMs
  const thenUtcMs = utcIn(boot, nearlyMonoMs)
  return thenUtcMs === null ? null : nearlyMonoMs + utcMs - thenUtcMs
}
