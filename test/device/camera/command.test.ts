import { describe, expect, it } from 'vitest'
import {
  type CameraSettings,
  type CameraSource,
  type RecordingPlan,
  recorderCommands,
} from '../../../device/camera/command.js'
import { timingOnceSaid } from '../../../device/camera/timing.js'

const camera: CameraSettings = {
  name: 'front',
  width: 1920,
  height: 1080,
  fps: 30,
  bitrateMbps: 8,
  rotateDeg: 0,
  audio: false,
}
const means = { microphone: 'plughw:1,0', ffmpegMajor: 5 }

const test: CameraSource = { kind: 'test', ...means }
const clip: CameraSource = { kind: 'file', file: '/clips/a b.mp4', isH264: true, ...means }
const otherClip: CameraSource = { kind: 'file', file: '/clips/a.webm', isH264: false, ...means }
const fifo = (format: 'h264' | 'mpegts' | 'mp4' | 'probed'): CameraSource => ({
  kind: 'fifo',
  file: '/run/camera',
  format,
  ...means,
})
const pi4: CameraSource = { kind: 'rpicam', camera: 0, encoder: 'hardware', ...means }
const pi5: CameraSource = { kind: 'rpicam', camera: 1, encoder: 'software', ...means }
const usb = (format: 'h264' | 'mjpeg' | null, encoder: 'h264_v4l2m2m' | 'libx264' = 'libx264'): CameraSource => ({
  kind: 'v4l2',
  device: '/dev/video0',
  format,
  encoder,
  ...means,
})
const network: CameraSource = { kind: 'rtsp', url: 'rtsp://name:word@10.0.0.5/stream', ...means }

const told = (source: CameraSource, settings: Partial<CameraSettings> = {}, plan: Partial<RecordingPlan> = {}) =>
  recorderCommands({
    camera: { ...camera, ...settings },
    source,
    folder: '/data/boot',
    firstNumber: 17,
    segmentSeconds: 60,
    metadataFile: null,
    ...plan,
  })

const ALWAYS = '-hide_banner -loglevel level+info -nostats -nostdin'
const AT_ONCE = '-probesize 32768 -analyzeduration 100000'
const TO_KEYFRAME = '-probesize 5000000 -analyzeduration 10000000 -fpsprobesize 0'
const TO_NEAR_KEYFRAME = '-probesize 5000000 -analyzeduration 1500000 -fpsprobesize 0'
const WALL = '-use_wallclock_as_timestamps 1 -dts_error_threshold 3'
const X264 =
  '-c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -bf 0 -g 30 -keyint_min 30 -sc_threshold 0 -b:v 8M -maxrate 8M -bufsize 8M'
const IN_HARDWARE = '-c:v h264_v4l2m2m -pix_fmt yuv420p -bf 0 -g 30 -b:v 8M'
const SEGMENTS =
  '-f segment -segment_time 60 -segment_time_delta 0.5 -segment_start_number 17 -reset_timestamps 1 -segment_list pipe:3 -segment_list_type csv -segment_format mp4 -segment_format_options movflags=+frag_keyframe+empty_moov+default_base_moof:flush_packets=1:frag_duration=1500000 /data/boot/front-%06d.mp4'

describe('ffmpeg is told how to record', () => {
  it.each<[string, CameraSource, string, string]>([
    ['a test picture', test, '-re -f lavfi -i testsrc2=size=1920x1080:rate=30', X264],
    ['an H.264 clip', clip, '-re -stream_loop -1 -i file:/clips/a b.mp4', '-c:v copy'],
    ['another clip', otherClip, '-re -stream_loop -1 -i file:/clips/a.webm', X264],
    ['a Raspberry Pi before the 5', pi4, `${TO_KEYFRAME} ${WALL} -f h264 -framerate 30 -i pipe:0`, '-c:v copy'],
    ['a Raspberry Pi 5', pi5, `${AT_ONCE} -f mpegts -i pipe:0`, '-c:v copy'],
    [
      'a FIFO of raw H.264',
      fifo('h264'),
      `${TO_KEYFRAME} ${WALL} -f h264 -framerate 30 -i file:/run/camera`,
      '-c:v copy',
    ],
    [
      'a FIFO with a transport stream',
      fifo('mpegts'),
      `${TO_NEAR_KEYFRAME} ${WALL} -f mpegts -i file:/run/camera`,
      '-c:v copy',
    ],
    ['a FIFO with an MP4', fifo('mp4'), `${AT_ONCE} -f mp4 -i file:/run/camera`, '-c:v copy'],
    ['a FIFO whose name tells nothing', fifo('probed'), `${TO_NEAR_KEYFRAME} ${WALL} -i file:/run/camera`, '-c:v copy'],
    [
      'a USB camera with H.264',
      usb('h264'),
      '-f v4l2 -ts default -input_format h264 -video_size 1920x1080 -framerate 30 -i /dev/video0',
      '-c:v copy',
    ],
    [
      'a USB camera with MJPEG on a Raspberry Pi 4',
      usb('mjpeg', 'h264_v4l2m2m'),
      '-f v4l2 -ts default -input_format mjpeg -video_size 1920x1080 -framerate 30 -i /dev/video0',
      IN_HARDWARE,
    ],
    [
      'a USB camera with MJPEG elsewhere',
      usb('mjpeg'),
      '-f v4l2 -ts default -input_format mjpeg -video_size 1920x1080 -framerate 30 -i /dev/video0',
      X264,
    ],
    [
      'a USB camera with raw pictures only',
      usb(null),
      '-f v4l2 -ts default -video_size 1920x1080 -framerate 30 -i /dev/video0',
      X264,
    ],
    [
      'a network camera',
      network,
      `-rtsp_transport tcp -timeout 5000000 ${WALL} -i rtsp://name:word@10.0.0.5/stream`,
      '-c:v copy',
    ],
  ])('%s', (_, source, input, codec) => {
    expect(told(source).ffmpeg.join(' ')).toBe(`${ALWAYS} ${input} -map 0:v:0 ${codec} -an ${SEGMENTS}`)
  })

  it('leaves to the processor what the encoder of the board would garble', () => {
    const large = told(usb('mjpeg', 'h264_v4l2m2m'), { width: 1920, height: 1200 }).ffmpeg
    expect(large.join(' ')).toContain('-c:v libx264')
  })

  it('takes a folder with a percent sign literally', () => {
    expect(told(test, {}, { folder: '/50%d' }).ffmpeg.at(-1)).toBe('/50%%d/front-%06d.mp4')
  })
})

describe('rpicam-vid is told how to play', () => {
  const BOTH = '--width 1920 --height 1080 --framerate 30 --autofocus-mode manual --lens-position 0.0'

  it.each<[string, CameraSource, string]>([
    [
      'on a Raspberry Pi before the 5',
      pi4,
      `--camera 0 ${BOTH} --codec h264 --profile high --level 4.2 --inline --intra 30 --bitrate 8000000 --flush`,
    ],
    [
      'on a Raspberry Pi 5',
      pi5,
      `--camera 1 ${BOTH} --codec libav --libav-video-codec libx264 --libav-format mpegts --low-latency --intra 30 --bitrate 8000000 --flush`,
    ],
  ])('%s', (_, source, words) => {
    expect(told(source).camera?.join(' ')).toBe(`rpicam-vid --nopreview --timeout 0 ${words} --output -`)
  })

  it('where to say what it knows of each frame', () => {
    const words = told(pi4, {}, { metadataFile: '/run/meta' }).camera?.join(' ')
    expect(words).toContain('--metadata /run/meta --metadata-format json')
  })

  it('in whole frames and bits, however the settings divide', () => {
    const words = told(pi4, { fps: 29.97, bitrateMbps: 2.3 }).camera?.join(' ')
    expect(words).toContain('--intra 30 --bitrate 2300000')
  })

  it.each([test, clip, fifo('h264'), usb('h264'), network])('not at all for $kind', (source) => {
    expect(told(source).camera).toBeNull()
  })
})

describe('a picture is turned clockwise', () => {
  const v6 = <Source extends CameraSource>(source: Source): Source => ({ ...source, ffmpegMajor: 6 })

  it.each<[string, CameraSource, 90 | 180 | 270, string]>([
    ['by a filter where it is encoded', test, 90, '-vf transpose=clock'],
    ['by a filter where it is encoded', otherClip, 180, '-vf hflip,vflip'],
    ['by a filter where it is encoded', usb('mjpeg'), 270, '-vf transpose=cclock'],
    ['by a filter where it is encoded, whatever the ffmpeg', v6(test), 90, '-vf transpose=clock'],
    ['by a tag where it is copied', clip, 90, '-metadata:s:v:0 rotate=270'],
    ['by a tag where it is copied', pi4, 270, '-metadata:s:v:0 rotate=90'],
    ['by a tag where it is copied', network, 180, '-metadata:s:v:0 rotate=180'],
    ['by a tag from ffmpeg 6 on', v6(clip), 90, '-display_rotation -90 -re'],
    ['by a tag from ffmpeg 6 on', v6(pi5), 270, '-display_rotation -270 -probesize'],
    [
      'by a tag where the board encodes',
      v6(usb('mjpeg', 'h264_v4l2m2m')),
      90,
      '-noautorotate -display_rotation -90 -f v4l2',
    ],
    ['by a filter where an old ffmpeg cannot tag', usb('mjpeg', 'h264_v4l2m2m'), 90, '-vf transpose=clock'],
  ])('%s: %o by %d degrees', (_, source, rotateDeg, words) => {
    const { ffmpeg } = told(source, { rotateDeg })
    expect(ffmpeg.join(' ')).toContain(` ${words} `)
    expect(ffmpeg.filter((word) => /^(-vf|-display_rotation|rotate=\d+)$/.test(word))).toHaveLength(1)
  })

  it('by the sensor where it hangs upside down, and by nothing else then', () => {
    const { camera, ffmpeg } = told(pi4, { rotateDeg: 180 })
    expect(camera?.join(' ')).toContain('--rotation 180')
    expect(ffmpeg.join(' ')).not.toMatch(/rotat|-vf/)
  })

  it('never by a sensor that cannot lie its lines down', () => {
    expect(told(pi4, { rotateDeg: 90 }).camera).not.toContain('--rotation')
  })
})

describe('sound', () => {
  const AAC = '-af aresample=48000:async=1:first_pts=0,asetpts=PTS+1024/SR/TB -c:a aac -b:a 96k'
  const MICROPHONE = '-f alsa -thread_queue_size 1024 -isync 0 -i plughw:1,0'
  const audio = { audio: true }

  it.each<[string, CameraSource, string]>([
    ['a Raspberry Pi camera', pi4, `-i pipe:0 ${MICROPHONE} -map 0:v:0 -map 1:a:0 -c:v copy ${AAC}`],
    ['a USB camera', usb('h264'), `-i /dev/video0 ${MICROPHONE} -map 0:v:0 -map 1:a:0 -c:v copy ${AAC}`],
    ['a FIFO', fifo('probed'), `-i file:/run/camera ${MICROPHONE} -map 0:v:0 -map 1:a:0 -c:v copy ${AAC}`],
    ['a test picture', test, '-re -f lavfi -i sine=frequency=440:sample_rate=48000 -map 0:v:0 -map 1:a:0'],
    ['a network camera', network, `-map 0:v:0 -map 0:a:0? -c:v copy ${AAC}`],
    ['a clip', clip, `-map 0:v:0 -map 0:a:0? -c:v copy ${AAC}`],
    ['a FIFO with an MP4', fifo('mp4'), `-map 0:v:0 -map 0:a:0? -c:v copy ${AAC}`],
  ])('of %s is recorded', (_, source, words) => {
    expect(told(source, audio).ffmpeg.join(' ')).toContain(words)
  })

  it('is left out where there is no microphone: the picture is recorded all the same', () => {
    const silent = told({ ...pi4, microphone: null }, audio)
    expect(silent).toEqual(told(pi4))
  })

  it.each([pi5, usb('h264'), fifo('mpegts')])('of a microphone has $kind stamped by the same clock', (source) => {
    const { ffmpeg, timing } = told(source, audio)
    expect(ffmpeg.join(' ')).toMatch(/-use_wallclock_as_timestamps 1 .*-f alsa/)
    expect(timing).toMatchObject({ kind: 'stamped', clock: 'wall' })
  })

  it('does not hold the picture back where a microphone hangs', () => {
    expect(told(pi4, audio).ffmpeg.join(' ')).toContain('-max_interleave_delta 1000000 -f segment')
  })
})

describe('the moment of a frame', () => {
  it.each<[string, CameraSource, object]>([
    ['a test picture', test, { kind: 'opening', lateFrames: 0, uncertaintyMs: 200 }],
    ['a clip', clip, { kind: 'opening', lateFrames: 0, uncertaintyMs: 200 }],
    ['a Pi before the 5', pi4, { kind: 'stamped', clock: 'wall', lateFrames: 0, uncertaintyMs: 100 }],
    ['a Pi 5', pi5, { kind: 'opening', lateFrames: 2, uncertaintyMs: 10 }],
    ['a FIFO of raw H.264', fifo('h264'), { kind: 'stamped', clock: 'wall', lateFrames: 0, uncertaintyMs: 26 }],
    [
      'a FIFO of a transport stream',
      fifo('mpegts'),
      { kind: 'stamped', clock: 'wall', lateFrames: 1, uncertaintyMs: 26 },
    ],
    ['a FIFO of an MP4', fifo('mp4'), { kind: 'opening', lateFrames: 0, uncertaintyMs: 1_500 }],
    ['a USB camera', usb('mjpeg'), { kind: 'stamped', clock: 'monotonic', lateFrames: 0, uncertaintyMs: 50 }],
    ['a network camera', network, { kind: 'stamped', clock: 'wall', lateFrames: 0, uncertaintyMs: 500 }],
  ])('of %s is known as well as its clock allows', (_, source, timing) => {
    expect(told(source).timing).toEqual(timing)
  })

  it.each<[string, CameraSource, boolean, boolean]>([
    ['a test picture', test, false, false],
    ['a clip', clip, false, false],
    ['a Pi before the 5', pi4, false, true],
    ['a Pi 5, whose rpicam-vid stamps its frames by it, too', pi5, false, true],
    ['a FIFO of raw H.264', fifo('h264'), false, true],
    ['a FIFO of an MP4', fifo('mp4'), false, false],
    ['a USB camera', usb('mjpeg'), false, false],
    ['a USB camera beside a microphone', usb('mjpeg'), true, true],
    ['a network camera', network, false, true],
  ])('of %s is spoiled where the wall clock is set, or is not', (_, source, audio, isSpoiled) => {
    expect(told(source, { audio }).followsWallClock).toBe(isSpoiled)
  })

  it('is a frame earlier once ffmpeg has found a transport stream where nobody had told it', () => {
    const { timing } = told(fifo('probed'))
    const said = (format: string) => timingOnceSaid(timing, `[info] Input #0, ${format}, from 'file:/run/camera':`)
    expect(said('mpegts')).toMatchObject({ lateFrames: 1 })
    expect(said('h264')).toEqual(timing)
  })
})
