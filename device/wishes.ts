/** Carries out what the server asks of the device. */
import type { Importing, Outcome, OutcomeOf, Wish } from '../core/link/messages.js'
import type { Store } from '../core/store/store.js'

/** What of the device a wish can reach. */
export interface Granting {
  readonly store: Pick<Store, 'renameRide'>
  /** Resolves once it outlives a restart of the device. */
  readonly setRecording: (isOn: boolean) => Promise<void>
  readonly offerClock: (utcMs: number) => void
  readonly takeImport: (wish: Importing) => Promise<Outcome>
}

export async function grant(
  wish: Wish,
  { store, setRecording, offerClock, takeImport }: Granting,
): Promise<OutcomeOf<Wish>> {
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
    case 'hold':
    case 'release':
    case 'recall-track':
      return { kind: 'refused', reason: 'this device does not do that yet' }
    case 'import-begin':
    case 'import-points':
    case 'import-end':
    case 'import-abandon':
      return takeImport(wish)
  }
}
