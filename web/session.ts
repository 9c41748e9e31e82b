/** Whether this browser is paired with the device. */
import { signal } from '@preact/signals'

/** unknown until the server has answered once. */
export const session = signal<'unknown' | 'paired' | 'not-paired'>('unknown')
