/** Letters drawn into pictures of our own: a small computer need not have a single font. */

/** Colours in three bytes a pixel, row by row from the top. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}

export type Colour = readonly [number, number, number]

/** Five pixels wide, seven high; drawn for the display controllers of the eighties, and still legible. Two hex digits a row. */
const GLYPHS: Readonly<Record<string, string>> = {
  ...{ '0': '0e11131519110e', '1': '040c040404040e', '2': '0e11010204081f', '3': '1f02040201110e' },
  ...{ '4': '02060a121f0202', '5': '1f101e0101110e', '6': '0608101e11110e', '7': '1f010204080808' },
  ...{ '8': '0e11110e11110e', '9': '0e11110f01020c', A: '0e1111111f1111', B: '1e11111e11111e' },
  ...{ C: '0e11101010110e', D: '1c12111111121c', E: '1f10101e10101f', F: '1f10101e101010' },
  ...{ G: '0e11101711110f', H: '1111111f111111', I: '0e04040404040e', J: '0702020202120c' },
  ...{ K: '11121418141211', L: '1010101010101f', M: '111b1515111111', N: '11111915131111' },
  ...{ O: '0e11111111110e', P: '1e11111e101010', Q: '0e11111115120d', R: '1e11111e141211' },
  ...{ S: '0f10100e01011e', T: '1f040404040404', U: '1111111111110e', V: '11111111110a04' },
  ...{ W: '1111111515150a', X: '11110a040a1111', Y: '1111110a040404', Z: '1f01020408101f' },
  ...{ ':': '000c0c000c0c00', '.': '00000000000c0c', ',': '000000000c0408', '-': '0000001f000000' },
  ...{ '+': '0004041f040400', '/': '00010204081000', '(': '02040808080402', ')': '08040202020408' },
}
const GLYPH_WIDTH = 5
const GLYPH_HEIGHT = 7
const ADVANCE = GLYPH_WIDTH + 1

/** In pixels, at a number of pixels for each of a letter's own. */
export const widthOfText = (text: string, scale: number): number => (text.length * ADVANCE - 1) * scale
export const heightOfText = (scale: number): number => GLYPH_HEIGHT * scale

/** Draws on one line, in capitals, from whole pixels on; what there is no letter for stays blank, what lies outside is not drawn. */
export function write(picture: Picture, text: string, left: number, top: number, scale: number, colour: Colour): void {
  for (const [index, letter] of [...text.toUpperCase()].entries()) {
    const rows = GLYPHS[letter] ?? ''
    for (let row = 0; row < rows.length / 2; row += 1) {
      const bits = Number.parseInt(rows.slice(row * 2, row * 2 + 2), 16)
      for (let column = 0; column < GLYPH_WIDTH; column += 1) {
        const isSet = (bits >> (GLYPH_WIDTH - 1 - column)) & 1
        if (isSet === 0) continue
        fill(picture, left + (index * ADVANCE + column) * scale, top + row * scale, scale, scale, colour)
      }
    }
  }
}

export function fill(
  { width, height, rgb }: Picture,
  left: number,
  top: number,
  wide: number,
  high: number,
  colour: Colour,
): void {
  for (let y = Math.max(0, top); y < Math.min(height, top + high); y += 1) {
    for (let x = Math.max(0, left); x < Math.min(width, left + wide); x += 1) rgb.set(colour, (y * width + x) * 3)
  }
}

/** Copies one picture into another; it has to fit. */
export function place(onto: Picture, picture: Picture, left: number, top: number): void {
  for (let row = 0; row < picture.height; row += 1) {
    const pixels = picture.rgb.subarray(row * picture.width * 3, (row + 1) * picture.width * 3)
    onto.rgb.set(pixels, ((top + row) * onto.width + left) * 3)
  }
}

/** As a portable pixmap (P6), which ffmpeg reads and writes without further ado. */
export function pixmapOf({ width, height, rgb }: Picture): Buffer {
  return Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`, 'latin1'), rgb])
}

/** @throws where it is none as ffmpeg writes them */
export function parsePixmap(bytes: Buffer): Picture {
  const found = /^P6\s(\d{1,5})\s(\d{1,5})\s255\s/.exec(bytes.subarray(0, 32).toString('latin1'))
  const [width, height] = [Number(found?.[1]), Number(found?.[2])]
  const rgb = bytes.subarray(found?.[0].length ?? 0)
  if (found === null || rgb.length !== width * height * 3) throw new Error('this is no portable pixmap')
  return { width, height, rgb }
}
