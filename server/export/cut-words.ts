/** The words for ffmpeg that cut a clip: copied as it is, or encoded anew. */

export interface OutputWords {
  /** The list of what is played, and how much of its beginning is not shown, in milliseconds. */
  readonly list: string
  readonly unseenMs: number
  readonly lastsMs: number
  /** copied: as it is; encoded: where it is no more one stream, or part of it must go; none: no sound. */
  readonly sound: 'copied' | 'encoded' | 'none'
  /** Of the picture, in frames a second. */
  readonly fps: number
  readonly to: string
}

export interface FinalWords {
  /** A file of subtitles (SubRip), or null where there are none. */
  readonly subtitles: string | null
  readonly title: string
  readonly createdUtcMs: number
}

/** A frame that begins with the end is no part of a clip, whichever way its time is rounded. */
const SAME_MS = 0.05

/**
 * The picture as it was recorded. The unseen beginning is given times before 0, of which the muxer makes an edit list: -ss
 * does the same, but on a list it goes past the keyframe wherever the moment is no whole number of microseconds.
 * The index of the file, moov, is written behind the picture.
 */
export const copyWords = (output: OutputWords, final: FinalWords): string[] => [
  ...inputWords(output, final.subtitles),
  ...['-map', '0:v:0', '-c:v', 'copy'],
  ...soundWords(output.sound, false),
  ...finalWords(final),
  ...endWords(output),
]

export interface EncodedWords extends OutputWords {
  readonly widthPx: number
  readonly heightPx: number
  /** Each filter with its options, as ffmpeg's `-vf` takes them. */
  readonly filters: readonly string[]
}

/**
 * Encoded anew: no frame from before the beginning is in the file. No B-frames, so that there is nothing to hide either.
 * @param final null of a part that is joined with others afterwards
 */
export const encodeWords = (output: EncodedWords, final: FinalWords | null): string[] => [
  ...inputWords(output, final?.subtitles ?? null),
  ...['-map', '0:v:0', '-vf', [...unseenFilter(output), ...output.filters, 'format=yuv420p'].join(',')],
  ...['-c:v', 'libx264', '-preset', 'superfast', '-crf', '18', '-bf', '0', '-g', String(Math.ceil(output.fps))],
  // Parts that are joined must tell the decoder the same; what fits is else found out for each.
  ...(final === null ? ['-level', Math.min(output.widthPx, output.heightPx) > 1_088 ? '5.2' : '4.2'] : []),
  // Frames keep their times: ffmpeg else moves them to where a constant rate would have them.
  ...['-fps_mode', 'passthrough', '-enc_time_base', '1:90000', '-video_track_timescale', '90000'],
  ...soundWords(output.sound === 'none' ? 'none' : 'encoded', output.unseenMs > 0),
  ...(final === null ? [] : finalWords(final)),
  ...endWords(output),
]

/**
 * Of a file with an index ffmpeg has not read the next fragment yet where one ends, and takes the last sound of it to last
 * until the end of the file: a clip that ended there would seem to be longer than it is. 1024 samples are 128 ms at most.
 */
const LAST_IS_SHORT = 'setts=duration=min(DURATION\\,0.128/TB)'

const unseenFilter = ({ unseenMs }: OutputWords): string[] => (unseenMs > 0 ? [`trim=start=${-SAME_MS / 1_000}`] : [])

const inputWords = ({ list, unseenMs }: OutputWords, subtitles: string | null): string[] => [
  ...(unseenMs > 0 ? ['-itsoffset', seconds(-unseenMs)] : []),
  ...['-f', 'concat', '-safe', '0', '-i', list],
  ...(subtitles === null ? [] : ['-f', 'srt', '-i', subtitles]),
]

/** What is missing in the sound becomes silence: players go on with what comes next else. */
function soundWords(sound: OutputWords['sound'], hasUnseen: boolean): string[] {
  if (sound === 'none') return []
  if (sound === 'copied') return ['-map', '0:a:0', '-c:a', 'copy', '-bsf:a', LAST_IS_SHORT]
  const filters = [...(hasUnseen ? ['atrim=start=0'] : []), 'aresample=async=1:first_pts=0']
  return ['-map', '0:a:0', '-af', filters.join(','), '-c:a', 'aac', '-b:a', '128k']
}

function finalWords({ subtitles, title, createdUtcMs }: FinalWords): string[] {
  return [
    ...(subtitles === null ? [] : ['-map', '1:s:0', '-c:s', 'mov_text', '-metadata:s:s:0', 'language=eng']),
    // Nothing of what the segments say of themselves: their place is where they begin, not the clip.
    ...['-map_metadata', '-1', '-map_chapters', '-1', '-metadata', `title=${title}`],
    ...['-metadata', `creation_time=${new Date(createdUtcMs).toISOString()}`],
  ]
}

const endWords = ({ lastsMs, to }: OutputWords): string[] => ['-t', seconds(lastsMs - SAME_MS), '-f', 'mp4', to]

const seconds = (ms: number): string => (ms / 1_000).toFixed(6)
