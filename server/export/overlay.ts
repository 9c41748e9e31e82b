/** Speed, clock, heading and route as an ASS script, which ffmpeg draws into the picture of a clip. */
import type { TrackPoint } from '../../core/ride/ride.js'
import { type At, type Layout, layoutOf } from './overlay-layout.js'
import { discAt, polygon, type Route, routeIn } from './overlay-route.js'
import { clockIn, headingOf, shownText, speedOf, speedUnit, type Units } from './overlay-words.js'
import type { UtcSpan } from './plan-shapes.js'

export interface OverlayOptions extends UtcSpan {
  readonly widthPx: number
  readonly heightPx: number
  /** In the order of time. Those about the clip are drawn as the route, those within it move the dot. */
  readonly points: readonly TrackPoint[]
  readonly units: Units
  /** IANA name. */
  readonly timeZone: string
  readonly simulated: boolean
}

/** A fix is shown no longer than this: behind it nothing is known. */
const HOLDS_MS = 2_000
/** Figures that change more often cannot be read. */
const LEAST_SHOWN_MS = 400
/** Between fixes so near the dot moves evenly. */
const MOVES_WITHIN_MS = 5_000
const SECOND_MS = 1_000

/** @throws RangeError for a name that is no time zone */
export function overlayOf(options: OverlayOptions): string {
  const { widthPx, heightPx, points, fromUtcMs, toUtcMs, simulated } = options
  const unit = Math.min(widthPx, heightPx) / 1_080
  const lay = layoutOf(widthPx, heightPx, unit)
  const lastsMs = toUtcMs - fromUtcMs
  const dated = points.filter(isDated).filter(({ utcMs }) => utcMs > fromUtcMs - HOLDS_MS && utcMs < toUtcMs)
  const route = routeIn(points, lay.route, 5 * unit)
  const events = [
    ...(simulated ? [event(0, 0, lastsMs, 'Small', at(8, lay.top), shownText('simulated'))] : []),
    ...clockEvents(options, lay),
    ...figureEvents(options, dated, lay),
    ...(route === null ? [] : routeEvents(route, lay, lastsMs, unit)),
    ...(route === null ? [] : dotEvents(options, dated, route, unit)),
  ]
  return `${headOf(widthPx, heightPx, unit)}${events.join('')}`
}

function clockEvents({ timeZone, fromUtcMs, toUtcMs }: OverlayOptions, { clock }: Layout): string[] {
  const wordsAt = clockIn(timeZone)
  const events: string[] = []
  for (let second = Math.floor(fromUtcMs / SECOND_MS) * SECOND_MS; second < toUtcMs; second += SECOND_MS) {
    const { day, time, zone } = wordsAt(second)
    const text = `${shownText(`${day}  ${zone}`)}\\N{\\rClock}${shownText(time)}`
    events.push(
      event(
        1,
        Math.max(0, second - fromUtcMs),
        Math.min(toUtcMs, second + SECOND_MS) - fromUtcMs,
        'Small',
        at(3, clock),
        text,
      ),
    )
  }
  return events
}

/** Speed and heading: of each fix until the next, or for 2 s; then a dash, and no heading. */
function figureEvents(options: OverlayOptions, points: readonly Dated[], lay: Layout): string[] {
  const { fromUtcMs, toUtcMs, units } = options
  const show = (speedMps: number | null, courseDeg: number | null, from: number, to: number): string[] => {
    const [begin, end] = [Math.max(from, fromUtcMs) - fromUtcMs, Math.min(to, toUtcMs) - fromUtcMs]
    if (end <= begin) return []
    const speed = `${shownText(speedOf(speedMps, units))}{\\rUnit} ${shownText(speedUnit(units))}`
    return [
      event(1, begin, end, 'Speed', at(1, lay.speed), speed),
      ...(courseDeg === null ? [] : headingEvents(courseDeg, begin, end)),
    ]
  }
  const headingEvents = (courseDeg: number, begin: number, end: number): string[] => [
    event(1, begin, end, 'Small', at(4, lay.heading), shownText(headingOf(courseDeg))),
    event(1, begin, end, 'Drawing', needle(lay.compass, courseDeg), ''),
  ]
  const shown = apart(points)
  const events: string[] = []
  let knownUntil = fromUtcMs
  for (const [index, { utcMs, speedMps, courseDeg }] of shown.entries()) {
    if (utcMs > knownUntil) events.push(...show(null, null, knownUntil, utcMs))
    knownUntil = Math.min(shown[index + 1]?.utcMs ?? Number.POSITIVE_INFINITY, utcMs + HOLDS_MS)
    events.push(...show(speedMps, courseDeg, utcMs, knownUntil))
  }
  return [...events, ...show(null, null, knownUntil, toUtcMs)]
}

/** A disc with an arrow on it that points where the way leads: up is north. */
function needle({ x, y, radiusPx }: Layout['compass'], courseDeg: number): string {
  const turn = (courseDeg * Math.PI) / 180
  const [ahead, aside] = [
    { x: Math.sin(turn), y: -Math.cos(turn) },
    { x: Math.cos(turn), y: Math.sin(turn) },
  ]
  const corner = (forth: number, right: number): At => ({
    x: x + (ahead.x * forth + aside.x * right) * radiusPx,
    y: y + (ahead.y * forth + aside.y * right) * radiusPx,
  })
  const arrow = polygon([corner(0.95, 0), corner(-0.75, 0.6), corner(-0.4, 0), corner(-0.75, -0.6)])
  return drawing(arrow)
}

function routeEvents({ line }: Route, { panel }: Layout, lastsMs: number, unit: number): string[] {
  const { x, y, sizePx } = panel
  const square = polygon([
    { x, y },
    { x: x + sizePx, y },
    { x: x + sizePx, y: y + sizePx },
    { x, y: y + sizePx },
  ])
  return [
    event(0, 0, lastsMs, 'Panel', drawing(square), ''),
    event(1, 0, lastsMs, 'Small', `${at(7, { x: x + 10 * unit, y: y + 4 * unit })}\\fs${(26 * unit).toFixed(1)}`, 'N'),
    event(2, 0, lastsMs, 'Drawing', drawing(line), ''),
  ]
}

/** Moves evenly from fix to fix; where fixes are missing it stays where the last was. */
function dotEvents(
  { fromUtcMs, toUtcMs }: OverlayOptions,
  points: readonly Dated[],
  route: Route,
  unit: number,
): string[] {
  // libass centres a drawing by the corner 0 0 and what is farthest from it.
  const radiusPx = 11 * unit
  const disc = discAt({ x: radiusPx, y: radiusPx }, radiusPx, 24)
  return apart(points).flatMap((point, index, all) => {
    const next = all[index + 1]
    const begin = Math.max(0, point.utcMs - fromUtcMs)
    const end = Math.min(toUtcMs, next?.utcMs ?? toUtcMs) - fromUtcMs
    if (end <= begin) return []
    const moves = next !== undefined && next.utcMs - point.utcMs <= MOVES_WITHIN_MS
    const [here, there] = [route.spotOf(point), route.spotOf(moves ? next : point)]
    // The times of a move count from the beginning of its line.
    const times = `${Math.round(point.utcMs - fromUtcMs - begin)},${Math.round(end - begin)}`
    const move = [here.x, here.y, there.x, there.y].map((value) => value.toFixed(1)).join(',')
    return [event(3, begin, end, 'Dot', `\\an5\\move(${move},${times})\\p1}${disc}{\\p0`, '')]
  })
}

type Dated = TrackPoint & { readonly utcMs: number }
const isDated = (point: TrackPoint): point is Dated => point.utcMs !== null

function apart(points: readonly Dated[]): Dated[] {
  let last = Number.NEGATIVE_INFINITY
  return points.filter(({ utcMs }) => {
    if (utcMs - last < LEAST_SHOWN_MS) return false
    last = utcMs
    return true
  })
}

const at = (corner: number, { x, y }: At): string => `\\an${corner}\\pos(${x.toFixed(1)},${y.toFixed(1)})`

/** In pixels of the picture, wherever it lies. */
const drawing = (commands: string): string => `\\an7\\pos(0,0)\\p1}${commands}{\\p0`

/** @param tags what stands in braces before the text, which must be safe already */
const event = (layer: number, fromMs: number, toMs: number, style: string, tags: string, text: string): string =>
  `Dialogue: ${layer},${timeOf(fromMs)},${timeOf(toMs)},${style},,0,0,0,,{${tags}}${text}\n`

/** H:MM:SS.CC */
function timeOf(ms: number): string {
  const hundredths = Math.round(ms / 10)
  const [hours, minutes] = [Math.floor(hundredths / 360_000), Math.floor(hundredths / 6_000) % 60]
  const seconds = ((hundredths % 6_000) / 100).toFixed(2)
  return `${hours}:${String(minutes).padStart(2, '0')}:${seconds.padStart(5, '0')}`
}

/** In Debian it comes with ffmpeg; where it is missing libass takes what else there is. */
const FONT = 'DejaVu Sans'

/** White with a dark edge: it can be read on snow and at night. */
function headOf(widthPx: number, heightPx: number, unit: number): string {
  const style = (name: string, size: number, bold: boolean, edge: number, colour = '&H00FFFFFF', line = '&H30000000') =>
    `Style: ${name},${FONT},${(size * unit).toFixed(1)},${colour},${colour},${line},&H80000000,${bold ? -1 : 0},0,0,0,100,100,0,0,1,${(edge * unit).toFixed(1)},0,7,0,0,0,1\n`
  return [
    '[Script Info]\nScriptType: v4.00+\nWrapStyle: 2\nScaledBorderAndShadow: yes\nYCbCr Matrix: None\n',
    `PlayResX: ${widthPx}\nPlayResY: ${heightPx}\n\n[V4+ Styles]\n`,
    'Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n',
    style('Speed', 120, true, 5),
    style('Unit', 50, true, 4),
    style('Small', 38, true, 4),
    style('Clock', 60, true, 4),
    style('Drawing', 20, false, 3),
    style('Panel', 20, false, 0, '&H80000000'),
    style('Dot', 20, false, 4, '&H002020F0', '&H00FFFFFF'),
    '\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n',
  ].join('')
}
