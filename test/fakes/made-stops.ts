/** Speeds of rides with stops in them, gentle and hard, for made-fixes. */
import { NO_NOISE, type Noise, type Route, randomOf } from './made-fixes.js'

/** What a receiver under open sky tells, and a little worse: 0.2 m/s of noise on the speed. */
export const OPEN_SKY: Noise = { ...NO_NOISE, wanderM: 3, wanderS: 120, whiteM: 0.3, dopplerMps: 0.2 }

/** A speed at a second, in m/s; straight in between. */
type Knot = readonly [second: number, mps: number]

export function routeOf(knots: readonly Knot[]): Route {
  let index = 0
  return {
    seconds: Math.floor(knots.at(-1)?.[0] ?? 0),
    speedMps: (second) => {
      if ((knots[index]?.[0] ?? 0) > second) index = 0
      while ((knots[index + 1]?.[0] ?? Number.POSITIVE_INFINITY) <= second) index += 1
      const [from, mps] = knots[index] ?? [0, 0]
      const [to, toMps] = knots[index + 1] ?? [from + 1, mps]
      return mps + ((toMps - mps) * (second - from)) / (to - from)
    },
  }
}

export interface Stop {
  readonly fromMps: number
  readonly atMps2: number
  readonly toMps?: number
  /** When the brakes take, in seconds of the ride. */
  readonly second: number
}

/** Rides at a speed, brakes, and stays at the speed it braked to for ten seconds. */
export function rideThatBrakes({ fromMps, atMps2, toMps = 0, second }: Stop): Route {
  const brakedBy = second + (fromMps - toMps) / atMps2
  return routeOf([
    [0, fromMps],
    [second, fromMps],
    [brakedBy, toMps],
    [brakedBy + 10, toMps],
  ])
}

/** An hour from light to light: up to 15 to 30 km/h at 0.5 to 1.2 m/s2, and down again at 1.5 to 2.5 m/s2. */
export function cityRide(seed: number): { readonly route: Route; readonly stops: number } {
  const { random } = randomOf(seed)
  const between = (low: number, high: number) => low + (high - low) * random()
  const knots: Knot[] = [[0, 0]]
  let second = 0
  const go = (seconds: number, mps: number) => {
    second += seconds
    knots.push([second, mps])
  }
  let stops = 0
  for (; second < 3_600; stops += 1) {
    const cruiseMps = between(15, 30) / 3.6
    go(between(3, 30), 0)
    go(cruiseMps / between(0.5, 1.2), cruiseMps)
    go(between(10, 60), cruiseMps)
    go(cruiseMps / between(1.5, 2.5), 0)
  }
  return { route: routeOf(knots), stops }
}
