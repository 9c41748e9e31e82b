/** What a file looks like that is no log of ours, for the sentence that refuses it. */
import { textOf } from './log-text.js'

/**
 * Name of the outermost element of an XML document, without its prefix; empty where it does not begin in this text,
 * null where the text is no XML.
 */
export function rootOf(text: string): string | null {
  if (!/^\ufeff?\s*</.test(text)) return null
  return /^<(?:[\w.-]+:)?([\w.-]+)/.exec(withoutProlog(text))?.[1] ?? ''
}

/** @param head the first bytes of the file */
export function looksOf(head: Buffer): string {
  if (head.length === 0) return 'an empty file'
  const text = textOf(head)
  const root = rootOf(text)
  if (root !== null) return XML[root] ?? 'an XML file'
  const packed = PACKED.find(({ signature, at }) => head.subarray(at).toString('latin1').startsWith(signature))
  if (packed !== undefined) return packed.looks
  if (head.includes(0)) return 'a binary file'
  if (/^\$[A-Z]{4,6},/m.test(text)) return 'NMEA sentences whose checksums are wrong or missing'
  return /^\s*[{[]/.test(text) ? 'JSON of another kind' : 'a file of another kind'
}

const XML: Readonly<Record<string, string>> = { kml: 'a KML file', TrainingCenterDatabase: 'a TCX file' }
const PACKED = [
  { signature: '.FIT', at: 8, looks: 'a FIT file' },
  { signature: 'PK\x03\x04', at: 0, looks: 'a ZIP archive, which has to be unpacked' },
  { signature: '\x1f\x8b', at: 0, looks: 'a gzip file, which has to be unpacked' },
]

const PROLOG = /^\s*(?:<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!DOCTYPE[^[>]*(?:\[[\s\S]*?\]\s*)?>)\s*/

function withoutProlog(text: string): string {
  let rest = text.replace(/^\ufeff?\s*/, '')
  for (let found = PROLOG.exec(rest); found !== null; found = PROLOG.exec(rest)) rest = rest.slice(found[0].length)
  return rest
}
