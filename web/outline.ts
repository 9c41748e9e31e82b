/** Lines of places as they are drawn: an outline in SVG. */

/** lonDeg, latDeg: the order of GeoJSON. */
export type Place = readonly [lonDeg: number, latDeg: number]

const RADIANS = Math.PI / 180
/** Of the longer side of an outline, in units of its viewBox. */
const SIZE = 100

export interface Outline {
  readonly width: number
  readonly height: number
  /** The `d` of one path a line; a line of one place is a dot where line caps are round. */
  readonly paths: readonly string[]
  readonly toDrawing: (place: Place) => { readonly x: number; readonly y: number }
  readonly toPlace: (x: number, y: number) => Place
}

/** Lines as a drawing with north up and true proportions, at most 100 by 100; null where there is no place at all. */
export function outlineOf(lines: readonly (readonly Place[])[]): Outline | null {
  const places = lines.flat()
  if (places.length === 0) return null
  const [west, east] = rangeOf(places.map(([lonDeg]) => lonDeg))
  const [south, north] = rangeOf(places.map(([, latDeg]) => latDeg))
  const narrowing = Math.max(0.01, Math.cos(((south + north) / 2) * RADIANS))
  const scale = SIZE / Math.max((east - west) * narrowing, north - south, 1e-9)
  const toDrawing = ([lonDeg, latDeg]: Place) => ({
    x: round((lonDeg - west) * narrowing * scale),
    y: round((north - latDeg) * scale),
  })
  return {
    width: round((east - west) * narrowing * scale),
    height: round((north - south) * scale),
    paths: lines.filter((line) => line.length > 0).map((line) => pathOf(line.map(toDrawing))),
    toDrawing,
    toPlace: (x, y) => [west + x / scale / narrowing, north - y / scale],
  }
}

function pathOf(points: readonly { readonly x: number; readonly y: number }[]): string {
  const text = points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('')
  return points.length === 1 ? `${text}h0` : text
}

function rangeOf(values: readonly number[]): [least: number, most: number] {
  return values.reduce<[number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  )
}

const round = (value: number): number => Math.round(value * 10) / 10
