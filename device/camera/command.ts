/** What records one camera, as pure data: the program that plays its picture, where there is one, and ffmpeg. */
import { recordingPattern } from '../../core/ride/footage.js'
import { codecOf } from './encoding.js'
import { pictureInput } from './picture-input.js'
import { GOP_SECONDS, type RecorderCommands, type RecordingPlan } from './recording-plan.js'
import { rpicamCommand } from './rpicam.js'
import { soundOf } from './sound.js'
import { followsWallClock, timingOf } from './timing.js'
import { turningOf } from './turning.js'

export type {
  CameraSettings,
  CameraSource,
  FrameTiming,
  Means,
  RecorderCommands,
  RecordingPlan,
} from './recording-plan.js'

/** A camera whose keyframes are far apart must not lose more to a cut; what we encode has one a second and never gets there. */
const LONGEST_FRAGMENT_US = 1_500_000
/** How long the picture waits for sound that does not come, such as from a microphone that hangs; ffmpeg's own is 10 s. */
const WAITS_FOR_SOUND_US = 1_000_000

/** Records one camera into fragmented MP4 segments, their list on descriptor 3. */
export function recorderCommands(plan: RecordingPlan): RecorderCommands {
  const { camera, source } = plan
  const sound = soundOf(camera, source)
  const turning = turningOf(camera, source)
  const timing = timingOf(source, sound)
  return {
    camera: source.kind === 'rpicam' ? rpicamCommand(source, camera, turning, plan.metadataFile) : null,
    ffmpeg: [
      ...['-hide_banner', '-loglevel', 'level+info', '-nostats', '-nostdin'],
      ...turning.beforeInput,
      ...pictureInput(source, camera, sound),
      ...sound.input,
      ...['-map', '0:v:0', ...sound.mapped],
      ...codecOf(source, camera),
      ...turning.beforeOutput,
      ...sound.codec,
      ...segments(plan, sound.input.length > 0),
    ],
    timing,
    followsWallClock: followsWallClock(source, timing),
    tellsRate: ['file', 'rtsp', 'v4l2'].includes(source.kind),
  }
}

function segments({ camera, folder, firstNumber, segmentSeconds }: RecordingPlan, hasMicrophone: boolean): string[] {
  return [
    ...(hasMicrophone ? ['-max_interleave_delta', String(WAITS_FOR_SOUND_US)] : []),
    ...['-f', 'segment', '-segment_time', String(segmentSeconds)],
    // Half a GOP: a jittered timestamp just before the mark must not push the cut a whole GOP back.
    ...['-segment_time_delta', String(GOP_SECONDS / 2)],
    ...['-segment_start_number', String(firstNumber), '-reset_timestamps', '1'],
    ...['-segment_list', 'pipe:3', '-segment_list_type', 'csv', '-segment_format', 'mp4'],
    // flush_packets only works in here: outside it does not reach the inner muxer, and 256 KiB stay in memory.
    '-segment_format_options',
    `movflags=+frag_keyframe+empty_moov+default_base_moof:flush_packets=1:frag_duration=${LONGEST_FRAGMENT_US}`,
    // The segment muxer reads the whole path as a pattern.
    `${folder.replaceAll('%', '%%')}/${recordingPattern(camera.name)}`,
  ]
}
