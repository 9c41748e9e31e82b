/** The catalogue of rides as the routes read it: opened when it is first needed, and again when it was missing or failed. */
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

export function openCatalogue(file: string, log: Log): Catalogue {
  let reader: Reader | null = null
  let said = ''

  const close = (): void => {
    reader?.close()
    reader = null
  }

  const opened = (): Reader | null => {
    try {
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
      reader ??= opened()
      if (reader === null) throw new Problem(503, 'the device has not recorded anything yet')
      return answer(reader, question)
    },
    askOr: (question, whileMissing) => {
      reader ??= opened()
      return reader === null ? whileMissing : answer(reader, question)
    },
    close,
  }
}
