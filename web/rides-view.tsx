/** The rides, newest first, page by page. */
import { useEffect, useState } from 'preact/hooks'
import { decodePolyline } from '../core/ride/polyline.js'
import type { Ride } from '../core/ride/ride.js'
import { getRides } from './api.js'
import { countWords, durationClock } from './format.js'
import { momentCount } from './incident-words.js'
import { Nav } from './nav.js'
import type { Place } from './outline.js'
import { byDay, hadFix, rideDistance, rideHour, rideMovingTime } from './ride-words.js'
import { rideHash } from './route.js'
import { now, toldRide } from './state.js'
import { TrackDrawing } from './track-drawing.js'

/** next: the cursor of the page after those loaded, null behind the last one. */
interface Loaded {
  readonly rides: readonly Ride[]
  readonly next: string | null
}

export function RidesView() {
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  const [isLoading, setIsLoading] = useState(false)

  const load = async () => {
    setIsLoading(true)
    const answer = await getRides(loaded?.next ?? null)
    setIsLoading(false)
    setTrouble(answer.kind === 'refused' ? answer.words : null)
    if (answer.kind === 'refused') return
    setLoaded({ rides: [...(loaded?.rides ?? []), ...answer.value.items], next: answer.value.next })
  }
  useEffect(() => void load(), [])

  const rides = loaded === null ? [] : withTold(loaded.rides, toldRide.value)
  return (
    <div class="rides">
      <main>
        <h1>Rides</h1>
        {loaded !== null && rides.length === 0 && (
          <p class="empty">No rides yet. A ride begins by itself when the bicycle moves.</p>
        )}
        <div data-testid="rides">
          {byDay(rides).map(({ words, rides: ofDay }) => (
            <section key={ofDay[0]?.id} class="rides-day">
              <h2>{words}</h2>
              <ul class="rides-list">
                {ofDay.map((ride) => (
                  <RideItem key={ride.id} ride={ride} />
                ))}
              </ul>
            </section>
          ))}
        </div>
        <p class="trouble" role="alert">
          {trouble}
        </p>
        {isLoading && <p class="empty">Loading…</p>}
        {!isLoading && (trouble !== null || (loaded !== null && loaded.next !== null)) && (
          <button type="button" class="wide" onClick={() => void load()}>
            {trouble === null ? 'Older rides' : 'Try again'}
          </button>
        )}
      </main>
      <Nav />
    </div>
  )
}

function RideItem({ ride }: { readonly ride: Ride }) {
  const isInProgress = ride.endedUtcMs === null && now.value?.ride?.id === ride.id
  const hour = rideHour(ride)
  return (
    <li data-testid="ride" data-ride-id={ride.id}>
      <a href={rideHash(ride.id)}>
        <div class="rides-preview" aria-hidden="true">
          {ride.preview && <TrackDrawing lines={[previewOf(ride.preview)]} marker={null} />}
        </div>
        <div class="rides-words">
          <h3>{ride.name ?? hour}</h3>
          {ride.name !== null && <p class="muted">{hour}</p>}
          {hadFix(ride) ? (
            <p class="rides-figures">
              <b>{rideDistance(ride)}</b>
              <span>{rideMovingTime(ride)} moving</span>
              <span class="muted">{durationClock(ride.elapsedMs)} in all</span>
            </p>
          ) : (
            <p class="muted">no position</p>
          )}
          <p class="rides-badges">
            {isInProgress && <span class="badge badge-live">in progress</span>}
            {ride.source === 'import' && <span class="badge">imported</span>}
            {ride.timeSource === 'phone' && <span class="badge">time from a phone</span>}
            {ride.simulated && <span class="badge">simulated</span>}
            <span class="muted">{ride.segments === 0 ? 'no video' : countWords(ride.segments, 'video segment')}</span>
            {ride.incidents > 0 && <span data-testid="moment-count">{momentCount(ride.incidents)}</span>}
          </p>
        </div>
      </a>
    </li>
  )
}

/** The list with what the device last told of a ride: a newer picture of one in it, or a new one on top. */
function withTold(rides: readonly Ride[], told: Ride | null): readonly Ride[] {
  if (told === null) return rides
  if (rides.some(({ id }) => id === told.id)) return rides.map((ride) => (ride.id === told.id ? told : ride))
  return told.id === now.value?.ride?.id ? [told, ...rides] : rides
}

const previewOf = (preview: string): Place[] => decodePolyline(preview).map(({ lonDeg, latDeg }) => [lonDeg, latDeg])
