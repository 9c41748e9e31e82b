/** The track of a ride to take along, with a word on what leaves before anything does. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { RidePrivacy } from '../core/api/privacy.js'
import type { Ride } from '../core/ride/ride.js'
import type { TrackFormat } from '../core/track/track-format.js'
import { getPrivacy, trackPath } from './api.js'
import { Switch } from './switch.js'
import { leavingWords } from './take-along-words.js'
import type { Looked } from './use-ride.js'

const FORMATS: readonly (readonly [TrackFormat, string, string])[] = [
  ['gpx', 'GPX', 'for training sites'],
  ['geojson', 'GeoJSON', 'for maps'],
  ['csv', 'CSV', 'for spreadsheets'],
]

export function TakeAlong({ ride }: { readonly ride: Ride }) {
  const { box, privacy } = usePrivacy(ride.id)
  const [isHiding, setIsHiding] = useState(true)
  const hasZones = privacy?.kind === 'done' && privacy.value.zones.length > 0
  return (
    <section class="take-along" aria-label="Take it with you" ref={box} data-testid="take-along">
      <h2>Take it with you</h2>
      {hasZones && <Switch label="Hide my privacy zones" isOn={isHiding} change={setIsHiding} />}
      <Leaving privacy={privacy} isHiding={isHiding} timeZone={ride.timeZone} />
      <ul>
        {FORMATS.map(([format, name, purpose]) => (
          <li key={format}>
            <a
              href={trackPath(ride.id, format, hasZones && isHiding)}
              download=""
              aria-label={`Track as ${name}, ${purpose}`}
            >
              <b>{name}</b>
              <span class="muted">{purpose}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

interface LeavingProps {
  readonly privacy: Looked<RidePrivacy>
  readonly isHiding: boolean
  readonly timeZone: string | null
}

function Leaving({ privacy, isHiding, timeZone }: LeavingProps) {
  if (privacy === null) return <p class="muted">Looking at your privacy zones…</p>
  if (privacy.kind === 'refused') return <p class="trouble">What leaves cannot be told: {privacy.words}</p>
  if (privacy.value.zones.length === 0) {
    return (
      <p class="muted">
        All of the track leaves, where it begins and ends too. <a href="#/settings">Set privacy zones</a>
      </p>
    )
  }
  if (!isHiding) return <p class="take-along-all">All of the track leaves, your zones too.</p>
  const { leaves, stays } = leavingWords(privacy.value, timeZone)
  return (
    <p data-testid="leaving">
      {leaves} {stays !== null && <b>{stays}</b>}
    </p>
  )
}

/** Asked for once it is looked at: the device goes through the whole track for it. */
function usePrivacy(rideId: string) {
  const box = useRef<HTMLElement>(null)
  const [privacy, setPrivacy] = useState<Looked<RidePrivacy>>(null)
  useEffect(() => {
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return
      seen.disconnect()
      void getPrivacy(rideId).then(setPrivacy)
    })
    if (box.current !== null) seen.observe(box.current)
    return () => seen.disconnect()
  }, [rideId])
  return { box, privacy }
}
