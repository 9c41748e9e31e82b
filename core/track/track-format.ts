/** The formats a track is written in, each by the name that ends its address and stands behind --format. */
import type { TrackPoint } from '../ride/ride.js'
import { csvOf } from './csv.js'
import { geojsonOf } from './geojson.js'
import { gpxOf } from './gpx.js'
import type { TrackHead } from './track-head.js'

export type TrackFormat = 'gpx' | 'geojson' | 'csv'

export interface TrackWriting {
  /** As in a Content-Type, without parameters. */
  readonly mime: string
  /** Of a file's name, with its dot. */
  readonly ending: string
  /** Of which standard it is, for the description of the API. */
  readonly standard: string
  /** Pieces of text that make one file; points are drawn as they are written. */
  readonly write: (head: TrackHead, points: Iterable<TrackPoint>) => Generator<string>
}

export const TRACK_FORMATS: Readonly<Record<TrackFormat, TrackWriting>> = {
  gpx: { mime: 'application/gpx+xml', ending: '.gpx', standard: 'GPX 1.1', write: gpxOf },
  geojson: { mime: 'application/geo+json', ending: '.geojson', standard: 'GeoJSON, RFC 7946', write: geojsonOf },
  csv: { mime: 'text/csv', ending: '.csv', standard: 'CSV, RFC 4180', write: csvOf },
}

export const trackFormats = Object.keys(TRACK_FORMATS) as readonly TrackFormat[]

/** Null for a word that names none. */
export const trackFormatIn = (word: string): TrackFormat | null => trackFormats.find((name) => name === word) ?? null

/** Gathers pieces until there is enough of them to be worth a write: a point is some 200 characters. */
export function* inPieces(texts: Iterable<string>): Generator<string> {
  let piece = ''
  for (const text of texts) {
    piece += text
    if (piece.length < PIECE_CHARACTERS) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

const PIECE_CHARACTERS = 16 * 1024
