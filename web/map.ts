/** The map: the only door to the map library. Shows lines, a marker and a metric grid; asks nobody for anything. */
import 'maplibre-gl/dist/maplibre-gl.css'
import { type GeoJSONSource, Map as LibraryMap, LngLatBounds, ScaleControl, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { type Grid, gridFits, gridOver, gridStepM, metresPerPixel } from './map-grid.js'
import { createMarker } from './map-marker.js'
import { coloursOf, emptyStyle, type LineSource, type Lines, linesOf, whenSchemeChanges } from './map-style.js'
import type { Place } from './outline.js'

export interface MapOptions {
  /** A tap, with how many metres a fingertip covers there. */
  readonly onTap?: (place: Place, fingertipM: number) => void
  /** The rider dragged the map away from the marker it followed. */
  readonly onFollowEnd?: () => void
}

export interface RideMap {
  /** Replaces all lines. */
  readonly showTrack: (lines: Lines) => void
  /** Makes the last line longer, or begins a new one; drawn within a second. */
  readonly addToTrail: (place: Place, beginsLine: boolean) => void
  /** @param glides whether it moves there within a moment or stands there at once */
  readonly setMarker: (place: Place | null, courseDeg: number | null, glides: boolean) => void
  /** Keeps the marker in the middle until the rider drags the map. */
  readonly follow: () => void
  /** Shows all lines as large as they fit, unless the rider has moved the map. */
  readonly fit: () => void
  readonly destroy: () => void
}

const FOLLOW_ZOOM = 15.5
const LARGEST_FIT_ZOOM = 16.5
const FIT_PADDING_PX = 40
const FINGERTIP_PX = 32
/** Handing data to the map's worker costs some 100 ms of a phone: once a second, and only the newest part of a line. */
const TRAIL_EVERY_MS = 1_000
const MOST_IN_TIP = 500

setWorkerUrl(workerUrl)

/** Throws where the browser has no WebGL 2. */
export function createMap(container: HTMLElement, { onTap, onFollowEnd }: MapOptions = {}): RideMap {
  const map = new LibraryMap({
    container,
    style: emptyStyle(container),
    zoom: 1,
    maxPitch: 0,
    dragRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    attributionControl: false,
    pixelRatio: Math.min(2, devicePixelRatio),
  })
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  map.addControl(new ScaleControl({ maxWidth: 96, unit: 'metric' }), 'bottom-left')

  let settled: Place[][] = []
  let tip: Place[] = []
  let tipIsNew = false
  let grid: Grid | null = null
  let isFollowing = false
  let isTouched = false
  let wasMoved = false

  const marker = createMarker(() => {
    const place = marker.shownAt()
    if (place !== null && isFollowing && !isTouched) centre(place)
    putMarker()
  })
  map.getCanvasContainer().append(marker.element)

  const putMarker = () => {
    const place = marker.shownAt()
    if (place === null) return
    const { x, y } = map.project([...place])
    marker.place(x, y)
  }
  const centre = (place: Place) => {
    map.jumpTo(map.getZoom() < 4 ? { center: [...place], zoom: FOLLOW_ZOOM } : { center: [...place] })
  }
  const draw = (source: LineSource, lines: Lines) => {
    map.getSource<GeoJSONSource>(source)?.setData(linesOf(lines))
  }
  const drawTrack = () => {
    draw('track', settled)
    draw('tip', [tip])
    tipIsNew = false
  }
  const drawGrid = () => {
    const bounds = map.getBounds()
    const view = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()] as const
    const stepM = gridStepM(metresPerPixel(map.getCenter().lat, map.getZoom()))
    if (gridFits(grid, view, stepM)) return
    grid = gridOver(view, stepM)
    draw('grid', grid.lines)
  }
  const drawTip = () => {
    if (tipIsNew) draw('tip', [tip])
    tipIsNew = false
  }

  map.on('move', putMarker)
  map.on('moveend', drawGrid)
  map.on('resize', putMarker)
  map.on('load', () => {
    grid = null
    drawGrid()
    drawTrack()
    container.setAttribute('data-map', 'ready')
  })
  map.on('movestart', ({ originalEvent }) => {
    isTouched = originalEvent !== undefined
    wasMoved ||= isTouched
  })
  map.on('moveend', () => {
    isTouched = false
  })
  map.on('dragstart', () => {
    if (!isFollowing) return
    isFollowing = false
    onFollowEnd?.()
  })
  map.on('click', ({ lngLat }) => {
    onTap?.([lngLat.lng, lngLat.lat], FINGERTIP_PX * metresPerPixel(lngLat.lat, map.getZoom()))
  })
  const tipTimer = setInterval(drawTip, TRAIL_EVERY_MS)
  const stopRecolouring = whenSchemeChanges(() => {
    const { ground, ...lines } = coloursOf(container)
    map.setPaintProperty('ground', 'background-color', ground)
    for (const [layer, colour] of Object.entries(lines)) map.setPaintProperty(layer, 'line-color', colour)
  })

  return {
    showTrack: (lines) => {
      settled = lines.map((line) => [...line])
      tip = settled.pop() ?? []
      drawTrack()
    },
    addToTrail: (place, beginsLine) => {
      if (beginsLine || tip.length >= MOST_IN_TIP) {
        settled.push(tip)
        tip = beginsLine ? [] : tip.slice(-1)
        draw('track', settled)
      }
      tip.push(place)
      tipIsNew = true
    },
    setMarker: marker.set,
    follow: () => {
      isFollowing = true
      const place = marker.shownAt()
      if (place !== null) centre(place)
    },
    fit: () => {
      const places = [...settled, tip].flat()
      if (places.length === 0 || wasMoved) return
      const bounds = places.reduce((box, place) => box.extend([...place]), new LngLatBounds())
      map.fitBounds(bounds, { padding: FIT_PADDING_PX, maxZoom: LARGEST_FIT_ZOOM, duration: 0 })
    },
    destroy: () => {
      clearInterval(tipTimer)
      stopRecolouring()
      marker.destroy()
      map.remove()
    },
  }
}
