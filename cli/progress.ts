/** How far something is, on one line of a terminal; nothing where nobody watches. */

export interface Progress {
  /** @param part 0 to 1 */
  readonly tell: (part: number) => void
  /** Takes the line away. */
  readonly end: () => void
}

const CLEARED = '\r\u001b[K'

export function progressOn(output: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>, doing: string): Progress {
  let told = ''
  const show = (text: string): void => {
    if (!output.isTTY || text === told) return
    told = text
    output.write(text === '' ? CLEARED : `\r${text}`)
  }
  return {
    tell: (part) => show(`${doing} ${String(Math.round(Math.min(1, Math.max(0, part)) * 100)).padStart(3)} %`),
    end: () => show(''),
  }
}
