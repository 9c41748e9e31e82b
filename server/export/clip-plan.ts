/** Which pieces of which files a clip is made of, so that its time stays true: what is missing inside is a held frame. */
import { refusalWords } from './clip-words.js'
import {
  type ClipAsk,
  type ClipPlan,
  type ClipRefusal,
  type FilmedSegment,
  HOURS_MOST,
  held,
  type Missing,
  type MissingWhy,
  type Piece,
  type RefusalWhy,
  type UtcSpan,
  utcFromOf,
  utcToOf,
} from './plan-shapes.js'

const LONGEST_MS = HOURS_MOST * 3_600_000
/** Between two segments, and at the ends, nobody misses less. */
const LEAST_MISSED_MS = 200
/** What two segments overlap by less than, because their clocks are told in whole milliseconds, has no frame in it. */
const LESS_THAN_A_FRAME_MS = 10

export function planClip(ask: ClipAsk): ClipPlan | ClipRefusal {
  const { fromUtcMs, toUtcMs, camera, cameras } = ask
  const refused = (why: RefusalWhy): ClipRefusal => ({
    kind: 'refused',
    why,
    words: refusalWords(why, camera, cameras),
  })
  if (!(Number.isFinite(fromUtcMs) && Number.isFinite(toUtcMs))) return refused('no-time')
  if (toUtcMs < fromUtcMs) return refused('reversed')
  if (toUtcMs === fromUtcMs) return refused('empty')
  if (toUtcMs - fromUtcMs > LONGEST_MS) return refused('too-long')
  if (!cameras.includes(camera)) return refused('unknown-camera')

  const dated = ask.segments.filter(isDated).sort((one, other) => one.startUtcMs - other.startUtcMs)
  const filmed = extentsOf(dated.filter(({ state, durationMs }) => state !== 'swept' && durationMs > 0))
  const inside = filmed.filter((extent) => overlaps(extent, ask))
  const uncertaintyMs = uncertaintyOf(inside)
  const hidden = joined(ask.hidden.map((span) => wider(span, uncertaintyMs ?? 0)))
  const pieces = inside.flatMap((extent) => piecesOf(extent, ask, hidden))
  const [first, last] = [pieces[0], pieces.at(-1)]
  if (first === undefined || last === undefined) return refused(whyNothing(ask, dated, filmed))

  const missing = missingIn(ask, pieces, dated, hidden)
  return {
    kind: 'plan',
    camera,
    fromUtcMs: utcFromOf(first),
    toUtcMs: utcToOf(last),
    pieces: held(pieces),
    missing,
    missingMs: missing.reduce((sum, span) => sum + span.toUtcMs - span.fromUtcMs, 0),
    uncertaintyMs,
    hidden,
  }
}

type Dated = FilmedSegment & { readonly startUtcMs: number }
const isDated = (segment: FilmedSegment): segment is Dated => segment.startUtcMs !== null

/** A segment's footage up to where the next begins: the clocks of two may overlap a little. */
interface Extent extends UtcSpan {
  readonly segment: Dated
}

function extentsOf(filmed: readonly Dated[]): Extent[] {
  return filmed
    .map((segment, index) => {
      const endUtcMs = segment.startUtcMs + segment.durationMs
      const toUtcMs = Math.min(endUtcMs, filmed[index + 1]?.startUtcMs ?? endUtcMs)
      return { segment, fromUtcMs: segment.startUtcMs, toUtcMs }
    })
    .filter(({ fromUtcMs, toUtcMs }) => toUtcMs > fromUtcMs)
}

const overlaps = (one: UtcSpan, other: UtcSpan): boolean =>
  one.fromUtcMs < other.toUtcMs && other.fromUtcMs < one.toUtcMs

const wider = ({ fromUtcMs, toUtcMs }: UtcSpan, byMs: number): UtcSpan => ({
  fromUtcMs: fromUtcMs - byMs,
  toUtcMs: toUtcMs + byMs,
})

/** In order, and those that touch as one. */
function joined(spans: readonly UtcSpan[]): UtcSpan[] {
  const apart: UtcSpan[] = []
  for (const span of [...spans].sort((one, other) => one.fromUtcMs - other.fromUtcMs)) {
    const last = apart.at(-1)
    if (last === undefined || span.fromUtcMs > last.toUtcMs) apart.push(span)
    else apart[apart.length - 1] = { ...last, toUtcMs: Math.max(last.toUtcMs, span.toUtcMs) }
  }
  return apart
}

/** What is left of a span without others, which are in order and apart. */
function without(span: UtcSpan, others: readonly UtcSpan[]): UtcSpan[] {
  const left: UtcSpan[] = []
  let fromUtcMs = span.fromUtcMs
  for (const other of others) {
    if (!overlaps(span, other)) continue
    if (other.fromUtcMs > fromUtcMs) left.push({ fromUtcMs, toUtcMs: other.fromUtcMs })
    fromUtcMs = Math.max(fromUtcMs, other.toUtcMs)
  }
  return fromUtcMs < span.toUtcMs ? [...left, { fromUtcMs, toUtcMs: span.toUtcMs }] : left
}

function piecesOf(extent: Extent, ask: ClipAsk, hidden: readonly UtcSpan[]): Piece[] {
  const { id, path, startUtcMs, durationMs, state } = extent.segment
  const fromUtcMs = Math.max(extent.fromUtcMs, ask.fromUtcMs)
  const toUtcMs = Math.min(extent.toUtcMs, ask.toUtcMs)
  return without({ fromUtcMs, toUtcMs }, hidden).map((span) => {
    // What is hidden before the clip counts, too: its beginning is decoded from an earlier keyframe.
    const hiddenBefore = hidden.findLast((other) => other.toUtcMs <= span.fromUtcMs)
    return {
      segmentId: id,
      path,
      startUtcMs,
      fromMs: span.fromUtcMs - startUtcMs,
      toMs: span.toUtcMs - startUtcMs,
      // Behind what is whole of a growing file there may be half a fragment. The end of the clip itself is none of a piece.
      endsEarly:
        state === 'recording' ||
        (span.toUtcMs < ask.toUtcMs && span.toUtcMs < startUtcMs + durationMs - LESS_THAN_A_FRAME_MS),
      clearFromMs: Math.max(0, (hiddenBefore?.toUtcMs ?? startUtcMs) - startUtcMs),
      heldMs: 0,
    }
  })
}

function missingIn(ask: ClipAsk, pieces: readonly Piece[], dated: readonly Dated[], hidden: readonly UtcSpan[]) {
  const shown = pieces.map((piece) => ({ fromUtcMs: utcFromOf(piece), toUtcMs: utcToOf(piece) }))
  const [first, last] = [shown[0] ?? ask, shown.at(-1) ?? ask]
  return without(ask, shown).flatMap((gap): Missing[] => {
    if (gap.toUtcMs - gap.fromUtcMs < LEAST_MISSED_MS) return []
    const where = gap.toUtcMs <= first.fromUtcMs ? 'before' : gap.fromUtcMs >= last.toUtcMs ? 'after' : 'inside'
    return [{ ...gap, where, why: whyMissing(gap, where, dated, hidden) }]
  })
}

function whyMissing(
  gap: UtcSpan,
  where: Missing['where'],
  dated: readonly Dated[],
  hidden: readonly UtcSpan[],
): MissingWhy {
  if (hidden.some((span) => overlaps(span, gap))) return 'hidden'
  const isSwept = ({ state, startUtcMs, durationMs }: Dated): boolean =>
    state === 'swept' && overlaps(gap, { fromUtcMs: startUtcMs, toUtcMs: startUtcMs + durationMs })
  if (dated.some(isSwept)) return 'swept'
  return where === 'after' && dated.at(-1)?.state === 'recording' ? 'not-recorded-yet' : 'not-recorded'
}

function whyNothing(ask: ClipAsk, dated: readonly Dated[], filmed: readonly Extent[]): RefusalWhy {
  if (filmed.some((extent) => overlaps(extent, ask))) return 'hidden'
  const lies = ({ startUtcMs, durationMs }: Dated) =>
    overlaps(ask, { fromUtcMs: startUtcMs, toUtcMs: startUtcMs + durationMs })
  if (dated.some((segment) => segment.state === 'swept' && lies(segment))) return 'swept'
  if (dated.length === 0) return ask.segments.length === 0 ? 'no-footage' : 'time-unknown'
  const [first, last] = [dated[0], dated.at(-1)]
  const isOutside =
    first === undefined ||
    last === undefined ||
    ask.toUtcMs <= first.startUtcMs ||
    ask.fromUtcMs >= last.startUtcMs + last.durationMs
  return isOutside ? 'outside' : 'not-recorded'
}

function uncertaintyOf(extents: readonly Extent[]): number | null {
  const told = extents.map(({ segment }) => segment.startUncertaintyMs)
  return told.reduce((most, one) => (most === null || one === null ? null : Math.max(most, one)), 0)
}
