/** A ride and its track for as long as they are looked at: fetched, and kept up to date while the ride goes on. */
import { useSignalEffect } from '@preact/signals'
import { useEffect, useState } from 'preact/hooks'
import type { Track } from '../core/api/shapes.js'
import type { Ride } from '../core/ride/ride.js'
import { type Answer, getRide, getTrack } from './api.js'
import { now, toldRide } from './state.js'

/** null while it is on its way; else the thing, or why there is none. */
export type Looked<Value> = Answer<Value> | null

const TRACK_EVERY_MS = 15_000

export function useRide(rideId: string) {
  const [ride, setRide] = useState<Looked<Ride>>(null)
  const [track, setTrack] = useState<Looked<Track>>(null)
  const isInProgress = now.value?.ride?.id === rideId

  useEffect(() => {
    void getRide(rideId).then(setRide)
  }, [rideId])
  useSignalEffect(() => {
    const told = toldRide.value
    if (told?.id === rideId) setRide({ kind: 'done', value: told })
  })
  useEffect(() => {
    const look = async () => {
      const answer = await getTrack(rideId)
      setTrack((before) => (answer.kind === 'refused' && before?.kind === 'done' ? before : answer))
    }
    void look()
    if (!isInProgress) return
    const timer = setInterval(() => void look(), TRACK_EVERY_MS)
    return () => clearInterval(timer)
  }, [rideId, isInProgress])

  const renamed = (value: Ride) => setRide({ kind: 'done', value })
  return { ride, track, isInProgress, renamed }
}
