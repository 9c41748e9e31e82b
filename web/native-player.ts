/** Plays a playlist where the browser does so by itself: it tells no dates, so the segments have to. */
import type { AttemptEvents } from './keep-playing.js'
import type { Span } from './playback.js'

export interface NativeFilm {
  readonly video: HTMLVideoElement
  readonly url: string
  readonly spansOfSegments: () => Promise<readonly Span[]>
}

/** A playlist of a ride in progress grows all the time; its segments are asked for no oftener. */
const SPANS_EVERY_MS = 10_000

export function openNative({ video, url, spansOfSegments }: NativeFilm, { known, failed }: AttemptEvents): () => void {
  let askedMs = Number.NEGATIVE_INFINITY
  let isClosed = false
  let isStarted = false

  const learn = async () => {
    if (performance.now() - askedMs < SPANS_EVERY_MS) return
    askedMs = performance.now()
    const spans = await spansOfSegments()
    if (isClosed) return
    const startS = known(spans)
    if (!isStarted && startS > 0) video.currentTime = startS
    isStarted = true
  }
  const onGrowth = () => void learn()

  video.addEventListener('durationchange', onGrowth)
  video.addEventListener('error', failed)
  video.src = url
  return () => {
    isClosed = true
    video.removeEventListener('durationchange', onGrowth)
    video.removeEventListener('error', failed)
    video.removeAttribute('src')
    video.load()
  }
}
