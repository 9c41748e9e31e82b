/** Which Raspberry Pi this is, as far as video goes: those before the 5 have an H.264 encoder, the 5 has none. */

export interface Board {
  /** As its maker calls it; null where this is no board with a device tree. */
  readonly model: string | null
  readonly encoder: 'hardware' | 'software'
}

/** The chips of the Raspberry Pi 0 to 4, whose VideoCore 4 encodes H.264. */
const WITH_AN_ENCODER = ['brcm,bcm2835', 'brcm,bcm2836', 'brcm,bcm2837', 'brcm,bcm2711']

/**
 * @param compatible the text of /proc/device-tree/compatible: names that end in NUL, the board's first, its chip's last
 * @param model the text of /proc/device-tree/model
 */
export function boardOf(compatible: string, model = ''): Board {
  const names = compatible.split('\0')
  return {
    model: model.replaceAll('\0', '').trim() || (names[0] ?? '').trim() || null,
    encoder: names.some((name) => WITH_AN_ENCODER.includes(name)) ? 'hardware' : 'software',
  }
}
