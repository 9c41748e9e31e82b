/** Keeps room for an index between the head of a fragmented MP4 stream and its first fragment. */
import { Transform, type TransformCallback } from 'node:stream'
import { boxAt } from '../../core/video/boxes.js'
import { freeBox } from '../../core/video/sidx.js'

/** Passes a stream through with `roomBytes` of a free box put in before its first moof. */
export function createHeadRoom(roomBytes: number): Transform {
  let head: Buffer | null = Buffer.alloc(0)
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      if (head === null) return done(null, chunk)
      head = Buffer.concat([head, chunk])
      const at = firstFragmentAt(head)
      if (at === null) return done()
      this.push(head.subarray(0, at))
      this.push(freeBox(roomBytes))
      const rest = head.subarray(at)
      head = null
      done(null, rest)
    },
    flush(done) {
      done(null, head ?? undefined)
    },
  })
}

/** Where the first moof begins, null while it has not come. */
function firstFragmentAt(bytes: Buffer): number | null {
  for (let at = 0; ; ) {
    const box = boxAt(bytes, at)
    if (box === null) return null
    if (box.type === 'moof') return at
    at = box.endAt
  }
}
