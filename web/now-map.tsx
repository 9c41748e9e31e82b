/** The map of the ride as it is: follows the rider until the rider's finger says otherwise. */
import { effect } from '@preact/signals'
import { useEffect, useState } from 'preact/hooks'
import { fix, now, trail } from './state.js'
import { TrackDrawing } from './track-drawing.js'
import { useMap } from './use-map.js'

export function NowMap() {
  const [isFollowing, setIsFollowing] = useState(true)
  const { box, map, missing } = useMap({ onFollowEnd: () => setIsFollowing(false) })

  useEffect(() => {
    if (map === null) return
    const stopTrail = trail.shownOn(map)
    map.follow()
    const stopMarker = effect(() => {
      const at = fix.value
      map.setMarker(at === null ? null : [at.lonDeg, at.latDeg], at?.courseDeg ?? null, true)
    })
    return () => {
      stopTrail()
      stopMarker()
    }
  }, [map])

  const follow = () => {
    map?.follow()
    setIsFollowing(true)
  }

  if (missing !== null) return <NoMap why={missing} />
  return (
    <div class="map now-map" data-testid="map">
      <div class="map-box" ref={box} />
      <p class="map-note">No map for this area</p>
      {now.value !== null && fix.value === null && (
        <p class={trail.lines().length === 0 ? 'map-wait' : 'map-hint'}>No position</p>
      )}
      {!isFollowing && (
        <button type="button" class="primary map-follow" onClick={follow}>
          Follow
        </button>
      )}
    </div>
  )
}

/** The trail is drawn anew with each picture of the device, once a second. */
function NoMap({ why }: { readonly why: string }) {
  const at = now.value?.fix ?? null
  return (
    <div class="map now-map" data-testid="map">
      <TrackDrawing lines={trail.lines()} marker={at === null ? null : [at.lonDeg, at.latDeg]} />
      <p class="map-note">{why}</p>
    </div>
  )
}
