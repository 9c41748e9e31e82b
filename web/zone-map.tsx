/** Privacy zones on the map, over the last rides; a touch says where the next one is to be. */
import type { ComponentChildren } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { decodePolyline } from '../core/ride/polyline.js'
import type { PrivacyZone } from '../core/ride/privacy.js'
import { getRides } from './api.js'
import type { Place } from './outline.js'
import { fix } from './state.js'
import { useMap } from './use-map.js'
import { linesOfZone } from './zones.js'

interface ZoneMapProps {
  readonly zones: readonly PrivacyZone[]
  /** The one that may be added. */
  readonly wanted: PrivacyZone | null
  readonly touch: (place: Place) => void
  /** What lies over the map. */
  readonly children: ComponentChildren
}

export function ZoneMap({ zones, wanted, touch, children }: ZoneMapProps) {
  const { box, map, missing } = useMap({ onTap: touch })
  const routes = useRoutes()
  const lines = useMemo(
    () => [...(routes ?? []), ...(wanted === null ? zones : [...zones, wanted]).flatMap(linesOfZone)],
    [routes, zones, wanted],
  )
  const at = fix.value
  /** With nothing else to show it is about where the rider is. */
  const isAboutHere = at !== null && routes?.length === 0 && zones.length === 0

  useEffect(() => {
    map?.showTrack(lines)
    map?.fit()
  }, [map, lines])
  useEffect(() => {
    map?.setMarker(at === null ? null : [at.lonDeg, at.latDeg], at?.courseDeg ?? null, false)
  }, [map, at])
  useEffect(() => {
    if (isAboutHere) map?.follow()
  }, [map, isAboutHere])

  if (missing !== null) return <p class="muted">{missing}</p>
  return (
    <div class="map zone-map" data-testid="zone-map">
      <div class="map-box" ref={box} />
      <p class="map-note">Or touch the map: your last rides and zones</p>
      {children}
    </div>
  )
}

/** The map has no streets yet: one's own ways tell where one is. Null until they are there. */
function useRoutes(): readonly (readonly Place[])[] | null {
  const [routes, setRoutes] = useState<readonly (readonly Place[])[] | null>(null)
  useEffect(() => {
    void getRides(null).then((answer) => {
      if (answer.kind === 'refused') return
      setRoutes(answer.value.items.flatMap(({ preview }) => (preview === null ? [] : [placesOf(preview)])))
    })
  }, [])
  return routes
}

const placesOf = (preview: string): Place[] => decodePolyline(preview).map(({ lonDeg, latDeg }) => [lonDeg, latDeg])
