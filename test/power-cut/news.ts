/** What a device on a card tells its listeners of segments that have closed. */
import { join } from 'node:path'
import { openServerEnd } from '../../core/link/server-end.js'
import { monoNowMs } from '../../core/process/boot.js'
import type { SegmentState } from '../../core/ride/footage.js'
import type { Card } from './card.js'
import { dataFromOutside } from './device-on-card.js'

/** A segment that the device told everybody was closed, or tagged. */
export interface Announced {
  readonly id: string
  readonly state: SegmentState
  readonly monoMs: number
}

export interface Listening {
  readonly announced: readonly Announced[]
  readonly stop: () => Promise<void>
}

/** Listens from now on, be the device there or not yet. */
export function listenTo(card: Card): Listening {
  const announced: Announced[] = []
  const stop = new AbortController()
  const link = openServerEnd({
    paths: [join(dataFromOutside(card), 'device.sock')],
    hear: (news) => {
      if (news.kind !== 'segment' || news.segment.state === 'recording') return
      announced.push({ id: news.segment.id, state: news.segment.state, monoMs: monoNowMs() })
    },
    log: { info: () => {}, warn: () => {}, error: () => {} },
  })
  const listening = link.service.run(stop.signal)
  return {
    announced,
    stop: async () => {
      stop.abort()
      await listening
    },
  }
}
