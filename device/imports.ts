/** Takes in rides of other devices while this one records: one at a time, a page a transaction. */
import type { Importing, Outcome } from '../core/link/messages.js'
import type { Log } from '../core/process/log.js'
import type { Store } from '../core/store/store.js'

type ImportStore = Pick<Store, 'abandonImports' | 'addImported' | 'beginImport' | 'finishImport'>

/** Whoever has sent nothing for so long is gone. */
const GONE_AFTER_MS = 30_000

/** What an earlier run of the device left half taken in is removed beside the recording, and before anything new begins. */
export function createImports(
  store: ImportStore,
  nowMonoMs: () => number,
  log: Log,
): (wish: Importing) => Promise<Outcome> {
  let current: { readonly id: string; readonly heardMonoMs: number } | null = null
  const tidied = abandonAll(store).catch((error: unknown) =>
    log.warn('a broken import could not be removed', { error }),
  )

  const isBusy = (): boolean => current !== null && nowMonoMs() - current.heardMonoMs < GONE_AFTER_MS
  const isCurrent = (id: string): boolean => current?.id === id
  /** Unless somebody else has the place by now. */
  const leave = (id: string): void => {
    if (isCurrent(id)) current = null
  }

  return async (wish) => {
    switch (wish.kind) {
      case 'import-begin':
        if (isBusy()) return { kind: 'refused', reason: 'another import is under way' }
        current = { id: wish.ride.id, heardMonoMs: nowMonoMs() }
        await tidied
        // Whoever takes the place in the meantime begins by removing the rest, and must not lose its own.
        while (isCurrent(wish.ride.id) && (await store.abandonImports()));
        if (!isCurrent(wish.ride.id)) return { kind: 'unknown' }
        await store.beginImport(wish.ride)
        return { kind: 'done' }
      case 'import-points':
        if (!isCurrent(wish.rideId)) return { kind: 'unknown' }
        current = { id: wish.rideId, heardMonoMs: nowMonoMs() }
        await store.addImported(wish.rideId, wish.part, wish.points)
        return { kind: 'done' }
      case 'import-end':
        if (!isCurrent(wish.ride.id)) return { kind: 'unknown' }
        await store.finishImport(wish.ride)
        leave(wish.ride.id)
        return { kind: 'done' }
      case 'import-abandon':
        if (!isCurrent(wish.rideId)) return { kind: 'unknown' }
        await tidied
        while (await store.abandonImports(wish.rideId));
        leave(wish.rideId)
        return { kind: 'done' }
    }
  }
}

/** Removes what broke off, a piece a transaction. */
async function abandonAll(store: Pick<Store, 'abandonImports'>): Promise<void> {
  while (await store.abandonImports());
}
