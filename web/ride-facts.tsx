/** What a ride was in figures. */
import type { Ride } from '../core/ride/ride.js'
import { countWords, durationClock, speedWithUnit, UNKNOWN } from './format.js'
import { rideDistance, rideMovingTime } from './ride-words.js'

export function RideFacts({ ride }: { readonly ride: Ride }) {
  const facts = [
    ['Distance', rideDistance(ride)],
    ['Moving time', rideMovingTime(ride)],
    ['Duration', durationClock(ride.elapsedMs)],
    ['Average', speedWithUnit(ride.avgSpeedMps)],
    ['Fastest', speedWithUnit(ride.maxSpeedMps)],
    ['Climbed', ride.ascentM === null ? UNKNOWN : `${ride.ascentM.toFixed(0)} m`],
  ] as const
  return (
    <section class="ride-facts" aria-label="Facts">
      <dl>
        {facts.map(([name, words]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <p class="muted">{ride.segments === 0 ? 'No video' : countWords(ride.segments, 'video segment')}</p>
    </section>
  )
}
