/** Which microphones this machine has, as the kernel lists its sound devices. */

export interface Microphone {
  readonly card: number
  readonly device: number
  readonly name: string
}

/**
 * @param pcm the text of /proc/asound/pcm, a line for each device:
 * `01-00: USB Audio : USB Audio : playback 1 : capture 1`
 */
export function microphonesIn(pcm: string): Microphone[] {
  return pcm.split('\n').flatMap((line) => {
    const [, card, device, rest] = /^(\d+)-(\d+): (.*)$/.exec(line) ?? []
    const [, name = '', ...ways] = (rest ?? '').split(' : ')
    if (!ways.some((way) => way.startsWith('capture '))) return []
    return [{ card: Number(card), device: Number(device), name: name.trim() }]
  })
}

/** Where the kernel says whether somebody records from it. */
export const microphoneStatusFile = ({ card, device }: Microphone): string =>
  `/proc/asound/card${card}/pcm${device}c/sub0/status`

/**
 * `plughw`, not `default`: the default card of a Raspberry Pi is its HDMI socket, which has no microphone, and ffmpeg
 * would end.
 */
export const alsaNameOf = ({ card, device }: Microphone): string => `plughw:${card},${device}`
