/** The page of a contact sheet: small pictures in rows, and under each the time it was taken. */
import { type Colour, fill, heightOfText, type Picture, place, widthOfText, write } from './bundle-lettering.js'
import { localTimeOf } from './bundle-words.js'

export interface TimedPicture {
  readonly utcMs: number
  /** PICTURE_WIDTH by PICTURE_HEIGHT. */
  readonly picture: Picture
}

export interface SheetHead {
  readonly camera: string
  /** IANA name of a zone that exists. */
  readonly timeZone: string
  readonly simulated: boolean
}

export const PICTURE_WIDTH = 384
export const PICTURE_HEIGHT = 216

const COLUMNS = 4
const MARGIN = 16
const CAPTION = 2
const HEADING = 3
const CAPTION_HIGH = 40
const HEADING_HIGH = 40
const WHITE: Colour = [255, 255, 255]
const BLACK: Colour = [24, 24, 24]
const RED: Colour = [190, 0, 0]

/** @param pictures at least one, in the order of their times */
export function sheetOf(pictures: readonly TimedPicture[], head: SheetHead): Picture {
  const rows = Math.ceil(pictures.length / COLUMNS)
  const width = COLUMNS * (PICTURE_WIDTH + MARGIN) + MARGIN
  const top = MARGIN + HEADING_HIGH
  const height = top + rows * (PICTURE_HEIGHT + CAPTION_HIGH) + MARGIN / 2
  const sheet: Picture = { width, height, rgb: new Uint8Array(width * height * 3) }
  fill(sheet, 0, 0, width, height, WHITE)
  heading(sheet, pictures, head)
  for (const [index, { utcMs, picture }] of pictures.entries()) {
    const left = MARGIN + (index % COLUMNS) * (PICTURE_WIDTH + MARGIN)
    const from = top + Math.floor(index / COLUMNS) * (PICTURE_HEIGHT + CAPTION_HIGH)
    place(sheet, picture, left, from)
    write(sheet, captionOf(utcMs, head.timeZone), left, from + PICTURE_HEIGHT + 8, CAPTION, BLACK)
  }
  return sheet
}

/** The offset with every one: the clocks may have been changed in between. */
function captionOf(utcMs: number, timeZone: string): string {
  const { clock, offset } = localTimeOf(utcMs, timeZone)
  return `${clock} ${offset}`
}

function heading(sheet: Picture, pictures: readonly TimedPicture[], { camera, timeZone, simulated }: SheetHead): void {
  const day = localTimeOf(pictures[0]?.utcMs ?? 0, timeZone).day
  const zone = timeZone.replaceAll('_', ' ')
  write(sheet, `CAMERA ${camera}   ${day}   ${zone}`, MARGIN, MARGIN, CAPTION, BLACK)
  if (!simulated) return
  const word = 'SIMULATED'
  const left = sheet.width - MARGIN - widthOfText(word, HEADING)
  const top = MARGIN + Math.floor((heightOfText(CAPTION) - heightOfText(HEADING)) / 2)
  write(sheet, word, left, top, HEADING, RED)
}
