/** HLS playlists (RFC 8216) over byte ranges of the files as they lie on the card. */
import { endsWithGop, type Fragment } from '../../core/video/video-index.js'

/** One file of a playlist. */
export interface PlaylistFile {
  /** Relative to the playlist; the same for the same bytes, always. */
  readonly uri: string
  readonly headerBytes: number
  readonly fragments: readonly Fragment[]
  /** UTC of the first frame; null where unknown. */
  readonly startUtcMs: number | null
  /** Whether more fragments may come. */
  readonly isGrowing: boolean
}

/**
 * A media segment ends with the first fragment that makes it this long: two of a camera with a keyframe a second, even
 * one whose seconds are a little short.
 */
const ENOUGH_MS = 1_500
/** What a reader of a growing playlist waits between reads, and no less: the value must not change as it grows. */
const LEAST_TARGET_SECONDS = 2

/**
 * The playlist, or null while there is nothing to play.
 * @param files in order; each is a discontinuity, because the timestamps of each begin at 0
 * @param mayGrow whether the reader is to come back for more; what it was told before then stays, in the same places
 */
export function playlistOf(files: readonly PlaylistFile[], mayGrow: boolean): string | null {
  const told = files.map((file) => ({ file, parts: partsOf(file) })).filter(({ parts }) => parts.length > 0)
  if (told.length === 0) return null
  const longestMs = Math.max(0, ...told.map(({ parts }) => Math.max(...parts.map((part) => part.durationMs))))
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${Math.max(LEAST_TARGET_SECONDS, Math.round(longestMs / 1_000))}`,
    `#EXT-X-PLAYLIST-TYPE:${mayGrow ? 'EVENT' : 'VOD'}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...told.flatMap(({ file, parts }, index) => [
      ...(index === 0 ? [] : ['#EXT-X-DISCONTINUITY']),
      ...linesOf(file, parts),
    ]),
    ...(mayGrow ? [] : ['#EXT-X-ENDLIST']),
  ]
  return `${lines.join('\n')}\n`
}

interface Part {
  readonly offset: number
  readonly sizeBytes: number
  readonly durationMs: number
}

/** Counted from the beginning of the file, so that a file which grows keeps the parts it had. */
function partsOf({ fragments, isGrowing }: PlaylistFile): Part[] {
  const parts: Part[] = []
  let open: Fragment[] = []
  const close = (): void => {
    const [first, last] = [open[0], open.at(-1)]
    if (first === undefined || last === undefined) return
    const durationMs = last.startMs + last.durationMs - first.startMs
    parts.push({ offset: first.offset, sizeBytes: last.offset + last.sizeBytes - first.offset, durationMs })
    open = []
  }
  const isEnough = (untilMs: number): boolean => open[0] !== undefined && untilMs - open[0].startMs >= ENOUGH_MS
  for (const fragment of fragments) {
    if (fragment.beginsWithKeyframe && isEnough(fragment.startMs)) close()
    open.push(fragment)
    // After a long one only the next tells whether it begins with a keyframe.
    if (endsWithGop(fragment) && isEnough(fragment.startMs + fragment.durationMs)) close()
  }
  if (!isGrowing) close()
  return parts
}

function linesOf({ uri, headerBytes, startUtcMs }: PlaylistFile, parts: readonly Part[]): string[] {
  return [
    `#EXT-X-MAP:URI="${uri}",BYTERANGE="${headerBytes}@0"`,
    ...(startUtcMs === null ? [] : [`#EXT-X-PROGRAM-DATE-TIME:${new Date(startUtcMs).toISOString()}`]),
    ...parts.flatMap(({ offset, sizeBytes, durationMs }) => [
      `#EXTINF:${(durationMs / 1_000).toFixed(5)},`,
      `#EXT-X-BYTERANGE:${sizeBytes}@${offset}`,
      uri,
    ]),
  ]
}
