/** Waits for what happens in its own time, and for no longer than a test may take. */
import { setTimeout as sleep } from 'node:timers/promises'

const EVERY_MS = 20

type Truthy<Value> = Exclude<Value, false | null | undefined | 0 | ''>

/**
 * Asks every 20 ms until the answer is truthy, and returns it.
 * @throws what the last check threw, or that it never came true, once withinMs milliseconds have passed
 */
export async function eventually<Value>(
  check: () => Value | Promise<Value>,
  { withinMs }: { readonly withinMs: number },
): Promise<Truthy<Value>> {
  const deadlineMs = performance.now() + withinMs
  for (;;) {
    const outcome = await ask(check)
    if (outcome.kind === 'true') return outcome.value
    if (performance.now() > deadlineMs) throw new Error(`not within ${withinMs} ms`, { cause: outcome.because })
    await sleep(EVERY_MS)
  }
}

type Outcome<Value> =
  | { readonly kind: 'true'; readonly value: Truthy<Value> }
  | { readonly kind: 'not-yet'; readonly because: unknown }

async function ask<Value>(check: () => Value | Promise<Value>): Promise<Outcome<Value>> {
  try {
    const value = await check()
    return value ? { kind: 'true', value: value as Truthy<Value> } : { kind: 'not-yet', because: value }
  } catch (error) {
    return { kind: 'not-yet', because: error }
  }
}
