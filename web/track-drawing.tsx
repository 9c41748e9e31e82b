/** A track without a map: an outline in SVG, for browsers without WebGL and for the list of rides. */
import type { TargetedPointerEvent } from 'preact'
import { useMemo } from 'preact/hooks'
import { distanceM } from '../core/ride/geo.js'
import { outlineOf, type Place } from './outline.js'

interface TrackDrawingProps {
  readonly lines: readonly (readonly Place[])[]
  readonly marker: Place | null
  /** A tap, with how many metres a fingertip covers there. */
  readonly onTap?: (place: Place, fingertipM: number) => void
}

const MARGIN = 8
const FINGERTIP_PX = 32

export function TrackDrawing({ lines, marker, onTap }: TrackDrawingProps) {
  const outline = useMemo(() => outlineOf(lines), [lines, lines.length, lines.at(-1)?.length])
  if (outline === null) return <p class="map-wait">No track yet</p>

  const tap = ({ currentTarget, clientX, clientY }: TargetedPointerEvent<SVGSVGElement>) => {
    const toScreen = currentTarget.getScreenCTM()
    if (toScreen === null) return
    const placeAt = (x: number): Place => {
      const { x: drawnX, y: drawnY } = new DOMPoint(x, clientY).matrixTransform(toScreen.inverse())
      return outline.toPlace(drawnX, drawnY)
    }
    const [tapped, beside] = [placeAt(clientX), placeAt(clientX + FINGERTIP_PX)]
    onTap?.(tapped, distanceM(latLon(tapped), latLon(beside)))
  }
  const at = marker === null ? null : outline.toDrawing(marker)
  return (
    <svg
      class="drawing"
      viewBox={`${-MARGIN} ${-MARGIN} ${outline.width + 2 * MARGIN} ${outline.height + 2 * MARGIN}`}
      role="img"
      aria-label="Track, north up"
      onPointerUp={tap}
    >
      {outline.paths.map((path) => (
        <path key={path} class="drawing-track" d={path} />
      ))}
      {marker !== null && at !== null && (
        <circle
          class="drawing-marker"
          data-testid="position-marker"
          data-lat={marker[1]}
          data-lon={marker[0]}
          cx={at.x}
          cy={at.y}
          r="3.5"
        />
      )}
    </svg>
  )
}

const latLon = ([lonDeg, latDeg]: Place) => ({ lonDeg, latDeg })
