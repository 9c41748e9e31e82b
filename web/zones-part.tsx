/** Privacy zones: listed, added where the rider is or where the map is touched, taken away with a second touch. */
import { useState } from 'preact/hooks'
import type { PrivacyZone } from '../core/ride/privacy.js'
import { AskingButton } from './asking-button.js'
import { Choices } from './choices.js'
import type { Place } from './outline.js'
import { fix } from './state.js'
import { ZoneMap } from './zone-map.js'
import { placeWords, RADII_M, radiusWords } from './zones.js'

interface ZonesPartProps {
  readonly zones: readonly PrivacyZone[]
  readonly isBusy: boolean
  readonly change: (zones: readonly PrivacyZone[]) => Promise<boolean>
}

const DEFAULT_RADIUS_M = 300

export function ZonesPart({ zones, isBusy, change }: ZonesPartProps) {
  const [radiusM, setRadiusM] = useState<number>(DEFAULT_RADIUS_M)
  const [touched, setTouched] = useState<Place | null>(null)
  const here = fix.value
  const wanted = touched === null ? null : { latDeg: touched[1], lonDeg: touched[0], radiusM }

  const add = async (zone: PrivacyZone) => {
    if (await change([...zones, zone])) setTouched(null)
  }
  return (
    <section class="zones" aria-label="Privacy zones">
      <h2>Privacy zones</h2>
      <p class="muted">
        What lies in and around them can be left out of what you give away. More is hidden than the circle, and not
        evenly, so that nobody finds its middle.
      </p>
      <ul data-testid="zones">
        {zones.map((zone, at) => (
          <li key={`${zone.latDeg} ${zone.lonDeg} ${zone.radiusM}`}>
            <p>
              <b>{radiusWords(zone.radiusM)} around</b>
              <span class="muted">{placeWords(zone)}</span>
            </p>
            <AskingButton
              words="Remove"
              label={`the zone around ${placeWords(zone)}`}
              isBusy={isBusy}
              act={() => void change(zones.filter((_, other) => other !== at))}
            />
          </li>
        ))}
      </ul>
      {zones.length === 0 && <p>There is none yet.</p>}
      <h3>Add one</h3>
      <Choices
        label="How far around"
        choices={RADII_M.map((choice) => [choice, radiusWords(choice)])}
        chosen={radiusM}
        choose={setRadiusM}
      />
      <button
        type="button"
        class="wide"
        disabled={here === null || isBusy}
        onClick={() => here !== null && void add({ latDeg: here.latDeg, lonDeg: here.lonDeg, radiusM })}
      >
        {here === null ? 'Where I am now: no position' : 'Where I am now'}
      </button>
      <ZoneMap zones={zones} wanted={wanted} touch={setTouched}>
        {wanted !== null && (
          <button type="button" class="primary map-follow" disabled={isBusy} onClick={() => void add(wanted)}>
            Add {radiusWords(radiusM)} there
          </button>
        )}
      </ZoneMap>
    </section>
  )
}
