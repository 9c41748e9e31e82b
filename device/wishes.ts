/** Carries out what the server asks of the device. */
import type {
  ChangeSettings,
  Importing,
  MarkIncident,
  Outcome,
  OutcomeOf,
  TrackRecalled,
  Wish,
} from '../core/link/messages.js'
import type { Store } from '../core/store/store.js'

/** What of the device a wish can reach. */
export interface Granting {
  readonly store: Pick<Store, 'renameRide' | 'keepRide'>
  readonly incidents: {
    readonly markByRider: (wish: MarkIncident) => Promise<OutcomeOf<MarkIncident>>
    readonly note: (incidentId: string, note: string | null) => Promise<Outcome>
    readonly remove: (incidentId: string) => Promise<Outcome>
  }
  /** Resolves once it outlives a restart of the device. */
  readonly setRecording: (isOn: boolean) => Promise<void>
  readonly offerClock: (utcMs: number) => void
  readonly holds: Holds
  readonly recall: (afterMonoMs: number | null) => Omit<TrackRecalled, 'kind'>
  readonly changeSettings: (wish: ChangeSettings) => Promise<Outcome>
  readonly takeImport: (wish: Importing) => Promise<Outcome>
  /** There is no card: what is asked to be kept would be gone with the power. */
  readonly isInMemory: boolean
  /** Everybody hears how a ride is now. */
  readonly tellRide: (rideId: string) => Promise<void>
}

/** As a connection holds the video it reads. */
interface Holds {
  readonly hold: (holder: object, segmentIds: readonly string[]) => boolean
  readonly release: (holder: object, segmentIds: readonly string[]) => void
}

/** What nobody expects to find again after the power was off. */
const IN_MEMORY = new Set<Wish['kind']>(['set-recording', 'offer-clock', 'hold', 'release', 'recall-track'])

/** @param asker stands for the connection the wish came over */
export async function grant(wish: Wish, asker: object, granting: Granting): Promise<OutcomeOf<Wish>> {
  const { store, incidents, setRecording, offerClock, holds, recall, takeImport, changeSettings, tellRide } = granting
  if (granting.isInMemory && !IN_MEMORY.has(wish.kind)) return { kind: 'refused', reason: 'the card cannot be written' }
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
      if (!(await store.keepRide(wish.rideId, wish.isKept))) return { kind: 'unknown' }
      await tellRide(wish.rideId)
      return { kind: 'done' }
    case 'mark-incident':
      return incidents.markByRider(wish)
    case 'note-incident':
      return incidents.note(wish.incidentId, wish.note)
    case 'delete-incident':
      return incidents.remove(wish.incidentId)
    case 'hold':
      if (holds.hold(asker, wish.segmentIds)) return { kind: 'done' }
      return { kind: 'refused', reason: 'too much video is being read at once' }
    case 'release':
      holds.release(asker, wish.segmentIds)
      return { kind: 'done' }
    case 'recall-track':
      return { kind: 'track', ...recall(wish.afterMonoMs) }
    case 'change-settings':
      return changeSettings(wish)
    case 'import-begin':
    case 'import-points':
    case 'import-end':
    case 'import-abandon':
      return takeImport(wish)
  }
}
