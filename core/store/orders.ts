/** What the store and the thread that writes for it say to each other. */
import type { Reading, Writing } from './catalogue.js'

export type Calls = Writing & Omit<Reading, 'pointsOf'>
export type CallName = keyof Calls

/** One write by name; made with step(). */
export interface Step {
  readonly name: CallName
  readonly given: readonly unknown[]
}

export const step = <Name extends keyof Writing>(name: Name, ...given: Parameters<Writing[Name]>): Step => ({
  name,
  given,
})

/** What the worker is begun with. */
export interface StoreTask {
  readonly file: string
  /** When it is looked after for the first time, ms after it was opened. */
  readonly looksAfterMs: number
}

/** What the worker is asked: steps that are one transaction, or care for the files of the catalogue. */
export type Order =
  | { readonly id: number; readonly steps: readonly Step[] }
  | { readonly id: number; readonly care: Care }

export type Care = 'close' | 'backUp' | 'reopen' | 'makeBallast'

/** What the worker says: how an order went, a line for the log, or that the catalogue was made again. */
export type Said =
  | OrderDone
  | { readonly log: { readonly level: 'info' | 'warn' | 'error'; readonly message: string; readonly facts: SaidFacts } }
  | { readonly rebuilt: Rebuilt }

export type OrderDone =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: { readonly message: string; readonly code: string | undefined } }

export type SaidFacts = Readonly<Record<string, string | number | boolean | null>>

/** A catalogue that was lost, made again out of what lay beside it. */
export interface Rebuilt {
  /** Whether it is proven to be what the lost one was; else footage may know of more. */
  readonly isComplete: boolean
  /** Written since the backup, and carried out again. */
  readonly transactions: number
  /** Null where it was begun with a blank one. */
  readonly backup: number | null
}
