/** The log of a card's writes and flushes, as block-log-server.mjs keeps it. */

export type BlockRecord =
  | { readonly kind: 'write'; readonly monoMs: number; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'flush'; readonly monoMs: number }

const HEAD_BYTES = 25
const WRITE = 1

/** The records of a log, in the order in which the card carried them out. A last one that is cut short is left out. */
export function parseBlockLog(log: Buffer): BlockRecord[] {
  const records: BlockRecord[] = []
  for (let at = 0; at + HEAD_BYTES <= log.length; ) {
    const monoMs = log.readDoubleLE(at + 1)
    const endAt = at + HEAD_BYTES + log.readDoubleLE(at + 17)
    if (endAt > log.length) break
    const bytes = log.subarray(at + HEAD_BYTES, endAt)
    records.push(
      log.readUInt8(at) === WRITE
        ? { kind: 'write', monoMs, offset: log.readDoubleLE(at + 9), bytes }
        : { kind: 'flush', monoMs },
    )
    at = endAt
  }
  return records
}
