/** The pace of one viewer: what it gets, what it has to wait for, and what it is told it missed. Knows no socket. */
import { type Gap, MOST_UNACKNOWLEDGED } from '../../core/api/live.js'
import type { LiveFrame, Past } from './ring.js'

/** Where a viewer's frames go. */
export interface Wire {
  readonly send: (bytes: Buffer) => void
  /** Handed over but not taken by the network yet. When it has once been over the limit, drained() must follow. */
  readonly waitingBytes: () => number
}

export interface Viewer {
  /** Takes a new live message, or leaves it out where the viewer is behind. Called for every viewer at every message. */
  readonly offer: (frame: LiveFrame) => void
  /** The viewer has worked through everything up to a seq. */
  readonly acknowledge: (seq: number) => void
  /** Everything handed to the wire has left. */
  readonly drained: () => void
  /** It had time enough to acknowledge, and is taken for one that never does until it does. */
  readonly stopWaitingForAcknowledgements: () => void
}

/** No viewer has more than this waiting for it, and one message. */
export const MOST_WAITING_BYTES = 64 * 1024
/** How many of the last messages sent are remembered: a power of two above MOST_UNACKNOWLEDGED. */
const REMEMBERED = 32

/**
 * A viewer that acknowledges has at most 30 live messages under way; none has more than 64 KiB. Live, whatever does
 * not fit is left out, and the newest whole picture goes first when there is room again. After a cut (`since`), nothing
 * is left out that can still be had; until that is done a viewer of which nobody knows whether it acknowledges gets 30.
 * @param since the last seq it has seen
 */
export function createViewer(past: Past, wire: Wire, since: number): Viewer {
  /** The last seq sent, or announced as missed. */
  let toldSeq = since
  let isResuming = since < past.lastSeq()
  /** Live, and something was left out. */
  let isBehind = false
  let pace: 'unknown' | 'acknowledged' | 'buffered' = 'unknown'
  const sentSeqs = new Array<number>(REMEMBERED).fill(0)
  let sent = 0
  let unacknowledged = 0

  const isFull = (): boolean => {
    const isCounted = pace === 'acknowledged' || (pace === 'unknown' && isResuming)
    return (isCounted && unacknowledged >= MOST_UNACKNOWLEDGED) || wire.waitingBytes() > MOST_WAITING_BYTES
  }

  const send = (frame: LiveFrame): void => {
    wire.send(frame.bytes)
    toldSeq = frame.seq
    sentSeqs[sent++ % REMEMBERED] = frame.seq
    unacknowledged++
  }

  const announce = (toSeq: number): void => {
    const gap: Gap = { kind: 'gap', seq: toSeq, fromSeq: toldSeq + 1, toSeq }
    wire.send(Buffer.from(JSON.stringify(gap)))
    toldSeq = toSeq
  }

  /** Sends in order, from behind toldSeq to the end or until it is full. Answers whether it came to the end. */
  const sendOn = (): boolean => {
    while (toldSeq < past.lastSeq()) {
      if (isFull()) return false
      if (toldSeq + 1 < past.oldestSeq()) announce(past.oldestSeq() - 1)
      const frame = past.at(toldSeq + 1)
      if (frame !== undefined) send(frame)
    }
    return true
  }

  const goOn = (): void => {
    if (isResuming) isResuming = !sendOn()
    if (!isBehind || isFull()) return
    const newestSeq = past.lastNowSeq() > toldSeq ? past.lastNowSeq() : past.lastSeq()
    if (newestSeq > toldSeq + 1) announce(newestSeq - 1)
    isBehind = !sendOn()
  }

  goOn()
  return {
    offer: (frame) => {
      if (isBehind) return
      if (isResuming) return goOn()
      if (isFull()) isBehind = true
      else send(frame)
    },
    acknowledge: (seq) => {
      pace = 'acknowledged'
      unacknowledged = sentSeqs.filter((sentSeq) => sentSeq > seq).length
      goOn()
    },
    drained: goOn,
    stopWaitingForAcknowledgements: () => {
      if (pace === 'unknown') pace = 'buffered'
      goOn()
    },
  }
}
