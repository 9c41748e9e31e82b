/** Reads a GPX, 1.0 or 1.1, piece by piece: the points of its track, and what it has that is none. */
import { SaxesParser } from 'saxes'
import { OURS } from './gpx.js'
import { draftAt, type GpxFigure, type GpxPoint, type GpxPointDraft, isFigure, note } from './gpx-point.js'
import { endOfPoint, type HearUsual, lineEnds, readUsualPoints } from './gpx-usual.js'
import { faultAt, GpxFault, MOST_NAME_CHARACTERS, nameOf, sentenceOf, shown, withoutPrefix } from './gpx-words.js'

export type { GpxPoint } from './gpx-point.js'
export { GpxFault } from './gpx-words.js'

export interface GpxReader {
  /** The points that this piece of text completes. @throws GpxFault; nothing more can be read then */
  readonly take: (text: string) => GpxPoint[]
  /** To be called once all text was taken. @throws GpxFault where the file breaks off */
  readonly end: () => void
  readonly told: () => GpxTold
}

/** What a file had so far beside its points. */
export interface GpxTold {
  /** Of the first track that has one, else of the file. */
  readonly name: string | null
  /** It is the track of a simulated ride, as Spokecam marks it. */
  readonly simulated: boolean
  /** Track points without a position that can be true, or with <fix>none</fix>. */
  readonly unplaced: number
  /** The first time of a point that no receiver can have told, as it stands there; null where all are good or missing. */
  readonly oddTime: string | null
  /** A file that has only these is a plan, no ride. */
  readonly waypoints: number
  readonly routePoints: number
}

/** A GPX has some six levels; each costs memory. */
const MOST_DEPTH = 100
/** What stands between two tags is held in memory, and so is a tag with its attributes. */
const MOST_PIECE_CHARACTERS = 1024 * 1024

/**
 * Strict about XML, and about which figure stands where; what else is in the file is passed over. Needs the same memory
 * for a file of any size. Entities declared in a DOCTYPE are refused, not expanded.
 */
export function createGpxReader(): GpxReader {
  const parser = new SaxesParser({ position: false, xmlns: false })
  /** Names without their prefixes, from the outermost element inwards. */
  const path: string[] = []
  let points: GpxPoint[] = []
  let draft: GpxPointDraft | null = null
  let stretch = -1
  let trackName: string | null = null
  let fileName: string | null = null
  let isOurs = false
  let simulated = false
  let unplaced = 0
  let oddTime: string | null = null
  let waypoints = 0
  let routePoints = 0
  let wanted: Wanted | null = null
  let text = ''
  let lastTagAt = 0
  /** How many characters the parser was given. */
  let parsed = 0

  const open = ({ name, attributes }: Tag): void => {
    lastTagAt = parser.position
    const local = withoutPrefix(name)
    const parent = path[path.length - 1]
    if (parent === undefined && local !== 'gpx')
      throw new GpxFault(`is not a GPX: its outermost element is ${shown(local)}`)
    if (path.length === MOST_DEPTH) throw faultAt(parser.line, `elements stand in each other over ${MOST_DEPTH} deep`)
    path.push(local)
    if (parent === undefined) isOurs = attributes.creator === OURS.creator
    wanted = null
    switch (parent) {
      case 'trkpt':
      case 'TrackPointExtension':
        if (draft !== null && isFigure(local)) want(local)
        return
      case 'trkseg':
        if (local === 'trkpt') beginPoint(attributes)
        return
      case 'trk':
        if (local === 'trkseg') stretch += 1
        if (local === 'name' && trackName === null) want('trackName')
        if (local === 'desc' && isOurs) want('trackDescription')
        return
      case 'rte':
        if (local === 'rtept') routePoints += 1
        return
      case 'gpx':
        if (local === 'wpt') waypoints += 1
        if (local === 'name' && fileName === null) want('fileName')
        return
      case 'metadata':
        if (local === 'name' && fileName === null) want('fileName')
    }
  }

  const beginPoint = ({ lat, lon }: Attributes): void => {
    draft = draftAt(lat, lon, stretch)
    if (draft === null) unplaced += 1
  }

  const want = (what: Wanted): void => {
    wanted = what
    text = ''
  }

  const hear = (piece: string): void => {
    if (wanted !== null && text.length < MOST_NAME_CHARACTERS) text += piece.slice(0, MOST_NAME_CHARACTERS)
  }

  const close = (): void => {
    lastTagAt = parser.position
    const local = path.pop()
    if (wanted === 'trackName') trackName = nameOf(text)
    else if (wanted === 'fileName') fileName = nameOf(text)
    else if (wanted === 'trackDescription') simulated ||= text === OURS.simulated
    else if (wanted !== null && draft !== null) noteFigure(draft, wanted, text.trim())
    wanted = null
    if (local !== 'trkpt' || draft === null || path[path.length - 1] !== 'trkseg') return
    points.push(draft)
    draft = null
  }

  const noteFigure = (point: GpxPointDraft, figure: GpxFigure, said: string): void => {
    note(point, figure, said)
    if (figure === 'time' && point.utcMs === null) oddTime ??= shown(said)
    if (figure !== 'fix' || said !== 'none') return
    draft = null
    unplaced += 1
  }

  const parse = (piece: string): void => {
    parsed += piece.length
    parser.write(piece)
    if (parsed - lastTagAt > MOST_PIECE_CHARACTERS) {
      throw faultAt(parser.line, `over ${MOST_PIECE_CHARACTERS} characters without a tag's end`)
    }
  }

  /** Reads what needs no parser, where it has read a tag to its end and points may follow. Answers where the rest begins. */
  const passUsual = (piece: string, from: number): number => {
    if (lastTagAt !== parsed || path[path.length - 1] !== 'trkseg') return from
    const readTo = readUsualPoints(piece, from, addUsual)
    parser.line += lineEnds(piece, from, readTo)
    return readTo
  }

  const addUsual: HearUsual = (lat, lon, ele, time) => {
    const point = draftAt(lat, lon, stretch)
    if (point === null) {
      unplaced += 1
      return
    }
    if (ele !== undefined) note(point, 'ele', ele)
    if (time !== undefined) noteFigure(point, 'time', time)
    points.push(point)
  }

  // No more handlers than it takes: from eight on V8 keeps the parser as a dictionary, and it is eight times as slow.
  parser.on('opentag', open)
  parser.on('closetag', close)
  parser.on('text', hear)
  parser.on('cdata', hear)
  parser.on('doctype', (declared) => {
    if (declared.includes('<!ENTITY')) throw faultAt(parser.line, 'it declares entities of its own, which are not read')
  })
  parser.on('error', ({ message }) => {
    throw new GpxFault(`is not well-formed XML: line ${parser.line}: ${sentenceOf(message)}`)
  })

  return {
    take: (piece) => {
      points = []
      let from = 0
      while (from < piece.length) {
        const readTo = passUsual(piece, from)
        // A point that is written otherwise may be the only one; where the next is, too, they all are.
        const end = from === 0 || readTo > from ? endOfPoint(piece, readTo) : piece.length
        parse(piece.slice(readTo, end))
        from = end
      }
      return points
    },
    end: () => {
      const { line } = parser
      parser.on('error', ({ message }) => {
        throw new GpxFault(`is not well-formed XML: it breaks off in line ${line}: ${sentenceOf(message)}`)
      })
      parser.close()
    },
    told: () => ({ name: trackName ?? fileName, simulated, unplaced, oddTime, waypoints, routePoints }),
  }
}

interface Tag {
  readonly name: string
  readonly attributes: Attributes
}

interface Attributes {
  readonly lat?: string
  readonly lon?: string
  readonly creator?: string
}

type Wanted = GpxFigure | 'trackName' | 'trackDescription' | 'fileName'
