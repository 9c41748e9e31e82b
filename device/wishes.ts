/** Carries out what the server asks of the device. */
import type { Outcome, Wish } from '../core/link/messages.js'
import type { Store } from '../core/store/store.js'

export async function grant(wish: Wish, store: Pick<Store, 'renameRide'>): Promise<Outcome> {
  switch (wish.kind) {
    case 'rename-ride':
      return (await store.renameRide(wish.rideId, wish.name)) ? { kind: 'done' } : { kind: 'unknown' }
  }
}
