/** Watches over the room on the card: measures it, has it made, tries whether anything can be written, and says whether to record. */
import { statfs } from 'node:fs/promises'
import { createBell } from '../../core/process/bell.js'
import type { Log } from '../../core/process/log.js'
import type { Service } from '../../core/process/service.js'
import { createToggle } from '../../core/process/toggle.js'
import type { StorageNow } from '../../core/ride/now.js'
import type { FootageBytes } from '../../core/store/making-room.js'
import type { Store } from '../../core/store/store.js'
import { type Card, fullBytes, hasAnHour, hoursLeftOf, type Limits, stateOf, surplusBytes } from './limits.js'
import type { Retention, RoomMade } from './retention.js'
import { probeByWriting } from './write-probe.js'

export interface Storage {
  readonly now: () => StorageNow
  /** Why no video can be recorded, in words for the rider; null while it can. */
  readonly refusal: () => string | null
  /** Resolves once video can be recorded, with a signal that aborts when it cannot any more or the given one aborts. */
  readonly whenTaking: (signal: AbortSignal) => Promise<AbortSignal>
  /** Whether there is room for a second copy of a segment. */
  readonly hasRoomToTag: () => boolean
  /** Whether files can be written at all. */
  readonly isWritable: () => boolean
  /** Somebody could not write: it is looked at now. */
  readonly doubt: () => void
  readonly service: Service
}

export interface StorageOptions {
  /** Absolute path of the footage folder, and of a file beside it that is written to see whether that works. */
  readonly footage: string
  readonly probe: string
  /** Whether video is recorded until the first look. */
  readonly isTaking: boolean
  readonly limits: Limits & { readonly incidentSharePercent: number }
  /** The cameras with what each writes in bytes a second by its settings: used until that was measured. */
  readonly cameras: readonly { readonly name: string; readonly bytesPerSecond: number }[]
  readonly store: Pick<Store, 'footageBytes' | 'measuredBytesPerSecond'>
  readonly retention: Retention
  /** The card takes writes again, or for the first time. */
  readonly onWritable: () => Promise<void>
  readonly log: Log
}

const LOOK_EVERY_MS = 10_000

/** Why no video is recorded. */
type Stopped = 'the card cannot be written' | 'the card is full of what is kept'

export function watchStorage(options: StorageOptions): Storage {
  const { footage, limits, store, retention, log } = options
  const taking = createToggle(options.isTaking)
  const bell = createBell()
  let now: StorageNow = { state: options.isTaking ? 'ok' : 'failed', freeBytes: null, hoursLeft: null, keptBytes: 0 }
  let footageBytes: FootageBytes = { all: 0, keptByRider: 0, keptByDevice: 0 }
  let bytesPerSecond = options.cameras.reduce((sum, camera) => sum + camera.bytesPerSecond, 0)
  let isWritable = false
  let isStuck = false
  let stopped: Stopped | null = options.isTaking ? null : 'the card cannot be written'

  const stop = (because: Stopped | null): void => {
    stopped = because
    taking.turn(because === null)
  }

  const fail = (error: unknown): void => {
    if (now.state !== 'failed')
      log.error('the card cannot be written: video stops, the track is kept in memory', { error })
    isWritable = false
    now = { ...now, state: 'failed', freeBytes: null, hoursLeft: null }
    stop('the card cannot be written')
  }

  /** Where the catalogue is in trouble, what was known last holds. */
  const askCatalogue = async (): Promise<void> => {
    try {
      footageBytes = await store.footageBytes()
      let sum = 0
      for (const { name, bytesPerSecond } of options.cameras) {
        sum += (await store.measuredBytesPerSecond(name)) ?? bytesPerSecond
      }
      bytesPerSecond = sum
    } catch (error) {
      log.warn('the catalogue does not say what lies on the card', { error })
    }
  }

  /** A catalogue in trouble, or a file that cannot be removed, does not end the video while there is room. */
  const makeRoom = async (...asked: Parameters<Retention['makeRoom']>): Promise<RoomMade> => {
    try {
      const made = await retention.makeRoom(...asked)
      isStuck = false
      return made
    } catch (error) {
      if (!isStuck) log.error('no room can be made on the card', { error })
      isStuck = true
      return { freedBytes: 0, isMore: false }
    }
  }

  const look = async (signal: AbortSignal): Promise<void> => {
    const probed = await probeByWriting(options.probe)
    if (probed.kind === 'failed') return fail(probed.because)
    if (!isWritable) await options.onWritable()
    isWritable = true
    await askCatalogue()
    let card = await cardOf(footage, footageBytes.all)
    const shareBytes = (card.totalBytes * limits.incidentSharePercent) / 100
    const surplus = surplusBytes(card, limits, bytesPerSecond)
    const made = surplus > 0 ? await makeRoom(surplus, shareBytes, signal) : null
    if (made !== null && made.freedBytes > 0) {
      await askCatalogue()
      card = await cardOf(footage, footageBytes.all)
    }
    // There is more to go than one look takes: the next comes at once.
    if (made?.isMore === true) bell.ring()
    take(card, shareBytes, made !== null && !made.isMore)
  }

  const take = (card: Card, shareBytes: number, mayNothingGo: boolean): void => {
    const keptBytes = footageBytes.keptByRider + Math.min(footageBytes.keptByDevice, shareBytes)
    const hoursLeft = hoursLeftOf(card.freeBytes, Math.max(0, footageBytes.all - keptBytes), bytesPerSecond)
    const state = stateOf(card.freeBytes, hoursLeft, bytesPerSecond)
    if (state !== now.state) log.warn('room on the card', { state, freeBytes: card.freeBytes, keptBytes })
    now = { state, freeBytes: knownOf(card.freeBytes), hoursLeft: knownOf(hoursLeft), keptBytes }
    if (state === 'full' && mayNothingGo) {
      if (stopped === null) log.error('the card is full of what is kept: video stops, the track goes on', { keptBytes })
      stop('the card is full of what is kept')
      return
    }
    // Once full it needs a good piece of room to begin again, or it would stop and begin all the time.
    const isStillFull = stopped === 'the card is full of what is kept' && card.freeBytes < 2 * fullBytes(bytesPerSecond)
    if (!isStillFull) stop(null)
  }

  return {
    now: () => now,
    refusal: () => stopped,
    whenTaking: taking.whenOn,
    hasRoomToTag: () => isWritable && hasAnHour(now.hoursLeft),
    isWritable: () => isWritable,
    doubt: bell.ring,
    service: {
      name: 'storage',
      run: async (signal) => {
        while (!signal.aborted) {
          // A folder that is gone with the card it was on fails in its own way.
          await look(signal).catch(fail)
          await bell.rung(LOOK_EVERY_MS, signal)
        }
      },
    },
  }
}

/** A file system that does not tell how large it is, as some over a network, is not one without any room: nothing goes for it. */
async function cardOf(footage: string, footageBytes: number): Promise<Card> {
  const { blocks, bavail, bsize } = await statfs(footage)
  return {
    totalBytes: blocks * bsize,
    freeBytes: blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize,
    footageBytes,
  }
}

const knownOf = (value: number | null): number | null => (value === Number.POSITIVE_INFINITY ? null : value)
