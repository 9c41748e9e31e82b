/** The metric grid under a map that has no tiles: without it a trail has neither size nor motion. */
import type { Place } from './outline.js'

export interface Grid {
  readonly stepM: number
  /** west, south, east, north of what its lines cover. */
  readonly covers: readonly [number, number, number, number]
  readonly lines: readonly (readonly Place[])[]
}

const METRES_PER_DEGREE = 111_195
const RADIANS = Math.PI / 180
/** Of the web Mercator tile pyramid with tiles of 512 pixels. */
const METRES_PER_PIXEL_AT_ZOOM_0 = 78_271.517
const LEAST_STEP_PX = 72
/** The width of columns follows the latitude in steps of this, so that lines do not wander as the rider goes north. */
const LATITUDE_STEP_DEG = 0.1
/** So far beyond the view on each side, in views: a following map needs new lines only now and then. */
const MARGIN = 1

export const metresPerPixel = (latDeg: number, zoom: number): number =>
  (METRES_PER_PIXEL_AT_ZOOM_0 * Math.cos(latDeg * RADIANS)) / 2 ** zoom

/** The least of 1, 2, 5, 10, … metres that is at least 72 pixels wide. */
export function gridStepM(metresPerPixel: number): number {
  const leastM = Math.max(1, metresPerPixel * LEAST_STEP_PX)
  const power = 10 ** Math.floor(Math.log10(leastM))
  const factor = [1, 2, 5].find((candidate) => candidate * power >= leastM * (1 - 1e-9)) ?? 10
  return factor * power
}

/**
 * Lines every stepM metres over the view and a margin. They stand at whole multiples of the step, so that they stay
 * where they are when the view moves.
 * @param view west, south, east, north
 */
export function gridOver(view: readonly [number, number, number, number], stepM: number): Grid {
  const [west, south, east, north] = view
  const roundLatDeg = Math.round((south + north) / 2 / LATITUDE_STEP_DEG) * LATITUDE_STEP_DEG
  const latStep = stepM / METRES_PER_DEGREE
  const lonStep = latStep / Math.max(0.01, Math.cos(roundLatDeg * RADIANS))
  const lats = multiples(south - MARGIN * (north - south), north + MARGIN * (north - south), latStep)
  const lons = multiples(west - MARGIN * (east - west), east + MARGIN * (east - west), lonStep)
  const covers = [lons[0] ?? west, lats[0] ?? south, lons.at(-1) ?? east, lats.at(-1) ?? north] as const
  const rows = lats.map((lat): Place[] => [
    [covers[0], lat],
    [covers[2], lat],
  ])
  const columns = lons.map((lon): Place[] => [
    [lon, covers[1]],
    [lon, covers[3]],
  ])
  return { stepM, covers, lines: [...rows, ...columns] }
}

/** Whether a grid still fills the view with the step it should have. */
export function gridFits(grid: Grid | null, view: readonly [number, number, number, number], stepM: number): boolean {
  if (grid === null || grid.stepM !== stepM) return false
  const [west, south, east, north] = grid.covers
  return view[0] >= west && view[1] >= south && view[2] <= east && view[3] <= north
}

function multiples(from: number, to: number, step: number): number[] {
  const first = Math.floor(from / step)
  const count = Math.ceil(to / step) - first + 1
  return Array.from({ length: count }, (_, index) => (first + index) * step)
}
