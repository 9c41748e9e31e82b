/** Time of day and speed of the frame on the screen; only the text changes with the frames. */
import { useComputed } from '@preact/signals'
import { speedKmh, timeOfDay } from './format.js'
import { type DatedTrack, positionAt } from './playback.js'
import type { RideClock } from './ride-clock.js'

export function RideReadout({ dated, clock }: { readonly dated: DatedTrack; readonly clock: RideClock }) {
  const time = useComputed(() =>
    clock.videoS.value !== null && clock.utcMs.value === null ? 'time unknown' : timeOfDay(clock.utcMs.value),
  )
  const utcMs = clock.utcMs.value
  const speedMps = utcMs === null ? null : (positionAt(dated, utcMs)?.speedMps ?? null)
  if (clock.spans.value.length === 0) return null
  return (
    <p class="ride-readout">
      <span data-testid="video-clock">{time}</span>
      <span data-testid="video-speed">{speedKmh(speedMps)} km/h</span>
    </p>
  )
}
