import { describe, expect, it } from 'vitest'
import { seeded } from '../fakes/fake-gpsd.js'
import { type BlockRecord, parseBlockLog } from './block-log.js'
import { type CardWrite, crashStates, type Disorder, survivingWrites } from './crash-states.js'

const KIB = 1024
const write = (monoMs: number, offset: number, fill: number, kib = 32): BlockRecord => ({
  kind: 'write',
  monoMs,
  offset,
  bytes: Buffer.alloc(kib * KIB, fill),
})
const flush = (monoMs: number): BlockRecord => ({ kind: 'flush', monoMs })

/** Each KiB of a card that was all zeros, as a number. */
function cardAfter(writes: readonly CardWrite[]): number[] {
  const card = Buffer.alloc(64 * KIB)
  for (const { offset, bytes } of writes) bytes.copy(card, offset)
  return Array.from({ length: 64 }, (_, kib) => card[kib * KIB] ?? 0)
}

const LOG = [write(1, 0, 1), flush(2), write(3, 32 * KIB, 2), write(4, 0, 3)]

describe('a card after a power cut', () => {
  it.each<Disorder>(['in-order', 'shuffled', 'torn'])('has everything that was flushed (%s)', (disorder) => {
    const writes = survivingWrites([...LOG, flush(5)], disorder, seeded(1))
    expect(cardAfter(writes)).toEqual(cardAfter(LOG.flatMap((record) => (record.kind === 'write' ? [record] : []))))
  })

  it('has all of the rest where it keeps the order', () => {
    const card = cardAfter(survivingWrites(LOG, 'in-order', seeded(1)))
    expect([card.slice(0, 32), card.slice(32)].map((half) => new Set(half))).toEqual([new Set([3]), new Set([2])])
  })

  it.each<[Disorder, number]>([
    ['shuffled', 4],
    ['torn', 1],
  ])('has some of the rest where it does not, in whole pieces (%s)', (disorder, pieceKib) => {
    const card = cardAfter(survivingWrites(LOG, disorder, seeded(1)))
    const pieces = Array.from({ length: 64 / pieceKib }, (_, piece) =>
      card.slice(piece * pieceKib, (piece + 1) * pieceKib),
    )
    for (const piece of pieces) expect(new Set(piece).size).toBe(1)
    // What was flushed before is old or new, and never gone.
    expect(new Set(card.slice(0, 32))).toEqual(new Set([1, 3]))
    expect(new Set(card.slice(32))).toEqual(new Set([0, 2]))
  })
})

describe('the states after cuts', () => {
  const log = Array.from({ length: 100 }, (_, index) => (index % 5 === 4 ? flush(index) : write(index, 0, index, 4)))
  const plan = { count: 20, seed: 3, fromMonoMs: 10, toMonoMs: 90 }

  it('are the same for the same seed, and others for another', () => {
    const names = (seed: number) => crashStates(log, { ...plan, seed }).map(({ name }) => name)
    expect(names(3)).toEqual(names(3))
    expect(names(3)).not.toEqual(names(5))
  })

  it('are spread over the whole time, each told with the latest moment it may be of', () => {
    const moments = crashStates(log, plan).map(({ cutMonoMs }) => cutMonoMs)
    expect(moments).toEqual([...moments].sort((one, other) => one - other))
    expect(moments[0]).toBeGreaterThan(10)
    expect(moments[0]).toBeLessThan(16)
    expect(moments.at(-1)).toBeGreaterThan(84)
    expect(moments.at(-1)).toBeLessThanOrEqual(90)
  })

  it('are there, too, where nothing was written in that time', () => {
    const [state] = crashStates(LOG, { count: 1, seed: 1, fromMonoMs: 50, toMonoMs: 90 })
    expect(state?.cutMonoMs).toBe(90)
    expect(state?.writes.length).toBeGreaterThan(0)
  })
})

describe('the log of a card', () => {
  it('is read to its last whole record', () => {
    const head = (kind: number, monoMs: number, offset: number, length: number) => {
      const bytes = Buffer.alloc(25)
      bytes.writeUInt8(kind, 0)
      for (const [index, value] of [monoMs, offset, length].entries()) bytes.writeDoubleLE(value, 1 + index * 8)
      return bytes
    }
    const log = Buffer.concat([head(1, 1.5, 4096, 3), Buffer.from('abc'), head(2, 2, 0, 0), head(1, 3, 0, 3)])
    const records = [
      { kind: 'write', monoMs: 1.5, offset: 4096, bytes: Buffer.from('abc') },
      { kind: 'flush', monoMs: 2 },
    ]
    expect(parseBlockLog(log)).toEqual(records)
    expect(parseBlockLog(Buffer.concat([log, Buffer.from('ab')]))).toEqual(records)
  })
})
