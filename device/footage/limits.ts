/** How much of the card must stay free, what has to go for it, and what to call the room that is left. */
import type { StorageNow } from '../../core/ride/now.js'

export interface Limits {
  /** What footage may take at most; null where only free room counts. */
  readonly mostFootageBytes: number | null
  /** Free on the card at least: the larger of this share and of an hour of recording. */
  readonly freePercent: number
}

export interface Card {
  readonly totalBytes: number
  readonly freeBytes: number
  readonly footageBytes: number
}

export const HOUR_S = 3_600
/** Below the limit by this share once it sweeps, so that it does not sweep a little all the time. */
const HYSTERESIS = 0.05
/** Under this many hours the rider is told. */
const LOW_HOURS = 1
/** Less than this is nothing: a recorder's buffers and the database need it. */
const LEAST_FREE_BYTES = 64 * 1024 * 1024
/** A look comes every ten seconds: what is written in twice the time must fit. */
const UNSEEN_S = 20

/** How many bytes have to go; 0 while there is room. @param bytesPerSecond what all cameras write together */
export function surplusBytes(card: Card, limits: Limits, bytesPerSecond: number): number {
  const wantedFreeBytes = Math.max((card.totalBytes * limits.freePercent) / 100, bytesPerSecond * HOUR_S)
  const missing = missingOf(wantedFreeBytes - card.freeBytes, wantedFreeBytes)
  const most = limits.mostFootageBytes
  return Math.max(missing, most === null ? 0 : missingOf(card.footageBytes - most, most))
}

/** Where there is less than this nothing more is recorded: in bytes. */
export const fullBytes = (bytesPerSecond: number): number => Math.max(LEAST_FREE_BYTES, bytesPerSecond * UNSEEN_S)

/**
 * How long can be recorded, in hours; null where nothing is.
 * @param sweepableBytes what may make room for it
 */
export function hoursLeftOf(freeBytes: number, sweepableBytes: number, bytesPerSecond: number): number | null {
  return bytesPerSecond === 0 ? null : (freeBytes + sweepableBytes) / bytesPerSecond / HOUR_S
}

/** @param hoursLeft null where nothing is recorded: then only an almost full card is worth a word */
export function stateOf(freeBytes: number, hoursLeft: number | null, bytesPerSecond: number): StorageNow['state'] {
  if (freeBytes < fullBytes(bytesPerSecond)) return 'full'
  return hasAnHour(hoursLeft) ? 'ok' : 'low'
}

/** Whether an hour of recording fits, or nothing is recorded. */
export const hasAnHour = (hoursLeft: number | null): boolean => hoursLeft === null || hoursLeft >= LOW_HOURS

const missingOf = (overBytes: number, limitBytes: number): number =>
  overBytes <= 0 ? 0 : overBytes + limitBytes * HYSTERESIS
