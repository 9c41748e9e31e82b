/** The clips of a ride for as long as it is looked at: fetched, and kept up to date as the server tells of them. */
import { useSignalEffect } from '@preact/signals'
import { useEffect, useState } from 'preact/hooks'
import type { Clip, ClipWish } from '../core/ride/clip.js'
import { askForClip, deleteClip, getClips } from './api.js'
import { withClip } from './clip-words.js'
import { losses, toldClip } from './state.js'
import type { Looked } from './use-ride.js'

export function useClips(rideId: string) {
  const [clips, setClips] = useState<Looked<readonly Clip[]>>(null)

  const look = async () => {
    const answer = await getClips(rideId)
    setClips((before) => (answer.kind === 'refused' && before?.kind === 'done' ? before : answer))
  }
  const take = (told: Clip) =>
    setClips((before) => (before?.kind === 'done' ? { kind: 'done', value: withClip(before.value, told) } : before))

  useEffect(() => {
    void look()
  }, [rideId, losses.value])
  useSignalEffect(() => {
    if (toldClip.value?.rideId === rideId) take(toldClip.value)
  })

  /** Answers in words why there will be none; null where it waits. */
  const cut = async (wish: Partial<ClipWish>): Promise<string | null> => {
    const answer = await askForClip(rideId, wish)
    if (answer.kind === 'refused') return answer.words
    // It may have been told of already, and be further by now.
    await look()
    return null
  }
  /** Cancels it, or takes it away; answers in words why that could not be. */
  const remove = async ({ id }: Clip): Promise<string | null> => {
    const answer = await deleteClip(id)
    if (answer.kind === 'refused' && answer.status !== 404) return answer.words
    await look()
    return null
  }
  return { clips, cut, remove }
}
