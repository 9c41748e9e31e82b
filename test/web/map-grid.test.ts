/** The metric grid. */
import { describe, expect, it } from 'vitest'
import { distanceM } from '../../core/ride/geo.js'
import { gridFits, gridOver, gridStepM, metresPerPixel } from '../../web/map-grid.js'

/** About 700 m by 1.1 km around Toronto. */
const view = [-79.385, 43.645, -79.376, 43.655] as const

describe('the grid', () => {
  it.each([
    [0.001, 1],
    [0.5, 50],
    [1.2, 100],
    [1.4, 200],
    [1.39, 200],
    [30, 5_000],
    [78_271, 10_000_000],
  ])('has at %s m a pixel lines every %s m', (metresAPixel, stepM) => {
    expect(gridStepM(metresAPixel)).toBe(stepM)
  })

  it('knows the scale of the map: 256 tiles of 512 pixels around the equator at zoom 8', () => {
    expect(metresPerPixel(0, 8) * 256 * 512).toBeCloseTo(40_075_017, -2)
    expect(metresPerPixel(60, 8)).toBeCloseTo(metresPerPixel(0, 8) / 2, 6)
  })

  it('has its lines as far apart as it says, both ways', () => {
    const { lines } = gridOver(view, 100)
    const rows = lines.filter(([from, to]) => from?.[1] === to?.[1])
    const columns = lines.filter(([from, to]) => from?.[0] === to?.[0])
    expect(apart(rows[0]?.[0], rows[1]?.[0])).toBeCloseTo(100, 0)
    expect(apart([columns[0]?.[0]?.[0] ?? 0, 43.65], [columns[1]?.[0]?.[0] ?? 0, 43.65])).toBeCloseTo(100, 0)
  })

  it('stays where it is when the view moves', () => {
    const moved = gridOver([view[0] + 0.003, view[1] + 0.002, view[2] + 0.003, view[3] + 0.002], 100)
    const lats = new Set(gridOver(view, 100).lines.map(([from]) => from?.[1]))
    expect(moved.lines.filter(([from]) => lats.has(from?.[1])).length).toBeGreaterThan(10)
  })

  it('fits until the view leaves it or is zoomed', () => {
    const grid = gridOver(view, 100)
    expect(gridFits(grid, view, 100)).toBe(true)
    expect(gridFits(grid, view, 200)).toBe(false)
    expect(gridFits(grid, [view[0] + 0.012, view[1], view[2] + 0.012, view[3]], 100)).toBe(false)
    expect(gridFits(null, view, 100)).toBe(false)
  })
})

function apart(from: readonly number[] = [], to: readonly number[] = []): number {
  const [lonDeg = 0, latDeg = 0] = from
  const [toLonDeg = 0, toLatDeg = 0] = to
  return distanceM({ latDeg, lonDeg }, { latDeg: toLatDeg, lonDeg: toLonDeg })
}
