/** What a ride is called, and calling it something else. */
import { useState } from 'preact/hooks'
import type { Ride } from '../core/ride/ride.js'
import { renameRide } from './api.js'
import { rideDate } from './ride-words.js'

interface RideTitleProps {
  readonly ride: Ride
  readonly isInProgress: boolean
  readonly renamed: (ride: Ride) => void
}

const LONGEST_NAME = 200

export function RideTitle({ ride, isInProgress, renamed }: RideTitleProps) {
  const [draft, setDraft] = useState<string | null>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  const date = rideDate(ride)

  const save = async (event: Event) => {
    event.preventDefault()
    const name = draft?.trim() ?? ''
    const answer = await renameRide(ride.id, name === '' ? null : name)
    setTrouble(answer.kind === 'refused' ? answer.words : null)
    if (answer.kind === 'refused') return
    setDraft(null)
    renamed(answer.value)
  }

  return (
    <header class="ride-title">
      {draft === null ? (
        <div class="ride-name">
          <h1>{ride.name ?? date}</h1>
          <button type="button" onClick={() => setDraft(ride.name ?? '')}>
            Rename
          </button>
        </div>
      ) : (
        <form class="ride-name" onSubmit={(event) => void save(event)}>
          <h1 class="unseen">{ride.name ?? date}</h1>
          <label>
            Name of the ride
            <input
              name="name"
              autoComplete="off"
              maxLength={LONGEST_NAME}
              value={draft}
              onInput={({ currentTarget }) => setDraft(currentTarget.value)}
            />
          </label>
          <button type="submit">Save</button>
          <button type="button" onClick={() => setDraft(null)}>
            Cancel
          </button>
        </form>
      )}
      <p class="trouble" role="alert">
        {trouble}
      </p>
      <p class="rides-badges">
        {ride.name !== null && <span class="muted">{date}</span>}
        {isInProgress && <span class="badge badge-live">in progress</span>}
        {ride.simulated && <span class="badge">simulated</span>}
        {ride.timeSource === 'phone' && <span class="badge">time from a phone</span>}
        {ride.source === 'import' && <span class="badge">imported</span>}
      </p>
    </header>
  )
}
