/** The saved moments of a ride for as long as it is looked at. */
import { useSignalEffect } from '@preact/signals'
import { useEffect, useState } from 'preact/hooks'
import type { Incident } from '../core/ride/incident.js'
import type { Ride } from '../core/ride/ride.js'
import { deleteIncident, getIncidents } from './api.js'
import { toldIncident } from './state.js'
import type { Looked } from './use-ride.js'

/** Asked again when one is told, and when the ride counts more or fewer of them. */
export function useIncidents({ id: rideId, incidents: count }: Ride) {
  const [incidents, setIncidents] = useState<Looked<readonly Incident[]>>(null)

  const look = async () => {
    const answer = await getIncidents(rideId)
    setIncidents((before) => (answer.kind === 'refused' && before?.kind === 'done' ? before : answer))
  }
  useEffect(() => {
    void look()
  }, [rideId, count])
  useSignalEffect(() => {
    if (toldIncident.value?.rideId === rideId) void look()
  })

  /** Answers in words why it could not be taken away; null where it is gone, by us or before. */
  const remove = async (incident: Incident): Promise<string | null> => {
    const answer = await deleteIncident(incident.id)
    if (answer.kind === 'refused' && answer.status !== 404) return answer.words
    await look()
    return null
  }
  return { incidents, remove }
}
