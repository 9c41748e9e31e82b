/** Places into a drawing, and back. */
import { describe, expect, it } from 'vitest'
import { outlineOf, type Place } from '../../web/outline.js'

describe('an outline', () => {
  const square: Place[] = [
    [10, 60],
    [10.002, 60],
    [10.002, 60.001],
  ]

  it('has north up and true proportions: at 60 degrees a degree of longitude is half as long', () => {
    const outline = outlineOf([square])
    expect(outline?.width).toBeCloseTo(100, 0)
    expect(outline?.height).toBeCloseTo(100, 0)
    expect(outline?.paths).toEqual(['M0 100L100 100L100 0'])
  })

  it('finds the place under a point of the drawing', () => {
    const outline = outlineOf([square])
    const [lonDeg, latDeg] = outline?.toPlace(100, 50) ?? []
    expect(lonDeg).toBeCloseTo(10.002, 5)
    expect(latDeg).toBeCloseTo(60.0005, 5)
    expect(outline?.toDrawing([10.002, 60.0005])).toEqual({ x: 100, y: 50 })
  })

  it('draws each stretch as a line of its own, and one place as a dot', () => {
    const outline = outlineOf([[square[0] as Place], [], square.slice(1)])
    expect(outline?.paths).toEqual(['M0 100h0', 'M100 100L100 0'])
  })

  it('is nothing without a place, and finite for one', () => {
    expect(outlineOf([[], []])).toBeNull()
    expect(outlineOf([[[10, 60]]])?.paths).toEqual(['M0 0h0'])
  })
})
