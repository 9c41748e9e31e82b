/** The span of a clip as it is chosen around the moment the film shows. */
import { LONGEST_CLIP_MS } from '../core/ride/clip-span.js'
import type { Span } from './playback.js'

/** Whole milliseconds since 1970. */
export interface ClipChoice {
  readonly fromUtcMs: number
  readonly toUtcMs: number
}

const SHORTEST_MS = 1_000

/**
 * What led to a moment, as far as there is video of it; at the beginning of the video, where nothing led to it, what follows.
 * @param spans of the video on its timeline; one whose time is unknown is no part of a clip
 */
export function upTo(utcMs: number, lengthMs: number, spans: readonly Span[]): ClipChoice {
  const dated = spans.flatMap(({ startUtcMs, durationS }) =>
    startUtcMs === null ? [] : [{ fromUtcMs: startUtcMs, toUtcMs: startUtcMs + durationS * 1_000 }],
  )
  const beginUtcMs = Math.min(utcMs, ...dated.map(({ fromUtcMs }) => fromUtcMs))
  const endUtcMs = Math.max(utcMs, ...dated.map(({ toUtcMs }) => toUtcMs))
  const fromUtcMs = Math.round(Math.max(beginUtcMs, utcMs - lengthMs))
  if (utcMs - fromUtcMs >= SHORTEST_MS) return { fromUtcMs, toUtcMs: Math.round(utcMs) }
  return { fromUtcMs, toUtcMs: Math.round(Math.max(fromUtcMs + SHORTEST_MS, Math.min(endUtcMs, fromUtcMs + lengthMs))) }
}

/** One end at another moment; the other gives way where it would be shorter than a second, or longer than a clip may be. */
export function withEnd({ fromUtcMs, toUtcMs }: ClipChoice, end: 'from' | 'to', utcMs: number): ClipChoice {
  const there = Math.round(utcMs)
  return end === 'from'
    ? { fromUtcMs: there, toUtcMs: within(toUtcMs, there + SHORTEST_MS, there + LONGEST_CLIP_MS) }
    : { fromUtcMs: within(fromUtcMs, there - LONGEST_CLIP_MS, there - SHORTEST_MS), toUtcMs: there }
}

const within = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value))
