/** Clips in server.db: a row waits until it is its turn, and stays until its powered-on time is up. */
import { randomBytes } from 'node:crypto'
import type { Clip, ClipState, ClipWish } from '../ride/clip.js'
import { type Connection, type Flags, setPragma } from './connection.js'
import { type Listed, type Listing, listed, positionOf } from './listing.js'

/** How a clip ended. */
export interface ClipEnd {
  readonly state: 'ready' | 'failed'
  readonly reason: string | null
  readonly sizeBytes: number | null
  /** What it shows, where that is less than was asked for. */
  readonly fromUtcMs?: number
  readonly toUtcMs?: number
}

/** How long a clip stays after its end, of time with the power on: dates cannot be trusted. */
export const STAYS_MS = 7 * 24 * 3_600_000

const ENDED = `state NOT IN ('queued', 'cutting')`

export type ClipStore = ReturnType<typeof clipsIn>

export function clipsIn(database: Connection) {
  const byId = database.prepare<[string], ClipRow>('SELECT * FROM clips WHERE id = ?')
  const newest = database.prepare<{ before: number; ride: string | null; limit: number }, ClipRow>(
    `SELECT * FROM clips WHERE number < @before AND (@ride IS NULL OR rideId = @ride)
     ORDER BY number DESC LIMIT @limit`,
  )
  const waiting = database.prepare<[], { count: number }>(`SELECT count(*) AS count FROM clips WHERE NOT (${ENDED})`)
  const oldest = database.prepare<[], ClipRow>(`SELECT * FROM clips WHERE state = 'queued' ORDER BY number LIMIT 1`)
  const add = database.prepare(
    `INSERT INTO clips (id, rideId, camera, fromUtcMs, toUtcMs, exact, overlay, telemetry, privacy)
     VALUES (@id, @rideId, @camera, @fromUtcMs, @toUtcMs, @exact, @overlay, @telemetry, @privacy)`,
  )
  const begin = database.prepare<[string], { begun: number }>(
    `UPDATE clips SET state = 'cutting', begun = begun + 1 WHERE id = ? AND state = 'queued' RETURNING begun`,
  )
  const putBack = database.prepare(
    `UPDATE clips SET state = 'queued', begun = begun - 1 WHERE id = ? AND state = 'cutting'`,
  )
  const queueAgain = database.prepare(`UPDATE clips SET state = 'queued' WHERE state = 'cutting'`)
  const end = database.prepare(
    `UPDATE clips SET state = @state, reason = @reason, sizeBytes = @sizeBytes, expiresInMs = ${STAYS_MS},
       fromUtcMs = coalesce(@fromUtcMs, fromUtcMs), toUtcMs = coalesce(@toUtcMs, toUtcMs)
     WHERE id = @id AND state = 'cutting'`,
  )
  const cancel = database.prepare(
    `UPDATE clips SET state = 'canceled', expiresInMs = ${STAYS_MS} WHERE id = ? AND NOT (${ENDED})`,
  )
  const remove = database.prepare(`DELETE FROM clips WHERE id = ? AND ${ENDED}`)
  const age = database.prepare(`UPDATE clips SET expiresInMs = expiresInMs - ? WHERE expiresInMs IS NOT NULL`)
  const expired = database.prepare<[], ClipRow>('SELECT * FROM clips WHERE expiresInMs <= 0 ORDER BY number')

  const clip = (id: string): Clip | null => {
    const row = byId.get(id)
    return row === undefined ? null : clipOf(row)
  }

  return {
    clip,

    /** A page of clips, newest first, of one ride or of all. @throws UnknownCursor */
    clips: ({ limit, cursor }: Listing, ride: string | null): Listed<Clip> => {
      const [before] = positionOf(cursor, 1) ?? [Number.MAX_SAFE_INTEGER]
      const rows = newest.all({ before: before as number, ride, limit: limit + 1 })
      return listed(rows, limit, clipOf, ({ number }) => [number])
    },

    /** How many are to be made yet. */
    clipsWaiting: (): number => waiting.get()?.count ?? 0,

    /** The clip that waits longest; null where none does. */
    clipNextInLine: (): Clip | null => {
      const row = oldest.get()
      return row === undefined ? null : clipOf(row)
    },

    /** It is on the card when this returns. */
    askForClip: (rideId: string, wish: ClipWish): Clip => {
      const id = randomBytes(6).toString('hex')
      const { exact, overlay, privacy, ...rest } = wish
      const flags = { exact: Number(exact), overlay: Number(overlay), privacy: Number(privacy) }
      add.run({ id, rideId, ...rest, ...flags })
      return { ...wish, id, rideId, state: 'queued', progress: 0, reason: null, sizeBytes: null, expiresInMs: null }
    },

    /** Answers how often it was begun by now, this time included; null where it waits no more. */
    beginClip: (id: string): number | null => begin.get(id)?.begun ?? null,

    /** It was stopped for no fault of its own, and is the next in line again. */
    putClipBack: (id: string): void => void putBack.run(id),

    /** Nobody cuts any clip: what was being cut when the power went waits again. */
    queueCutClipsAgain: (): void => void queueAgain.run(),

    /** Answers false where it was canceled meanwhile. */
    endClip: (id: string, ended: ClipEnd): boolean =>
      end.run({ id, fromUtcMs: null, toUtcMs: null, ...ended }).changes > 0,

    /** Answers false where there is nothing to cancel any more. */
    cancelClip: (id: string): boolean => cancel.run(id).changes > 0,

    /** Answers false for one that has not ended. */
    removeClip: (id: string): boolean => remove.run(id).changes > 0,

    /**
     * So much time with the power on has passed. Not worth a wait for the card: what a power cut takes of it is that time again.
     * Answers the clips whose time is up.
     */
    ageClips: (ms: number): Clip[] => {
      setPragma(database, 'synchronous', 'NORMAL')
      try {
        age.run(ms)
      } finally {
        setPragma(database, 'synchronous', 'FULL')
      }
      return expired.all().map(clipOf)
    },
  }
}

function clipOf(row: ClipRow): Clip {
  const { id, rideId, camera, fromUtcMs, toUtcMs, telemetry, state, reason, sizeBytes, expiresInMs } = row
  return {
    ...{ id, rideId, camera, fromUtcMs, toUtcMs, telemetry, state, reason, sizeBytes },
    exact: row.exact === 1,
    overlay: row.overlay === 1,
    privacy: row.privacy === 1,
    progress: state === 'ready' ? 1 : 0,
    expiresInMs: expiresInMs === null ? null : Math.max(0, Math.round(expiresInMs)),
  }
}

interface ClipRow extends Flags<Omit<Clip, 'progress'>> {
  readonly number: number
  readonly state: ClipState
  readonly begun: number
}
