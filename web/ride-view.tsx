/** A ride: its film and its track, moved by one clock. */
import { useMemo, useState } from 'preact/hooks'
import { ClipPart } from './clip-part.js'
import { Nav } from './nav.js'
import { datedTrack } from './playback.js'
import { createRideClock } from './ride-clock.js'
import { RideFacts } from './ride-facts.js'
import { RideMoments } from './ride-moments.js'
import { RideReadout } from './ride-readout.js'
import { RideTitle } from './ride-title.js'
import { RideTrack } from './ride-track.js'
import { RideVideo } from './ride-video.js'
import { TakeAlong } from './take-along.js'
import { useRide } from './use-ride.js'

export function RideView({ rideId }: { readonly rideId: string }) {
  const { ride, track, isInProgress, renamed } = useRide(rideId)
  const [clock] = useState(createRideClock)
  const dated = useMemo(() => (track?.kind === 'done' ? datedTrack(track.value) : []), [track])
  return (
    <div class="ride">
      <main>
        <a class="ride-back" href="#/rides">
          All rides
        </a>
        {ride?.kind !== 'done' && <h1 class="unseen">Ride</h1>}
        {ride === null && <p class="empty">Loading the ride…</p>}
        {ride?.kind === 'refused' && (
          <p class="trouble" role="alert">
            {ride.status === 404 ? 'There is no such ride.' : ride.words}
          </p>
        )}
        {ride?.kind === 'done' && (
          <>
            <RideTitle ride={ride.value} isInProgress={isInProgress} renamed={renamed} />
            <RideVideo
              rideId={rideId}
              hasSegments={ride.value.segments > 0}
              isInProgress={isInProgress}
              clock={clock}
            />
            <RideReadout dated={dated} clock={clock} />
            <RideTrack track={track} dated={dated} clock={clock} />
            <RideMoments ride={ride.value} clock={clock} />
            <ClipPart ride={ride.value} clock={clock} />
            <RideFacts ride={ride.value} />
            <TakeAlong ride={ride.value} />
          </>
        )}
      </main>
      <Nav />
    </div>
  )
}
