/** Brings a map into a view: the library is loaded once the view stands, and a view without map is told why. */
import type { RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { MapOptions, RideMap } from './map.js'

export interface MapInView {
  readonly box: RefObject<HTMLDivElement | null>
  /** null while it is loading and where there is none. */
  readonly map: RideMap | null
  /** Why there is no map, in words. */
  readonly missing: string | null
}

export function useMap(options: MapOptions): MapInView {
  const newest = useRef(options)
  newest.current = options
  const box = useRef<HTMLDivElement>(null)
  const [map, setMap] = useState<RideMap | null>(null)
  const [missing, setMissing] = useState<string | null>(null)

  useEffect(() => {
    let made: RideMap | null = null
    let isGone = false
    const begin = async () => {
      const { createMap } = await import('./map.js')
      if (isGone || box.current === null) return
      made = createMap(box.current, {
        onTap: (place, fingertipM) => newest.current.onTap?.(place, fingertipM),
        onFollowEnd: () => newest.current.onFollowEnd?.(),
      })
      setMap(made)
    }
    begin().catch(() => setMissing(hasWebGl() ? 'The map could not be loaded.' : 'No map: this browser has no WebGL.'))
    return () => {
      isGone = true
      made?.destroy()
    }
  }, [])

  return { box, map, missing }
}

const hasWebGl = (): boolean => document.createElement('canvas').getContext('webgl2') !== null
