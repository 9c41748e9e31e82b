/** What rpicam-vid is told, so that it writes H.264 with a keyframe a second to its standard output. */
import { type CameraSettings, type CameraSource, gopOf } from './recording-plan.js'
import type { Turning } from './turning.js'

const BITS_IN_MBIT = 1_000_000

export function rpicamCommand(
  { camera: number, encoder }: Extract<CameraSource, { readonly kind: 'rpicam' }>,
  camera: CameraSettings,
  { by }: Turning,
  metadataFile: string | null,
): string[] {
  const { width, height, fps, bitrateMbps } = camera
  return [
    ...['rpicam-vid', '--nopreview', '--timeout', '0', '--camera', String(number)],
    ...['--width', String(width), '--height', String(height), '--framerate', String(fps)],
    ...(by === 'sensor' ? ['--rotation', '180'] : []),
    // At infinity: autofocus hunts on a bicycle. rpicam-vid leaves both out for a camera without a lens that moves.
    ...['--autofocus-mode', 'manual', '--lens-position', '0.0'],
    ...ENCODERS[encoder],
    ...['--intra', gopOf(camera), '--bitrate', String(Math.round(bitrateMbps * BITS_IN_MBIT)), '--flush'],
    ...(metadataFile === null ? [] : ['--metadata', metadataFile, '--metadata-format', 'json']),
    ...['--output', '-'],
  ]
}

const ENCODERS = {
  // Parameter sets with every keyframe: each segment can be read by itself.
  hardware: ['--codec', 'h264', '--profile', 'high', '--level', '4.2', '--inline'],
  // Standard output needs a named format; without --low-latency libx264 would make B-frames.
  software: ['--codec', 'libav', '--libav-video-codec', 'libx264', '--libav-format', 'mpegts', '--low-latency'],
} as const
