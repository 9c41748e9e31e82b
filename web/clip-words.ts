/** Clips in the rider's words. */
import type { Clip } from '../core/ride/clip.js'
import { bytesWords, countWords, durationClock, timeOfDay } from './format.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const MINUTE_MS = 60_000

type Span = Pick<Clip, 'fromUtcMs' | 'toUtcMs'>

/** `12:04:31 – 12:05:01`, in the zone given, the browser's own by default. */
export const clipTimes = ({ fromUtcMs, toUtcMs }: Span, timeZone?: string): string =>
  `${timeOfDay(fromUtcMs, timeZone)} – ${timeOfDay(toUtcMs, timeZone)}`

/** `30 s`, `1:30`, `1:05:09`. */
export function clipLength({ fromUtcMs, toUtcMs }: Span): string {
  const lengthMs = toUtcMs - fromUtcMs
  return lengthMs < MINUTE_MS ? `${Math.max(1, Math.round(lengthMs / 1_000))} s` : durationClock(lengthMs)
}

/** What is special about it: `overlay, without privacy zones`; empty for most. */
export function clipKind({ overlay, privacy, exact }: Pick<Clip, 'overlay' | 'privacy' | 'exact'>): string {
  const words = [overlay && 'overlay', exact && 'encoded anew', privacy && 'without privacy zones']
  return words.filter((word) => word !== false).join(', ')
}

/** How it is with it: `waiting`, `cutting, 42 %`, `ready · 12 MB · stays 7 days`, `failed: the card is full`. */
export function clipState(clip: Clip): string {
  switch (clip.state) {
    case 'queued':
      return 'waiting for its turn'
    case 'cutting':
      return `cutting, ${clipPercent(clip)} %`
    case 'ready': {
      const size = clip.sizeBytes === null ? null : sizeWords(clip.sizeBytes)
      return ['ready', size, staysWords(clip.expiresInMs)].filter((word) => word !== null).join(' · ')
    }
    case 'failed':
      return `failed: ${clip.reason ?? 'nobody knows why'}`
    case 'canceled':
      return 'canceled'
  }
}

/** What is missing in a clip that is ready; null where nothing is. */
export const clipLack = ({ state, reason }: Clip): string | null => (state === 'ready' ? reason : null)

/** Whole percent; 100 is for what is done. */
export const clipPercent = ({ progress }: Pick<Clip, 'progress'>): number => Math.min(99, Math.floor(progress * 100))

/** `12 MB`, and `340 kB` for what would be none. */
const sizeWords = (bytes: number): string => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : bytesWords(bytes))

/** `stays 7 days`, `stays 5 h`: rounded up, of time with the power on. */
function staysWords(ms: number | null): string | null {
  if (ms === null) return null
  return ms > DAY_MS ? `stays ${countWords(Math.ceil(ms / DAY_MS), 'day')}` : `stays ${Math.ceil(ms / HOUR_MS)} h`
}

/** What is shown: those told of take the place of what was known, and one that has no time left is gone. Newest first. */
export function withClip(clips: readonly Clip[], told: Clip): readonly Clip[] {
  if (told.expiresInMs === 0) return clips.filter(({ id }) => id !== told.id)
  if (clips.some(({ id }) => id === told.id)) return clips.map((clip) => (clip.id === told.id ? told : clip))
  return [told, ...clips]
}
