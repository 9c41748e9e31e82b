/** The pace of a viewer, without a socket: what it gets, what it waits for, what it is told it missed. */
import { describe, expect, it } from 'vitest'
import { RING_MS } from '../../core/api/live.js'
import { createRing, type Ring } from '../../server/live/ring.js'
import { createViewer, MOST_WAITING_BYTES, type Viewer } from '../../server/live/viewer.js'

interface Watched {
  readonly viewer: Viewer
  /** What came: a seq, `now` and a seq, or the ends of a gap. */
  readonly got: string[]
  readonly wire: { waitingBytes: number }
}

class Station {
  nowMs = 0
  readonly ring: Ring = createRing(() => this.nowMs)
  readonly #watched: Watched[] = []

  /** Publishes so many messages, one a tenth of a second; every tenth is a whole picture. */
  publish(count: number): void {
    for (let n = 0; n < count; n++) {
      this.nowMs += 100
      const isNow = (this.ring.lastSeq() + 1) % 10 === 0
      const frame = this.ring.push(isNow, (seq) => JSON.stringify({ kind: isNow ? 'now' : 'fix', seq }))
      for (const { viewer } of this.#watched) viewer.offer(frame)
    }
  }

  watch(since = this.ring.lastSeq()): Watched {
    const got: string[] = []
    const wire = { waitingBytes: 0 }
    const send = (bytes: Buffer): void => {
      const { kind, seq, fromSeq } = JSON.parse(String(bytes))
      got.push(kind === 'gap' ? `gap ${fromSeq}-${seq}` : kind === 'now' ? `now ${seq}` : `${seq}`)
    }
    const viewer = createViewer(this.ring, { send, waitingBytes: () => wire.waitingBytes }, since)
    const watched = { viewer, got, wire }
    this.#watched.push(watched)
    return watched
  }
}

const seqOf = (told: string): number => Number(/\d+$/.exec(told)?.[0])
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n)

describe('a viewer that keeps up', () => {
  it('gets every message, in order', () => {
    const station = new Station()
    const { viewer, got } = station.watch()
    for (let n = 0; n < 40; n++) {
      station.publish(5)
      viewer.acknowledge(station.ring.lastSeq())
    }
    expect(got.map(seqOf)).toEqual(range(1, 200))
  })

  it('that never acknowledges gets every message too', () => {
    const station = new Station()
    const { got } = station.watch()
    station.publish(500)
    expect(got.map(seqOf)).toEqual(range(1, 500))
  })
})

describe('a viewer that acknowledges and falls behind', () => {
  it('gets thirty, and then nothing', () => {
    const station = new Station()
    const { viewer, got } = station.watch()
    station.publish(5)
    viewer.acknowledge(5)
    station.publish(100)
    expect(got).toHaveLength(35)
    viewer.acknowledge(5)
    expect(got).toHaveLength(35)
  })

  it('is told what it missed, and gets the newest whole picture first', () => {
    const station = new Station()
    const { viewer, got } = station.watch()
    viewer.acknowledge(0)
    station.publish(55)
    expect(got.at(-1)).toBe('now 30')
    viewer.acknowledge(30)
    expect(got.slice(30)).toEqual(['gap 31-49', 'now 50', '51', '52', '53', '54', '55'])
    station.publish(1)
    expect(got.at(-1)).toBe('56')
  })

  it('gets the newest message where no whole picture came since', () => {
    const station = new Station()
    station.publish(10)
    const { viewer, got } = station.watch()
    viewer.acknowledge(10)
    station.publish(39) // 11 to 49; the pictures are 20, 30 and 40.
    viewer.acknowledge(13)
    expect(got.slice(30)).toEqual(['gap 41-48', '49'])
  })

  it('gets one for one as it acknowledges, never more than thirty under way', () => {
    const station = new Station()
    const { viewer, got } = station.watch()
    let acknowledged = 0
    viewer.acknowledge(0)
    for (let n = 0; n < 400; n++) {
      station.publish(3)
      const under = got.filter((told) => !told.startsWith('gap') && seqOf(told) > acknowledged)
      expect(under.length).toBeLessThanOrEqual(30)
      acknowledged = seqOf(under[0] ?? String(acknowledged))
      viewer.acknowledge(acknowledged)
    }
    const told = got.flatMap((one) => {
      const [, from, to] = /^gap (\d+)-(\d+)$/.exec(one) ?? []
      return from === undefined ? [seqOf(one)] : range(Number(from), Number(to))
    })
    expect(told).toEqual(range(1, told.length)) // Each is had or announced, once, in order.
    expect(got.some((one) => one.startsWith('gap'))).toBe(true)
  })

  it('cannot have more waiting than the limit by acknowledging what it never read', () => {
    const station = new Station()
    const { viewer, got, wire } = station.watch()
    viewer.acknowledge(0)
    wire.waitingBytes = MOST_WAITING_BYTES + 1
    for (let n = 0; n < 10; n++) {
      station.publish(10)
      viewer.acknowledge(1e9)
    }
    expect(got).toEqual([])
  })
})

describe('a viewer that never acknowledges and falls behind', () => {
  it('gets nothing over the limit, and once drained what it missed and the newest', () => {
    const station = new Station()
    const { viewer, got, wire } = station.watch()
    station.publish(4)
    wire.waitingBytes = MOST_WAITING_BYTES + 1
    station.publish(30)
    expect(got.map(seqOf)).toEqual([1, 2, 3, 4])
    wire.waitingBytes = 0
    viewer.drained()
    expect(got.slice(4)).toEqual(['gap 5-29', 'now 30', '31', '32', '33', '34'])
    station.publish(1)
    expect(got.at(-1)).toBe('35')
  })

  it('holds nobody else up', () => {
    const station = new Station()
    const slow = station.watch()
    const quick = station.watch()
    slow.wire.waitingBytes = MOST_WAITING_BYTES + 1
    station.publish(50)
    expect([slow.got.length, quick.got.length]).toEqual([0, 50])
  })
})

describe('a viewer that comes back', () => {
  it('gets all it missed, thirty at a time as it acknowledges, while new ones come', () => {
    const station = new Station()
    station.publish(100)
    const { viewer, got } = station.watch(10)
    expect(got.map(seqOf)).toEqual(range(11, 40))
    station.publish(5)
    expect(got).toHaveLength(30)
    for (let guard = 0; got.length < 95 && guard < 50; guard++) viewer.acknowledge(seqOf(got.at(-1) ?? '0') - 4)
    expect(got.map(seqOf)).toEqual(range(11, 105))
    station.publish(1)
    expect(got.at(-1)).toBe('106')
  })

  it('and does not acknowledge gets all it missed as its buffer allows', () => {
    const station = new Station()
    station.publish(100)
    const { viewer, got, wire } = station.watch(10)
    wire.waitingBytes = MOST_WAITING_BYTES + 1
    viewer.stopWaitingForAcknowledgements()
    expect(got).toHaveLength(30)
    station.publish(10)
    wire.waitingBytes = 0
    viewer.drained()
    expect(got.map(seqOf)).toEqual(range(11, 110))
  })

  it('is told of what can no longer be had', () => {
    const station = new Station()
    station.publish(RING_MS / 100 + 500)
    const last = station.ring.lastSeq()
    const { viewer, got } = station.watch(3)
    viewer.stopWaitingForAcknowledgements()
    const oldest = station.ring.oldestSeq()
    expect(got[0]).toBe(`gap 4-${oldest - 1}`)
    expect(got.slice(1).map(seqOf)).toEqual(range(oldest, last))
    expect(last - oldest).toBeGreaterThanOrEqual(RING_MS / 100 - 1)
    expect(last - oldest).toBeLessThanOrEqual(RING_MS / 100 + 1)
  })

  it('with nothing missed just goes on', () => {
    const station = new Station()
    station.publish(10)
    const { got } = station.watch(10)
    station.publish(2)
    expect(got).toEqual(['11', '12'])
  })
})

describe('the ring', () => {
  it('holds ten minutes and no more, however long it runs', () => {
    const station = new Station()
    station.publish(30_000)
    const kept = station.ring.lastSeq() - station.ring.oldestSeq() + 1
    expect(kept).toBe(RING_MS / 100 + 1)
    expect(station.ring.at(station.ring.oldestSeq() - 1)).toBeUndefined()
    expect(station.ring.at(station.ring.oldestSeq())?.seq).toBe(station.ring.oldestSeq())
    expect(station.ring.at(station.ring.lastSeq() + 1)).toBeUndefined()
  })

  it('is bounded in a flood', () => {
    const station = new Station()
    for (let n = 0; n < 20_000; n++) station.ring.push(false, String)
    expect(station.ring.lastSeq() - station.ring.oldestSeq() + 1).toBe(16_384)
  })
})
