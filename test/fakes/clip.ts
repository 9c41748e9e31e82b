/** Small videos made by a real ffmpeg, as the recorder makes them. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface ClipOptions {
  readonly seconds: number
  readonly fps?: number
}

/** A fragmented MP4 with a keyframe and a fragment a second, 160 x 96. */
export async function makeSegment(file: string, { seconds, fps = 10 }: ClipOptions): Promise<void> {
  await ffmpeg([
    ...['-f', 'lavfi', '-i', `testsrc2=size=160x96:rate=${fps}`, '-t', String(seconds)],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', String(fps), '-keyint_min', String(fps), '-bf', '0'],
    ...['-pix_fmt', 'yuv420p', '-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-f', 'mp4', file],
  ])
}

/** The same with a tone, and with a word that it is to be shown turned by 90 degrees. */
export async function addSoundAndRotation(from: string, to: string): Promise<void> {
  const movflags = ['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-f', 'mp4']
  const sound = [
    '-f',
    'lavfi',
    '-i',
    'sine=sample_rate=48000',
    '-map',
    '0:v',
    '-map',
    '1:a',
    '-shortest',
    '-c:a',
    'aac',
  ]
  await ffmpeg(['-i', from, ...sound, '-c:v', 'copy', ...movflags, `${to}.sound`])
  // Newer ones take no rotation as metadata, older ones no -display_rotation.
  const rest = ['-c', 'copy', ...movflags, to]
  await ffmpeg(['-display_rotation', '90', '-i', `${to}.sound`, ...rest]).catch(() =>
    ffmpeg(['-i', `${to}.sound`, '-metadata:s:v:0', 'rotate=270', ...rest]),
  )
}

export async function ffmpeg(args: readonly string[]): Promise<string> {
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args])
  return stdout
}

/** The hash of the picture's packets: what a pass without re-encoding must not change. */
export const pictureHash = (file: string, hash = 'sha256', stream = '0:v'): Promise<string> =>
  ffmpeg(['-i', file, '-map', stream, '-c', 'copy', '-f', 'streamhash', '-hash', hash, '-'])

/** What ffprobe says of a file, as JSON. */
export async function probe(file: string): Promise<Probe> {
  const { stdout } = await run('ffprobe', [
    '-v',
    'error',
    '-show_format',
    '-show_streams',
    '-count_packets',
    '-of',
    'json',
    file,
  ])
  return JSON.parse(stdout) as Probe
}

export interface Probe {
  readonly format: { readonly duration: string; readonly tags?: Readonly<Record<string, string>> }
  readonly streams: readonly {
    readonly codec_type: string
    readonly codec_name: string
    readonly codec_tag_string: string
    readonly tags?: Readonly<Record<string, string>>
    readonly nb_read_packets: string
    readonly duration: string
    readonly side_data_list?: readonly { readonly rotation?: number }[]
  }[]
}
