/** Room for an index in the head of a fragmented MP4 that a program writes from front to back: a comment holds it until then. */
import { type Box, boxOf } from './boxes.js'
import { sidxBytes, sidxOf } from './sidx.js'
import type { VideoIndex } from './video-index.js'

const BOX_HEAD_BYTES = 8
/** Where ffmpeg puts what it is told as `-metadata comment=…`. */
const WAY_TO_COMMENT = ['moov', 'udta', 'meta', 'ilst', '©cmt']

/** A comment that takes as much room as the index of so many fragments, and no less. */
export const commentForIndex = (fragments: number): string => ' '.repeat(sidxBytes(fragments))

/**
 * The head of a file, ftyp and moov, with an index where the comment was: as long as it is, so that nothing behind it moves.
 * Null where there is no such comment, or too little room in it.
 */
export function headWithIndex(head: Buffer, index: VideoIndex): Buffer | null {
  const way = wayTo(WAY_TO_COMMENT, head)
  const comment = way.pop()
  if (comment === undefined) return null
  const commentBytes = comment.endAt - startOf(comment)
  const sidx = sidxOf(index, commentBytes)
  if (sidx === null) return null
  const rest = Buffer.concat([head.subarray(0, startOf(comment)), head.subarray(comment.endAt)])
  for (const box of way) rest.writeUInt32BE(box.endAt - startOf(box) - commentBytes, startOf(box))
  return Buffer.concat([rest, sidx])
}

/** All boxes on the way to an inner one, that one included; none where it is not there. */
function wayTo(types: readonly string[], head: Buffer): Box[] {
  const way: Box[] = []
  let within = { bodyAt: 0, endAt: head.length }
  for (const type of types) {
    const box = boxOf(type, head, within)
    if (box === null) return []
    way.push(box)
    // meta alone of these has a version and flags before what is in it.
    within = type === 'meta' ? { bodyAt: box.bodyAt + 4, endAt: box.endAt } : box
  }
  return way
}

const startOf = ({ bodyAt }: Box): number => bodyAt - BOX_HEAD_BYTES
