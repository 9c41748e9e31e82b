/** Where each box of an MP4 is, inner ones too, found by a walk of its own: for tests that break files, or look into them. */

export interface ListedBox {
  /** As in `moov/trak/mdia`. */
  readonly path: string
  readonly startAt: number
  readonly bodyAt: number
  readonly endAt: number
}

const HOLDS_BOXES = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'edts', 'udta'])

export function listBoxes(bytes: Buffer, from = 0, to = bytes.length, above = ''): ListedBox[] {
  const boxes: ListedBox[] = []
  for (let at = from; at + 8 <= to; ) {
    const type = bytes.toString('latin1', at + 4, at + 8)
    const size = bytes.readUInt32BE(at)
    const [sizeBytes, headBytes] = size === 1 ? [Number(bytes.readBigUInt64BE(at + 8)), 16] : [size, 8]
    const box = { path: `${above}${type}`, startAt: at, bodyAt: at + headBytes, endAt: at + sizeBytes }
    boxes.push(box, ...(HOLDS_BOXES.has(type) ? listBoxes(bytes, box.bodyAt, box.endAt, `${box.path}/`) : []))
    at += sizeBytes
  }
  return boxes
}

/** The first one of a path. @throws where there is none */
export function boxAtPath(bytes: Buffer, path: string): ListedBox {
  const box = listBoxes(bytes).find((listed) => listed.path === path)
  if (box === undefined) throw new Error(`no box ${path}`)
  return box
}
