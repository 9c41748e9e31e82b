/** What a receiver told of its sky, figure by figure, for as long as that can still be so. */
import { type Sky, UNKNOWN_SKY } from '../../core/ride/fix.js'
import type { SkyReport } from './gpsd-messages.js'

export interface SkyMemory {
  /** @param monoMs CLOCK_MONOTONIC when the report came; a figure it does not tell stays as it was */
  readonly take: (report: Pick<SkyReport, keyof Figures>, monoMs: number) => void
  /** What is known at a moment: figures older than 30 s are unknown by then. */
  readonly at: (monoMs: number) => Sky
}

type Figures = Pick<Sky, 'satellitesUsed' | 'satellitesInView' | 'hdop'>

/**
 * A receiver tells its satellites every second to every five; gpsd sends DOPs alone far more often. What is half a minute
 * old was told before the tunnel.
 */
const HOLDS_MS = 30_000

export function createSkyMemory(): SkyMemory {
  let used: Told | null = null
  let inView: Told | null = null
  let hdop: Told | null = null
  let sky = UNKNOWN_SKY
  let fallsMonoMs = Number.POSITIVE_INFINITY

  const skyAt = (monoMs: number): Sky => ({
    satellitesUsed: figureAt(used, monoMs),
    satellitesInView: figureAt(inView, monoMs),
    hdop: figureAt(hdop, monoMs),
    toldMonoMs: latestOf(used, inView),
  })
  /** Until the first of its figures is too old, the same sky is handed out. */
  const remember = (monoMs: number) => {
    sky = skyAt(monoMs)
    const held = [used, inView, hdop].flatMap((told) =>
      figureAt(told, monoMs) === null || told === null ? [] : [told.monoMs],
    )
    fallsMonoMs = Math.min(...held) + HOLDS_MS
  }

  return {
    take: (report, monoMs) => {
      used = toldOf(report.satellitesUsed, monoMs) ?? used
      inView = toldOf(report.satellitesInView, monoMs) ?? inView
      hdop = toldOf(report.hdop, monoMs) ?? hdop
      remember(monoMs)
    },
    at: (monoMs) => {
      if (monoMs > fallsMonoMs) remember(monoMs)
      return sky
    },
  }
}

interface Told {
  readonly figure: number
  readonly monoMs: number
}

const toldOf = (figure: number | null, monoMs: number): Told | null => (figure === null ? null : { figure, monoMs })

const figureAt = (told: Told | null, monoMs: number): number | null =>
  told === null || monoMs - told.monoMs > HOLDS_MS ? null : told.figure

const latestOf = (a: Told | null, b: Told | null): number | null =>
  a === null || b === null ? ((a ?? b)?.monoMs ?? null) : Math.max(a.monoMs, b.monoMs)
