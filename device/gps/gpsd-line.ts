/** The text of a line of gpsd to what it says. */
import { type GpsdMessage, messageOf, nonsense } from './gpsd-messages.js'

/** A line without its end. What is not JSON is a value like any other, which the caller counts: gpsd itself cuts and misquotes. */
export function parseGpsdLine(line: string): GpsdMessage {
  let json: unknown
  try {
    json = JSON.parse(withoutSatellites(line))
  } catch {
    // Told by what is answered.
    return nonsense('not-json')
  }
  return messageOf(json)
}

/**
 * A reply cut at gpsd's limit has lost its newline too, and the next object follows on the same line. Cuts such a line
 * before everything that looks like the beginning of a message; a quotation mark inside a string would be escaped.
 */
export function piecesOf(line: string): string[] {
  return line.split(/(?=\{"class":")/)
}

/**
 * Satellites are most of a SKY, and reading them most of the work of listening to gpsd: where it has counted them itself,
 * as it does since 3.22, nobody needs the list. A line that could hold a second message is left whole.
 */
function withoutSatellites(line: string): string {
  if (!line.startsWith('{"class":"SKY"') || !line.endsWith(']}')) return line
  const end = line.indexOf(',"satellites":[')
  const head = line.slice(0, end)
  const isCounted = end !== -1 && head.includes('"nSat":') && head.includes('"uSat":')
  return isCounted && line.indexOf('"class":', end) === -1 ? `${head}}` : line
}
