/** How long our gpsd client waits for what, in milliseconds. */
import { STANDSTILL_MS } from './epochs.js'

export interface Patience {
  /** For a connection to open... */
  readonly connect: number
  /** ...then for gpsd's greeting... */
  readonly version: number
  /** ...and for its agreement to send. */
  readonly watch: number
  /** A receiver whose time does not change for so long is silent. */
  readonly standstill: number
  /** Not a byte for so long: gpsd is asked something it must answer... */
  readonly probe: number
  /** ...sooner where it says that the receiver was taken away... */
  readonly probeWhileGone: number
  /** ...and given up. */
  readonly idle: number
  /** How often all this is looked at. */
  readonly look: number
  /** Before the first new attempt; each further one waits twice as long... */
  readonly firstRetry: number
  /** ...up to this. */
  readonly mostRetry: number
}

export const PATIENCE: Patience = {
  connect: 5_000,
  version: 5_000,
  watch: 3_000,
  standstill: STANDSTILL_MS,
  // gpsd 3.22 looks after its receivers only when it hears from somebody. One that was plugged in it opens then, if 2 s have
  // passed. One that has said nothing for 10 s it opens anew, and forgets for ever if it cannot: no question before that.
  probe: 11_000,
  probeWhileGone: 3_000,
  idle: 30_000,
  look: 250,
  firstRetry: 500,
  mostRetry: 30_000,
}
