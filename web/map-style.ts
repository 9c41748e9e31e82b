/** What the map is drawn with: ground, grid and trail in the colours the style sheet has for them. */
import type { Place } from './outline.js'

export type Lines = readonly (readonly Place[])[]

/** The sources of a map, each drawn by the layer of the same name. */
export type LineSource = 'grid' | 'track' | 'tip'

/** A style without tiles, glyphs and sprites: it asks for nothing. */
export function emptyStyle(container: HTMLElement) {
  const colours = coloursOf(container)
  const source = { type: 'geojson' as const, data: linesOf([]), tolerance: 0.2 }
  const line = (name: LineSource, width: number) => ({
    id: name,
    type: 'line' as const,
    source: name,
    layout: { 'line-cap': 'round' as const, 'line-join': 'round' as const },
    paint: { 'line-color': colours[name], 'line-width': width },
  })
  const ground = { id: 'ground', type: 'background' as const, paint: { 'background-color': colours.ground } }
  return {
    version: 8 as const,
    sources: { grid: source, track: source, tip: source },
    layers: [ground, line('grid', 1), line('track', 5), line('tip', 5)],
  }
}

export function coloursOf(container: HTMLElement) {
  const style = getComputedStyle(container)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const trail = colour('--map-trail')
  return { ground: colour('--map-ground'), grid: colour('--map-grid'), track: trail, tip: trail }
}

/** A line needs two places to be one. */
export const linesOf = (lines: Lines) => ({
  type: 'Feature' as const,
  properties: {},
  geometry: {
    type: 'MultiLineString' as const,
    coordinates: lines.filter((line) => line.length > 1).map((line) => line.map((place) => [...place])),
  },
})

/** Calls when the rider's device turns dark or light; until the answer is called. */
export function whenSchemeChanges(then: () => void): () => void {
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  scheme.addEventListener('change', then)
  return () => scheme.removeEventListener('change', then)
}
