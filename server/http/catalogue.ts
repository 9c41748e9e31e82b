/** The catalogue of rides as the routes read it: opened when it is first needed, and again when it was missing, failed or replaced. */
import { statSync } from 'node:fs'
import type { Log } from '../../core/process/log.js'
import type { Reading } from '../../core/store/catalogue.js'
import { UnknownCursor } from '../../core/store/listing.js'
import { openReader, type Reader } from '../../core/store/store.js'
import { Problem } from './problem.js'

export interface Catalogue {
  /** @throws 503 while there is none */
  readonly ask: <Answer>(question: (reading: Reading) => Answer) => Answer
  /** The same, with an answer for while there is none. */
  readonly askOr: <Answer>(question: (reading: Reading) => Answer, whileMissing: Answer) => Answer
  readonly close: () => void
}

/** A catalogue that is damaged is set aside, and another takes its place: the open file would be read for ever. */
const LOOKS_EVERY_MS = 1_000

export function openCatalogue(file: string, log: Log): Catalogue {
  let reader: Reader | null = null
  let readFile = ''
  let lookedMs = Number.NEGATIVE_INFINITY
  let said = ''

  const close = (): void => {
    reader?.close()
    reader = null
  }

  /** What is read of, unless another file has taken its place. */
  const current = (): Reader | null => {
    if (performance.now() - lookedMs >= LOOKS_EVERY_MS) {
      lookedMs = performance.now()
      const found = fileAt(file)
      if (found !== readFile) close()
      readFile = found
    }
    reader ??= opened()
    return reader
  }

  const opened = (): Reader | null => {
    try {
      readFile = fileAt(file)
      return openReader(file)
    } catch (error) {
      // The device may be making it this moment; whatever else it is, is said once.
      if (String(error) !== said) log.warn('the catalogue cannot be read', { error })
      said = String(error)
      throw new Problem(503, 'the catalogue of rides cannot be read at the moment')
    }
  }

  const answer = <Answer>(from: Reader, question: (reading: Reading) => Answer): Answer => {
    try {
      return question(from)
    } catch (error) {
      if (!(error instanceof UnknownCursor)) close()
      throw error
    }
  }

  return {
    ask: (question) => {
      const from = current()
      if (from === null) throw new Problem(503, 'the device has not recorded anything yet')
      return answer(from, question)
    },
    askOr: (question, whileMissing) => {
      const from = current()
      return from === null ? whileMissing : answer(from, question)
    },
    close,
  }
}

/** Which file lies there, wherever it lay before. */
function fileAt(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? '' : `${found.dev} ${found.ino}`
}
