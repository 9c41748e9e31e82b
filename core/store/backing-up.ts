/** Keeps what a lost catalogue is made of again: copies it when asked, checks it after an end that was none, and lays in ballast. */
import { renameSync, rmSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { BALLAST_BYTES, hasBallast, layInBallast } from './ballast.js'
import type { Carers } from './care.js'
import { backupName } from './generations.js'
import { sizeOf } from './opening.js'
import type { SaidFacts } from './orders.js'
import { syncPath } from './sync-path.js'
import { failureOf, troubleOf } from './trouble.js'
import type { Writer } from './writer.js'

export interface BackingUp {
  /** Resolves once a copy of the catalogue is on the card. @throws where there is no room, or the card refuses it */
  readonly backUp: () => Promise<void>
  /** @throws where there is no room */
  readonly makeBallast: () => Promise<void>
  /** Looks for damage that nobody has met yet, has copied what no backup covers, and lays in ballast. Never rejects. */
  readonly lookAfter: () => Promise<void>
  /** What was written makes a backup due, or makes it impossible to wait for one. */
  readonly hasWritten: () => void
}

export interface BackingUpOptions {
  readonly writer: Writer
  readonly carers: Carers
  /** Nothing is written between the two. */
  readonly hold: () => void
  readonly release: () => void
  readonly say: (level: 'info' | 'warn' | 'error', message: string, facts: SaidFacts) => void
  readonly longBytes?: number
}

/** What a copy and the ballast leave free at least. */
const LEFT_FREE_BYTES = 64 * 1024 * 1024
/** A card may take that long for the commit under way. */
const BEGINS_WITHIN_MS = 30_000
/** So much is carried out again in a few seconds. */
const LONG_BYTES = 32 * 1024 * 1024

export function keepBackups(file: string, options: BackingUpOptions): BackingUp {
  const { writer, carers, hold, release, say, longBytes = LONG_BYTES } = options
  const folder = dirname(file)
  let underWay: Promise<void> | null = null
  let longAtBytes = longBytes

  const requireRoom = (bytes: number): void => {
    const { bavail, bsize } = statfsSync(folder)
    if (bavail * bsize < bytes + LEFT_FREE_BYTES) throw failureOf('there is no room for it on the card', 'SQLITE_FULL')
  }

  /** Where it cannot be made again now, the writer has said so, and tries again when it is asked for something. */
  const isMended = (error: unknown): boolean => {
    try {
      writer.isDamaged(error)
      return true
    } catch {
      return false
    }
  }

  const copyNow = async (): Promise<void> => {
    const to = `${file}.copying`
    const mayBegin = new SharedArrayBuffer(4)
    let generation: number | null = null
    try {
      requireRoom(sizeOf(file))
      await carers.ask({ kind: 'copy', file, to, mayBegin, withinMs: BEGINS_WITHIN_MS }, ({ kind }) => {
        if (kind === 'ready') hold()
        if (kind === 'ready') Atomics.store(new Int32Array(mayBegin), 0, 1)
        if (kind === 'ready') Atomics.notify(new Int32Array(mayBegin), 0)
        if (kind === 'begun') generation = writer.redo.beginNext()
        if (kind !== 'ready') release()
      })
      if (generation === null) throw new Error('the copy has no beginning')
      renameSync(to, backupName(file, generation))
      syncPath(folder)
      writer.redo.keepTwo()
      writer.isCovered()
      longAtBytes = longBytes
    } catch (error) {
      rmSync(to, { force: true })
      if (troubleOf(error) === 'damaged') isMended(error)
      say('warn', 'the catalogue could not be copied', { error: (error as Error).message })
      throw error
    } finally {
      release()
    }
  }

  const backUp = (): Promise<void> => {
    underWay ??= copyNow().finally(() => {
      underWay = null
    })
    return underWay
  }

  const makeBallast = async (): Promise<void> => {
    if (hasBallast(file)) return
    requireRoom(BALLAST_BYTES)
    await carers.wait((signal) => layInBallast(file, signal))
  }

  return {
    backUp,

    makeBallast,

    lookAfter: async () => {
      try {
        await carers.ask({ kind: 'check', file })
      } catch (error) {
        if (troubleOf(error) !== 'damaged')
          return say('warn', 'the catalogue could not be checked', { error: (error as Error).message })
        if (!isMended(error)) return
      }
      if (writer.isUncovered()) await backUp().catch(() => {}) // It has said why not.
      await makeBallast().catch(() => {}) // There is no room just now, or it is told where it counts.
    },

    hasWritten: () => {
      const bytes = writer.redo.sizeBytes()
      // An import would else have all of a large catalogue copied again and again.
      if (bytes < longAtBytes || bytes < sizeOf(file)) return
      longAtBytes = bytes + longBytes
      if (bytes >= 3 * Math.max(longBytes, sizeOf(file))) {
        say('warn', 'no backup of the catalogue could be made for long: what was noted for one goes', { bytes })
        writer.redo.beginOver()
        longAtBytes = longBytes
      }
      void backUp().catch(() => {}) // It has said why not.
    },
  }
}
