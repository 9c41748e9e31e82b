/** What stands in a GPX as words of ours: names, and why it cannot be read, at a bearable length. */

/** Why a file cannot be read, as the end of a sentence that begins with its name. */
export class GpxFault extends Error {}

const MOST_SHOWN_CHARACTERS = 100
/** A name longer than this is cut; nothing else of a file that is wanted is as long. */
export const MOST_NAME_CHARACTERS = 200

export const faultAt = (line: number, because: string): GpxFault =>
  new GpxFault(`cannot be read: line ${line}: ${because}`)

/** The parser quotes names from the file, as long as they come. */
export function sentenceOf(message: string): string {
  const sentence = message.replace(/\.$/, '')
  return sentence.charAt(0).toLowerCase() + shown(sentence.slice(1))
}

export const shown = (text: string): string =>
  text.length <= MOST_SHOWN_CHARACTERS ? text : `${text.slice(0, MOST_SHOWN_CHARACTERS)}...`

export const nameOf = (text: string): string | null => {
  // The half of a character is none: it was cut in two.
  const name = text
    .slice(0, MOST_NAME_CHARACTERS)
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/\s+/g, ' ')
    .trim()
  return name === '' ? null : name
}

export function withoutPrefix(name: string): string {
  const colon = name.indexOf(':')
  return colon === -1 ? name : name.slice(colon + 1)
}
