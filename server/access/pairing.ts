/** Pairing: for five minutes a code of eight digits lets one phone in. */
import { createHash, randomInt, timingSafeEqual } from 'node:crypto'
import type { PairingOutcome } from '../../core/api/access.js'
import type { AccessStore } from '../../core/store/access.js'

/** Counted in powered-on time of one boot: dates cannot be trusted. */
const OPEN_FOR_MS = 5 * 60_000
const DIGITS = 8
const TRIES = 5
const MOST_TRIES_A_MINUTE = 10
const MINUTE_MS = 60_000

export interface PairingOpened {
  readonly code: string
  readonly expiresInMs: number
}

export interface OpenPairingOptions {
  readonly store: Pick<AccessStore, 'openPairing'>
  readonly bootId: string
  /** CLOCK_MONOTONIC of this boot. */
  readonly nowMonoMs: number
}

/** Opens pairing with a new code, in place of any before it. Of the code only the SHA-256 is kept. */
export function openPairing({ store, bootId, nowMonoMs }: OpenPairingOptions): PairingOpened {
  const code = String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0')
  store.openPairing({
    codeHash: hashOf(code),
    triesLeft: TRIES,
    bootId,
    openUntilMonoMs: nowMonoMs + OPEN_FOR_MS,
  })
  return { code, expiresInMs: OPEN_FOR_MS }
}

export interface PairingDoorOptions {
  readonly store: Pick<AccessStore, 'pairing' | 'closePairing' | 'spendTry'>
  readonly bootId: string
  readonly nowMonoMs: () => number
  /** Lets a phone of this name in; answers its token. */
  readonly signIn: (name: string) => string
}

/** Takes the codes that phones send: five wrong ones burn the pairing, the right one closes it. */
export function openPairingDoor({ store, bootId, nowMonoMs, signIn }: PairingDoorOptions) {
  let triedMonoMs: number[] = []
  return (code: string, name: string): PairingOutcome => {
    const now = nowMonoMs()
    triedMonoMs = triedMonoMs.filter((tried) => tried > now - MINUTE_MS)
    const oldest = triedMonoMs[0]
    if (oldest !== undefined && triedMonoMs.length >= MOST_TRIES_A_MINUTE) {
      return { kind: 'too-many', againInMs: oldest + MINUTE_MS - now }
    }
    triedMonoMs.push(now)

    const pairing = store.pairing()
    if (pairing === null || pairing.bootId !== bootId) return { kind: 'closed' }
    if (pairing.triesLeft <= 0 || now >= pairing.openUntilMonoMs) return { kind: 'closed' }
    store.spendTry() // First, so that no crash in between gives the try back.
    if (!timingSafeEqual(hashOf(code), pairing.codeHash)) return { kind: 'wrong' }
    store.closePairing()
    return { kind: 'paired', token: signIn(name) }
  }
}

const hashOf = (code: string): Buffer => createHash('sha256').update(code).digest()
