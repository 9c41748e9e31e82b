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

/** What the worker is asked: steps that are one transaction. No steps: close. */
export interface Order {
  readonly id: number
  readonly steps: readonly Step[]
}

export type OrderDone =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: { readonly message: string; readonly code: string | undefined } }
