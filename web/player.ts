/** Plays a ride's playlist in a video element: the only door to hls.js, and past it where a browser plays HLS by itself. */
import Hls from 'hls.js'
import { type AttemptEvents, keepPlaying, type PlayerEvents } from './keep-playing.js'
import { openNative } from './native-player.js'
import type { Span } from './playback.js'

export interface Film {
  readonly video: HTMLVideoElement
  readonly url: string
  /** The timeline of the film where the browser itself plays it, and tells no dates. */
  readonly spansOfSegments: () => Promise<readonly Span[]>
}

const NOT_FOUND = 404
/** A ride that is only looked at must not cost 30 MB; what was played is on the card, and need not stay in the phone. */
const BUFFERS = { maxBufferLength: 10, maxMaxBufferLength: 30, backBufferLength: 30 }

/** @returns what closes it */
export function openPlayer(film: Film, events: PlayerEvents): () => void {
  const attempt = Hls.isSupported() ? openHls : openNative
  return keepPlaying(
    { screen: film.video, attempt: (its) => attempt(film, its), hasFootage: () => hasFootage(film.url) },
    events,
  )
}

function openHls({ video, url }: Film, { known, failed }: AttemptEvents): () => void {
  const hls = new Hls({ autoStartLoad: false, enableWorker: false, ...BUFFERS })
  let isStarted = false
  const learn = (_: string, { details }: { readonly details: { readonly fragments: readonly Fragment[] } }) => {
    const startS = known(details.fragments.map(spanOf))
    if (!isStarted) hls.startLoad(startS)
    isStarted = true
  }
  hls.on(Hls.Events.LEVEL_UPDATED, learn)
  hls.on(Hls.Events.LEVEL_PTS_UPDATED, learn)
  hls.on(Hls.Events.ERROR, (_, { fatal, response }) => {
    // hls.js would ask half a minute long for what is gone; the playlist, fetched anew, knows where it is now.
    if (fatal || response?.code === NOT_FOUND) failed()
  })
  hls.loadSource(url)
  hls.attachMedia(video)
  return () => hls.destroy()
}

interface Fragment {
  readonly start: number
  readonly duration: number
  readonly programDateTime: number | null
}

const spanOf = ({ start, duration, programDateTime }: Fragment): Span => ({
  startS: start,
  durationS: duration,
  startUtcMs: programDateTime,
})

async function hasFootage(url: string): Promise<boolean> {
  try {
    const response = await fetch(url)
    return response.status !== NOT_FOUND && (!response.ok || (await response.text()).includes('#EXTINF'))
  } catch {
    // Not reached: nothing is known of the footage, and it is tried again.
    return true
  }
}
