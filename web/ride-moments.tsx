/** The saved moments of a ride: a touch shows one in the film, and on the track with it. */
import { useEffect, useState } from 'preact/hooks'
import type { Incident } from '../core/ride/incident.js'
import type { Ride } from '../core/ride/ride.js'
import { incidentWords, momentWords } from './incident-words.js'
import type { RideClock } from './ride-clock.js'
import { useIncidents } from './use-incidents.js'

interface RideMomentsProps {
  readonly ride: Ride
  readonly clock: RideClock
}

const ASKS_FOR_MS = 4_000

export function RideMoments({ ride, clock }: RideMomentsProps) {
  const { incidents, remove } = useIncidents(ride)
  const [hint, setHint] = useState<string | null>(null)
  if (incidents?.kind === 'refused' && ride.incidents > 0) {
    return <p class="trouble">The saved moments cannot be shown: {incidents.words}</p>
  }
  if (incidents?.kind !== 'done' || (incidents.value.length === 0 && hint === null)) return null

  const show = ({ atUtcMs }: Incident) => {
    setHint(atUtcMs !== null && clock.show(atUtcMs) ? null : 'No video of this moment')
  }
  return (
    <section class="moments" aria-label="Saved moments" data-testid="moments">
      <h2>Saved moments</h2>
      <p class="trouble" role="alert">
        {hint}
      </p>
      <ul>
        {incidents.value.map((incident) => (
          <Moment
            key={incident.id}
            incident={incident}
            show={() => show(incident)}
            remove={async () => setHint(await remove(incident))}
          />
        ))}
      </ul>
    </section>
  )
}

interface MomentProps {
  readonly incident: Incident
  readonly show: () => void
  readonly remove: () => Promise<void>
}

/** Taking it away takes a second touch: its footage would make room. */
function Moment({ incident, show, remove }: MomentProps) {
  const [isAsking, setIsAsking] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const time = momentWords(incident)

  useEffect(() => {
    if (!isAsking) return
    const timer = setTimeout(() => setIsAsking(false), ASKS_FOR_MS)
    return () => clearTimeout(timer)
  }, [isAsking])

  const touch = async () => {
    if (!isAsking) return setIsAsking(true)
    setIsBusy(true)
    await remove()
    setIsBusy(false)
    setIsAsking(false)
  }
  return (
    <li data-testid="moment" data-incident-id={incident.id}>
      <button type="button" class="moment-show" onClick={show}>
        <b>{time}</b>
        <span class="muted">{incidentWords(incident)}</span>
        {incident.note !== null && <span class="moment-note">{incident.note}</span>}
      </button>
      <button
        type="button"
        class="moment-delete"
        data-asking={isAsking}
        disabled={isBusy}
        aria-label={isAsking ? `Really delete the moment of ${time}` : `Delete the moment of ${time}`}
        onClick={() => void touch()}
      >
        {isAsking ? 'Really?' : 'Delete'}
      </button>
    </li>
  )
}
