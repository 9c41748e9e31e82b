/** One line of NMEA 0183 to what it says: only what carries a right checksum and can be true gets past here. */
import { fieldsOf, textOf } from './nmea-fields.js'
import { type Nonsense, type Sentence, UNUSED } from './nmea-sentence.js'
import { SHAPES } from './nmea-shapes.js'

/*
 * A parser of our own, not the npm package `gps`: on the 28,355 sentences of gpsd's test suite that one throws at 73 which
 * receivers really send, dates a GGA by the host's clock, which a Pi without a battery has wrong, and tells km/h. What a
 * bicycle needs of NMEA is this file and the three nmea-*.ts it names.
 */

/**
 * The values of one line, mostly one. Where a newline was lost, or noise stands before a sentence, whatever begins with
 * `$` and proves itself by its own checksum still counts. Never throws.
 */
export function sentencesOf(text: string): readonly Sentence[] {
  const line = text.trimEnd()
  const start = line.indexOf('$')
  // What ships tell each other begins with an exclamation mark, and is written alike.
  if (start === -1) return [line.startsWith('!') ? sentenceOf(`$${line.slice(1)}`) : nonsense('not-nmea')]
  if (line.indexOf('$', start + 1) === -1) return [sentenceOf(line.slice(start))]
  const pieces = line.slice(start + 1).split('$')
  return pieces.map((piece) => sentenceOf(`$${piece}`))
}

/** @param text from its `$` to the last digit of its checksum */
export function sentenceOf(text: string): Sentence {
  const fields = fieldsOf(text)
  if (fields === null) return nonsense(faultOf(text))
  const address = textOf(fields, 0)
  const shape = ADDRESS.test(address) ? SHAPES.get(address.slice(2)) : undefined
  if (shape === undefined) return UNUSED
  const count = fields.texts.length - 1
  if (count < shape.least || count > shape.most) return nonsense('malformed')
  const sentence = shape.read(fields)
  return fields.isMalformed ? nonsense('malformed') : sentence
}

/** The talker, two characters, and the name. A proprietary sentence begins with P and has a name of its own length. */
const ADDRESS = /^[A-OQ-Z][A-Z0-9][A-Z]{3}$/
const nonsense = (because: Nonsense['because']): Nonsense => ({ kind: 'nonsense', because })

function faultOf(text: string): Nonsense['because'] {
  if (!/^\$[A-Z0-9]{3,}[ -~]*$/.test(text)) return 'not-nmea'
  return /\*[0-9A-Fa-f]{2}$/.test(text) ? 'wrong-checksum' : 'no-checksum'
}
