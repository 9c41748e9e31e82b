/** Which boot this is, and its clock that never jumps. */
import { readFileSync } from 'node:fs'
import type { Moment } from '../ride/clock.js'

/** The kernel's name for this boot: every process sees the same one. */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

/**
 * CLOCK_MONOTONIC in milliseconds, the same in every process of a boot.
 * Not performance.now(), whose zero is the start of the process.
 */
export function monoNowMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000
}

export const momentNow = (bootId: string): Moment => ({ bootId, monoMs: monoNowMs() })
