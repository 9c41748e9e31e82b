/** Carries out steps on the calls of an open catalogue, the same way the first time and when a lost one is made again. */
import { randomDeviceId } from './clock.js'
import type { Step } from './orders.js'

export type NamedCalls = Readonly<Record<string, (...given: readonly unknown[]) => unknown>>

/** Answers what the last one answers. @throws as the calls do, or where there is no such call */
export function runSteps(calls: NamedCalls, steps: readonly Step[]): unknown {
  let answer: unknown
  for (const { name, given } of steps) {
    const call = calls[name]
    if (call === undefined) throw new Error(`the catalogue knows no ${name}`)
    answer = call(...given)
  }
  return answer
}

/** What would come out otherwise a second time is settled before the first. */
export const settled = (steps: readonly Step[]): readonly Step[] =>
  steps.map((step) => (step.name === 'beginBoot' ? { ...step, given: bootGiven(step.given) } : step))

const bootGiven = ([bootId, highestKnown = 0, newDeviceId = randomDeviceId()]: readonly unknown[]) => [
  bootId,
  highestKnown,
  newDeviceId,
]
