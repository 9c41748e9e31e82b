/** Passes the device's news, and the server's own, on to everyone who watches: each message is written once, and the same bytes go to all. */
import { randomBytes } from 'node:crypto'
import type { Hello } from '../../core/api/live.js'
import type { News } from '../../core/link/messages.js'
import { monoNowMs } from '../../core/process/boot.js'
import { pause, type Service } from '../../core/process/service.js'
import type { Clip } from '../../core/ride/clip.js'
import type { Now } from '../../core/ride/now.js'
import { createRing } from './ring.js'
import { createViewer, type Viewer, type Wire } from './viewer.js'

/** What the server itself has to tell. */
export interface ClipNews {
  readonly kind: 'clip'
  readonly clip: Clip
}

export interface Hub {
  readonly publish: (news: News | ClipNews) => void
  /**
   * Greets a viewer and has it watch.
   * @param since EPOCH:SEQ, the last message it has seen; null or of another epoch for a viewer that begins anew
   */
  readonly join: (wire: Wire, since: string | null) => Viewer
  readonly leave: (viewer: Viewer) => void
  /** While the device is away, tells once a second how long it has been. */
  readonly service: Service
}

export interface HubOptions {
  /** The last picture of the device with how long ago that was; null where none ever came. */
  readonly lastNow: () => Now | null
  readonly nowMonoMs?: () => number
}

/** The device tells of itself once a second: later than this it is late. */
const AWAY_AFTER_MS = 1_500
const LOOK_EVERY_MS = 250
const AWAY_EVERY_MS = 1_000

export function openHub({ lastNow, nowMonoMs = monoNowMs }: HubOptions): Hub {
  const epoch = randomBytes(8).toString('hex')
  const ring = createRing(nowMonoMs)
  const viewers = new Set<Viewer>()
  let toldNowMonoMs = nowMonoMs()

  const publish = (news: News | ClipNews): void => {
    const isNow = news.kind === 'now'
    if (isNow) toldNowMonoMs = nowMonoMs()
    const frame = ring.push(isNow, (seq) => JSON.stringify({ seq, ...news }))
    for (const viewer of viewers) viewer.offer(frame)
  }

  return {
    publish,
    join: (wire, since) => {
      const lastSeq = ring.lastSeq()
      const hello: Hello = { kind: 'hello', seq: lastSeq, epoch, now: lastNow() }
      wire.send(Buffer.from(JSON.stringify(hello)))
      const viewer = createViewer(ring, wire, seenSeq(since, epoch, lastSeq))
      viewers.add(viewer)
      return viewer
    },
    leave: (viewer) => {
      viewers.delete(viewer)
    },
    service: {
      name: 'live hub',
      run: async (signal) => {
        while (!signal.aborted) {
          await pause(LOOK_EVERY_MS, signal)
          const now = lastNow()
          if (now === null || now.deviceSeenMsAgo < AWAY_AFTER_MS) continue
          if (nowMonoMs() - toldNowMonoMs >= AWAY_EVERY_MS - LOOK_EVERY_MS / 2) publish({ kind: 'now', now })
        }
      },
    },
  }
}

/** Where a viewer goes on; one with another epoch, or with a seq that was never given out, begins anew. */
function seenSeq(since: string | null, epoch: string, lastSeq: number): number {
  const [ofEpoch, seq] = since?.split(':') ?? []
  if (ofEpoch !== epoch || !/^\d{1,15}$/.test(seq ?? '')) return lastSeq
  return Math.min(Number(seq), lastSeq)
}
