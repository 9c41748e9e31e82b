/** What a card may hold after a power cut: everything up to its last flush, and of what came later whatever it pleases. */
import { seeded } from '../fakes/fake-gpsd.js'
import type { BlockRecord } from './block-log.js'

/**
 * What became of the writes since the last flush. in-order: all are there; shuffled: any 4 KiB of them are, or are not;
 * torn: any 1 KiB. Not less: no card tears what ext4 keeps in one sector, such as its superblock.
 */
export type Disorder = 'in-order' | 'shuffled' | 'torn'

export interface CrashState {
  /** As a test tells of it. */
  readonly name: string
  /** The latest moment at which the power may have gone: then came the first record that is missing. */
  readonly cutMonoMs: number
  /** What has to be written over the card as it was at first, in this order. */
  readonly writes: readonly CardWrite[]
}

export interface CardWrite {
  readonly offset: number
  readonly bytes: Buffer
}

export interface CrashPlan {
  readonly count: number
  readonly seed: number
  /** Cuts lie between these moments. */
  readonly fromMonoMs: number
  readonly toMonoMs: number
}

const DISORDERS: readonly Disorder[] = ['in-order', 'shuffled', 'torn']
const PIECE_BYTES = { shuffled: 4096, torn: 1024 } as const

/** Cuts at random blocks, spread over all that were written in that time; the same for the same seed. */
export function crashStates(records: readonly BlockRecord[], plan: CrashPlan): CrashState[] {
  const { count, seed, fromMonoMs, toMonoMs } = plan
  const random = seeded(seed)
  const first = records.filter(({ monoMs }) => monoMs <= fromMonoMs).length
  const last = records.filter(({ monoMs }) => monoMs < toMonoMs).length
  return Array.from({ length: count }, (_, index) => {
    const cut = first + Math.floor(((index + random()) * (last - first + 1)) / count)
    const disorder = DISORDERS[index % DISORDERS.length] ?? 'in-order'
    const cutMonoMs = Math.min(records[cut]?.monoMs ?? toMonoMs, toMonoMs)
    const name = `${disorder} after ${cut} of ${records.length} blocks`
    return { name, cutMonoMs, writes: survivingWrites(records.slice(0, cut), disorder, random) }
  })
}

/** What of all that the card was given before the cut is on it. */
export function survivingWrites(
  records: readonly BlockRecord[],
  disorder: Disorder,
  random: () => number,
): readonly CardWrite[] {
  const flushed = records.findLastIndex(({ kind }) => kind === 'flush') + 1
  return [...writesIn(records.slice(0, flushed)), ...survivors(writesIn(records.slice(flushed)), disorder, random)]
}

function survivors(writes: readonly CardWrite[], disorder: Disorder, random: () => number): readonly CardWrite[] {
  if (disorder === 'in-order') return writes
  return writes.flatMap((write) => piecesOf(write, PIECE_BYTES[disorder])).filter(() => random() < 0.5)
}

const writesIn = (records: readonly BlockRecord[]): CardWrite[] =>
  records.flatMap((record) => (record.kind === 'write' ? [{ offset: record.offset, bytes: record.bytes }] : []))

function piecesOf({ offset, bytes }: CardWrite, pieceBytes: number): CardWrite[] {
  return Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) => {
    const from = index * pieceBytes
    return { offset: offset + from, bytes: bytes.subarray(from, from + pieceBytes) }
  })
}
