/** The rider's own mark, an element over the map: moved in a frame, where a point in the map's data takes five. */
import type { Place } from './outline.js'

export interface Marker {
  readonly element: HTMLElement
  /** Where it is shown just now, which may still be on the way to where it was set; null while hidden. */
  readonly shownAt: () => Place | null
  /** @param glides whether it moves there within a moment or stands there at once */
  readonly set: (place: Place | null, courseDeg: number | null, glides: boolean) => void
  /** Puts it where its place is on the screen, in CSS pixels of the map. */
  readonly place: (x: number, y: number) => void
  readonly destroy: () => void
}

/** Shorter than the second between two fixes, so it stands at the true place most of the time. */
const GLIDE_MS = 300
const SVG = 'http://www.w3.org/2000/svg'

/** @param moved called whenever the place it is shown at has changed */
export function createMarker(moved: () => void): Marker {
  const element = markElement()
  const calm = matchMedia('(prefers-reduced-motion: reduce)')
  let shown: Place | null = null
  let frame = 0

  const glide = (from: Place, to: Place, startMs: number) => {
    frame = requestAnimationFrame((nowMs) => {
      const share = Math.min(1, Math.max(0, nowMs - startMs) / GLIDE_MS)
      shown = [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]
      moved()
      if (share < 1) glide(from, to, startMs)
    })
  }

  return {
    element,
    shownAt: () => shown,
    set: (place, courseDeg, glides) => {
      cancelAnimationFrame(frame)
      element.hidden = place === null
      element.classList.toggle('marker-standing', courseDeg === null)
      if (courseDeg !== null) element.style.setProperty('--course', `${courseDeg}deg`)
      element.setAttribute('data-lon', String(place?.[0] ?? ''))
      element.setAttribute('data-lat', String(place?.[1] ?? ''))
      if (place !== null && shown !== null && glides && !calm.matches) return glide(shown, place, performance.now())
      shown = place
      moved()
    },
    place: (x, y) => {
      element.style.transform = `translate(${x}px, ${y}px)`
    },
    destroy: () => {
      cancelAnimationFrame(frame)
      element.remove()
    },
  }
}

function markElement(): HTMLElement {
  const element = document.createElement('div')
  element.className = 'marker'
  element.setAttribute('data-testid', 'position-marker')
  element.setAttribute('role', 'img')
  element.setAttribute('aria-label', 'Position')
  element.hidden = true
  const drawing = document.createElementNS(SVG, 'svg')
  drawing.setAttribute('viewBox', '-22 -22 44 44')
  drawing.append(
    shape('circle', { r: '10', class: 'marker-dot' }),
    shape('path', { d: 'M0-21L7.5-9.4A12 12 0 0 0-7.5-9.4z', class: 'marker-head' }),
  )
  element.append(drawing)
  return element
}

function shape(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const element = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  return element
}
