/** Carries out once more what the log beside the catalogue tells, and says whether that is all there was. */
import { generationsOf } from './generations.js'
import type { Step } from './orders.js'
import { type Life, redoLines } from './redo-log.js'

export interface Replayed {
  readonly transactions: number
  /** Those that could not be carried out on what is there. */
  readonly failed: number
  /** Whether it is proven that the outcome is what the lost catalogue was. */
  readonly isComplete: boolean
}

export interface ReplayOptions {
  /** Of the backup it is carried out on; null for a blank catalogue. */
  readonly backup: number | null
  /** A log of other tables is left alone. */
  readonly schema: number
  readonly bootId: string
  readonly carryOut: (steps: readonly Step[]) => void
}

export function replay(file: string, { backup, schema, bootId, carryOut }: ReplayOptions): Replayed {
  const from = backup ?? 0
  const generations = generationsOf(file).redos.filter((generation) => generation >= from)
  let transactions = 0
  let failed = 0
  let isComplete = generations[0] === from
  let seq: number | null = null
  let life: Life | null = null
  let isClosed = false
  /** Carried out once the next line does not say that it was undone. */
  let waiting: readonly Step[] | null = null

  const settle = (): void => {
    if (waiting === null) return
    try {
      carryOut(waiting)
      transactions++
    } catch {
      failed++
    }
    waiting = null
  }

  for (const generation of generations) {
    for (const line of redoLines(file, generation)) {
      if (line?.kind === 'undone') {
        waiting = null
        continue
      }
      settle()
      isClosed = line?.kind === 'closed'
      if (line === null) {
        isComplete = false
      } else if (line.kind === 'life') {
        const isBegin = life === null && backup !== null
        if (isBegin ? !line.isAtBackup : !line.isExact || line.seq !== (seq ?? 0)) isComplete = false
        life = line
        seq = line.seq
      } else if (line.kind === 'done') {
        if (line.seq !== (seq ?? 0) + 1 || life === null) isComplete = false
        seq = line.seq
        if (life?.schema === schema) waiting = line.steps
        else isComplete = false
      }
    }
  }
  settle()
  const isWholeAtEnd = isClosed || life?.bootId === bootId
  return { transactions, failed, isComplete: isComplete && isWholeAtEnd && failed === 0 }
}
