/** A track without a map: an outline in SVG, for browsers without WebGL and for the list of rides. */
import { useMemo } from 'preact/hooks'
import { outlineOf, type Place } from './polyline.js'

interface TrackDrawingProps {
  readonly lines: readonly (readonly Place[])[]
  readonly marker: Place | null
  readonly onTap?: (place: Place) => void
}

const MARGIN = 8

export function TrackDrawing({ lines, marker, onTap }: TrackDrawingProps) {
  const outline = useMemo(() => outlineOf(lines), [lines, lines.length, lines.at(-1)?.length])
  if (outline === null) return <p class="map-wait">No track yet</p>

  const tap = ({ currentTarget, clientX, clientY }: MouseEvent & { readonly currentTarget: SVGSVGElement }) => {
    const toScreen = currentTarget.getScreenCTM()
    if (toScreen === null) return
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(toScreen.inverse())
    onTap?.(outline.toPlace(x, y))
  }
  const at = marker === null ? null : outline.toDrawing(marker)
  return (
    // biome-ignore lint: tmp
    <svg
      class="drawing"
      viewBox={`${-MARGIN} ${-MARGIN} ${outline.width + 2 * MARGIN} ${outline.height + 2 * MARGIN}`}
      role="img"
      aria-label="Track, north up"
      onClick={tap}
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
