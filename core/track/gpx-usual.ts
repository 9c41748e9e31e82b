/** Reads points of a track that are written as most programs write them, in a fraction of the time that any XML takes. */

/** A position, then height and time or neither, and nothing else: no entity, no comment, no extension. */
const POINT =
  /(?:\r?\n|[ \t])*<trkpt lat="([-.\d]{1,30})" lon="([-.\d]{1,30})">(?:\r?\n|[ \t])*(?:<ele>([-.\d]{1,30})<\/ele>(?:\r?\n|[ \t])*)?(?:<time>([-:.\dTZ]{1,40})<\/time>(?:\r?\n|[ \t])*)?<\/trkpt>/y

const POINT_ENDS = '</trkpt>'

/** Told of each point, in order: its text, undefined where it has no such element. */
export type HearUsual = (lat: string, lon: string, ele: string | undefined, time: string | undefined) => void

/**
 * Reads on as long as points are written so. Nothing but points and the space before them is passed over, so that the rest
 * is well-formed if the whole is.
 * @param from where a point may begin: in a <trkseg>, between its elements
 * @returns where the rest begins; `from` if nothing was read
 */
export function readUsualPoints(text: string, from: number, hear: HearUsual): number {
  let readTo = from
  POINT.lastIndex = from
  for (let found = POINT.exec(text); found !== null; found = POINT.exec(text)) {
    readTo = POINT.lastIndex
    hear(found[1] ?? '', found[2] ?? '', found[3], found[4])
  }
  return readTo
}

/** Where the next point ends, which is the end of the text where none does. */
export function endOfPoint(text: string, from: number): number {
  const at = text.indexOf(POINT_ENDS, from)
  return at === -1 ? text.length : at + POINT_ENDS.length
}

/** How many lines end in a part of a text. */
export function lineEnds(text: string, from: number, to: number): number {
  let count = 0
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count += 1
  return count
}
