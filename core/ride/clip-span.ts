/** What can be said of the span of a clip before anything is known of its footage, and what its files are called. */
import type { ClipWish } from './clip.js'

/** Longer than any ride of a day. */
export const LONGEST_CLIP_MS = 10 * 3_600_000

type Span = Pick<ClipWish, 'fromUtcMs' | 'toUtcMs'>

/** Why no clip can have this span, in words; null where one can. @param of how the two ends are called where it was asked for */
export function spanFault({ fromUtcMs, toUtcMs }: Span, of = { from: 'fromUtcMs', to: 'toUtcMs' }): string | null {
  if (toUtcMs === fromUtcMs) return `${of.to} is ${of.from}: a clip has some length`
  if (toUtcMs < fromUtcMs) return `${of.to} is before ${of.from}`
  if (toUtcMs - fromUtcMs > LONGEST_CLIP_MS) return 'a clip may have 10 hours at most'
  return null
}

/**
 * What the files of a clip are called, without an ending: camera, UTC of the beginning, length, and what is special about it.
 * Such as `front-2026-06-06T080103Z-60s-overlay`; safe in a header and on any card.
 */
export function clipFileName(wish: ClipWish): string {
  const begin = `${new Date(wish.fromUtcMs).toISOString().slice(0, 19).replaceAll(':', '')}Z`
  const seconds = `${Math.max(1, Math.round((wish.toUtcMs - wish.fromUtcMs) / 1_000))}s`
  const special = [wish.overlay ? 'overlay' : null, wish.privacy ? 'private' : null]
  return [wish.camera, begin, seconds, ...special].filter((part) => part !== null).join('-')
}
