/** Small clips as the cut makes them: copied from between two keyframes, so that an edit list hides what comes before. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ffmpeg } from './clip.js'

export interface Cut {
  readonly seconds: number
  /** A tone and a text stream beside the picture. */
  readonly isRich: boolean
  readonly moov: 'first' | 'last'
}

const BEGINS_AT_S = 1.43

/** @param folder for what it is made of */
export async function makeCut(folder: string, file: string, { seconds, isRich, moov }: Cut): Promise<void> {
  const [recorded, text] = [join(folder, `recorded-${seconds}`), join(folder, `text-${seconds}`)]
  await ffmpeg([
    ...['-f', 'lavfi', '-i', `testsrc2=size=160x96:rate=10`, '-f', 'lavfi', '-i', 'sine=sample_rate=48000'],
    ...['-t', String(seconds + 4), '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10', '-bf', '0'],
    ...['-pix_fmt', 'yuv420p', '-c:a', 'aac', '-movflags', '+frag_keyframe+empty_moov', '-f', 'mp4', recorded],
  ])
  await writeFile(text, '1\n00:00:00,000 --> 00:00:01,000\n18.0 km/h\n')
  await ffmpeg([
    ...['-ss', String(BEGINS_AT_S), '-i', recorded, '-f', 'srt', '-i', text, '-t', String(seconds)],
    ...['-map', '0:v', ...(isRich ? ['-map', '0:a', '-map', '1:s'] : []), '-c', 'copy', '-c:s', 'mov_text'],
    ...(moov === 'first' ? ['-movflags', '+faststart'] : []),
    ...[
      '-metadata',
      'location=+10.0000+020.0000/',
      '-metadata',
      'title=segment',
      '-metadata',
      'artist=kept',
      '-f',
      'mp4',
      file,
    ],
  ])
}
