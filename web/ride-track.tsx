/** The track of a ride with the place the film shows; a tap on it seeks the film. */
import { effect } from '@preact/signals'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Track } from '../core/api/shapes.js'
import type { Place } from './outline.js'
import { type DatedTrack, nearestMoment, positionAt } from './playback.js'
import type { RideClock } from './ride-clock.js'
import { TrackDrawing } from './track-drawing.js'
import { useMap } from './use-map.js'
import type { Looked } from './use-ride.js'

interface RideTrackProps {
  readonly track: Looked<Track>
  readonly dated: DatedTrack
  readonly clock: RideClock
}

export function RideTrack({ track, dated, clock }: RideTrackProps) {
  const [hint, setHint] = useState<string | null>(null)
  const seek = (place: Place, fingertipM: number) => {
    const nearest = nearestMoment(dated, place)
    if (nearest === null || nearest.distanceM > fingertipM) return
    setHint(clock.show(nearest.utcMs) ? null : 'No video of this place')
  }
  const { box, map, missing } = useMap({ onTap: seek })
  const lines = useMemo(() => linesOf(track), [track])

  useEffect(() => {
    map?.showTrack(lines)
    map?.fit()
  }, [map, lines])
  useEffect(() => {
    if (map === null) return
    return effect(() => {
      const position = clock.utcMs.value === null ? null : positionAt(dated, clock.utcMs.value)
      map.setMarker(position?.place ?? null, position?.courseDeg ?? null, false)
    })
  }, [map, dated])

  const words = trackWords(track, lines)
  return (
    <div class="map ride-track" data-testid="map">
      {missing === null && <div class="map-box" ref={box} />}
      {missing !== null && <Drawn lines={lines} dated={dated} clock={clock} onTap={seek} />}
      <p class="map-note">{missing ?? 'No map for this area'}</p>
      {words !== null && (
        <p class="map-wait" role="status">
          {words}
        </p>
      )}
      {hint !== null && (
        <p class="map-hint" role="status">
          {hint}
        </p>
      )}
    </div>
  )
}

interface DrawnProps {
  readonly lines: readonly (readonly Place[])[]
  readonly dated: DatedTrack
  readonly clock: RideClock
  readonly onTap: (place: Place, fingertipM: number) => void
}

function Drawn({ lines, dated, clock, onTap }: DrawnProps) {
  const position = clock.utcMs.value === null ? null : positionAt(dated, clock.utcMs.value)
  return <TrackDrawing lines={lines} marker={position?.place ?? null} onTap={onTap} />
}

const linesOf = (track: Looked<Track>): readonly (readonly Place[])[] =>
  track?.kind === 'done'
    ? track.value.stretches.map((stretch) => stretch.map(([lonDeg, latDeg]): Place => [lonDeg, latDeg]))
    : []

function trackWords(track: Looked<Track>, lines: readonly (readonly Place[])[]): string | null {
  if (track === null) return 'Loading the track…'
  if (track.kind === 'refused' && track.status !== 404) return track.words
  return lines.length === 0 ? 'No track: the receiver had no fix on this ride.' : null
}
