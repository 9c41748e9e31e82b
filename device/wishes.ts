/** Carries out what the server asks of the device. */
import type { Importing, Outcome, OutcomeOf, TrackRecalled, Wish } from '../core/link/messages.js'
import type { Store } from '../core/store/store.js'

/** What of the device a wish can reach. */
export interface Granting {
  readonly store: Pick<Store, 'renameRide'>
  /** Resolves once it outlives a restart of the device. */
  readonly setRecording: (isOn: boolean) => Promise<void>
  readonly offerClock: (utcMs: number) => void
  readonly holds: Holds
  readonly recall: (afterMonoMs: number | null) => Omit<TrackRecalled, 'kind'>
  readonly takeImport: (wish: Importing) => Promise<Outcome>
}

/** As a connection holds the video it reads. */
interface Holds {
  readonly hold: (holder: object, segmentIds: readonly string[]) => boolean
  readonly release: (holder: object, segmentIds: readonly string[]) => void
}

/** @param asker stands for the connection the wish came over */
export async function grant(wish: Wish, asker: object, granting: Granting): Promise<OutcomeOf<Wish>> {
  const { store, setRecording, offerClock, holds, recall, takeImport } = granting
  switch (wish.kind) {
    case 'rename-ride':
      return (await store.renameRide(wish.rideId, wish.name)) ? { kind: 'done' } : { kind: 'unknown' }
    case 'set-recording':
      await setRecording(wish.isOn)
      return { kind: 'done' }
    case 'offer-clock':
      // One that comes too late, because a receiver is believed by now, has done no harm.
      offerClock(wish.utcMs)
      return { kind: 'done' }
    case 'keep-ride':
    case 'mark-incident':
    case 'note-incident':
    case 'delete-incident':
      return { kind: 'refused', reason: 'this device does not do that yet' }
    case 'hold':
      if (holds.hold(asker, wish.segmentIds)) return { kind: 'done' }
      return { kind: 'refused', reason: 'too much video is being read at once' }
    case 'release':
      holds.release(asker, wish.segmentIds)
      return { kind: 'done' }
    case 'recall-track':
      return { kind: 'track', ...recall(wish.afterMonoMs) }
    case 'import-begin':
    case 'import-points':
    case 'import-end':
    case 'import-abandon':
      return takeImport(wish)
  }
}
