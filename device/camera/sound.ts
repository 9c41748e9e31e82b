/** How sound is recorded beside a camera's picture, where the settings ask for it. */
import type { CameraSettings, CameraSource } from './recording-plan.js'

export interface Sound {
  readonly from: 'nowhere' | 'microphone' | 'source' | 'tone'
  /** A second input; empty where the sound comes with the picture. */
  readonly input: readonly string[]
  readonly mapped: readonly string[]
  readonly codec: readonly string[]
  /** Whether the two are held together by the wall clock, which must then stamp the picture too. */
  readonly isSynced: boolean
}

const SILENT: Sound = { from: 'nowhere', input: [], mapped: [], codec: ['-an'], isSynced: false }

/** A microphone that is not there costs the sound, never the picture. */
export function soundOf({ audio }: CameraSettings, source: CameraSource): Sound {
  if (!audio) return SILENT
  switch (source.kind) {
    case 'test':
      return withInput('tone', ['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'])
    case 'file':
    case 'rtsp':
      return ofSource
    case 'fifo':
      // A picture with times of its own cannot be held together with a microphone's.
      return source.format === 'mp4' ? ofSource : fromMicrophone(source.microphone)
    case 'rpicam':
    case 'v4l2':
      return fromMicrophone(source.microphone)
  }
}

function fromMicrophone(microphone: string | null): Sound {
  if (microphone === null) return SILENT
  // Each input begins at its own first stamp unless it is told to keep its distance to another.
  const input = ['-f', 'alsa', '-thread_queue_size', '1024', '-isync', '0', '-i', microphone]
  return { ...withInput('microphone', input), isSynced: true }
}

/**
 * Sound begins with the picture, gaps in it become silence, and it comes the 1024 samples later that an AAC encoder looks
 * back: it else begins before the picture, and ffmpeg shifts the picture's times by those 21 ms.
 */
const AAC = ['-af', 'aresample=48000:async=1:first_pts=0,asetpts=PTS+1024/SR/TB', '-c:a', 'aac', '-b:a', '96k']

const withInput = (from: 'microphone' | 'tone', input: readonly string[]): Sound => ({
  from,
  input,
  mapped: ['-map', '1:a:0'],
  codec: AAC,
  isSynced: false,
})

/** The question mark: a source without sound is recorded without. */
const ofSource: Sound = { from: 'source', input: [], mapped: ['-map', '0:a:0?'], codec: AAC, isSynced: false }
