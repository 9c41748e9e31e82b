/** The real device, recording onto a card: a simulated receiver, cameras that play a prepared clip, and tagging all the time. */
import { join, resolve } from 'node:path'
import { ffmpeg } from '../fakes/clip.js'
import { type Program, startProgram } from '../fakes/processes.js'
import type { Card } from './card.js'

export interface Ride {
  /** H.264, as long as it likes: it is looped. */
  readonly clip: string
  readonly cameras: readonly string[]
  readonly segmentSeconds: number
  /** A program that the device is started by. */
  readonly startedBy?: readonly string[]
}

const PROGRAM = resolve(import.meta.dirname, '../../dist/cli/spokecam.js')
export const CLIP_FPS = 15

/** A keyframe a second, as every camera of ours makes; 80 kB a second, so that two cameras fit on a small card. */
export async function makeClip(file: string): Promise<void> {
  await ffmpeg([
    ...['-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=${CLIP_FPS}`, '-t', '10', '-pix_fmt', 'yuv420p'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', String(CLIP_FPS)],
    ...['-keyint_min', String(CLIP_FPS), '-sc_threshold', '0', '-b:v', '640k', '-maxrate', '640k', '-bufsize', '640k'],
    file,
  ])
}

export const dataOn = ({ folder }: Pick<Card, 'folder'>): string => join(folder, 'spokecam')
export const dataFromOutside = ({ folderFromOutside }: Card): string => join(folderFromOutside, 'spokecam')

export function startDevice(card: Card, { clip, cameras, segmentSeconds, startedBy = [] }: Ride): Program {
  const [enter = '', ...words] = card.mounts.enter
  const device = [...startedBy, process.execPath, PROGRAM, 'device', '--data', dataOn(card)]
  return startProgram(enter, [...words, ...device], {
    SPOKECAM_GPS__SOURCE: 'simulator:?rateHz=5',
    // What is kept free follows from the bit rate: on so small a card nothing would be tagged at a true one.
    SPOKECAM_CAMERAS: JSON.stringify(
      cameras.map((name) => ({ name, source: `file:${clip}`, fps: CLIP_FPS, bitrateMbps: 0.1 })),
    ),
    SPOKECAM_RECORDING__SEGMENT_SECONDS: String(segmentSeconds),
  })
}
