/** Keeps a ride's film playing: an attempt that fails is begun again where it was, unless there is no footage at all. */
import { type Span, utcAt, videoTimeAt } from './playback.js'

/** absent: there is no footage to play; failed: it is tried again by itself. */
export type PlayerState = 'loading' | 'ready' | 'absent' | 'failed'

export interface PlayerEvents {
  /** The timeline of the video, again whenever it grew. */
  readonly spans: (spans: readonly Span[]) => void
  readonly state: (state: PlayerState) => void
}

/** The part of a video element this needs. */
export type Screen = Pick<HTMLVideoElement, 'currentTime' | 'paused' | 'play'>

export interface AttemptEvents {
  /** The timeline is known, or has grown; answers the second to begin at. */
  readonly known: (spans: readonly Span[]) => number
  readonly failed: () => void
}

export interface KeepPlaying {
  readonly screen: Screen
  /** Begins to load and show the film; answers what ends that. */
  readonly attempt: (events: AttemptEvents) => () => void
  /** Whether there is anything to play; asked where an attempt failed before it knew a timeline. */
  readonly hasFootage: () => Promise<boolean>
  readonly after?: (delayMs: number, then: () => void) => () => void
}

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 10_000
/** A place that fails this often is damaged, and stepped over by the length of a byte range in the playlist. */
const TRIES_AT_ONE_PLACE = 3
const STEP_OVER_S = 2

/** @returns what ends it */
export function keepPlaying(
  { screen, attempt, hasFootage, after = byTimer }: KeepPlaying,
  events: PlayerEvents,
): () => void {
  let endAttempt = () => {}
  let cancelRetry = () => {}
  let isEnded = false
  let failures = 0
  let spans: readonly Span[] = []
  let resume: Resume = { videoS: 0, utcMs: null, plays: false }

  const begin = () => {
    let isKnown = false
    endAttempt = attempt({
      known: (newSpans) => {
        spans = newSpans
        events.spans(newSpans)
        if (isKnown) return screen.currentTime
        isKnown = true
        events.state('ready')
        if (resume.plays) void playOn(screen)
        return (resume.utcMs === null ? null : videoTimeAt(spans, resume.utcMs)) ?? resume.videoS
      },
      failed: () => void fail(),
    })
  }

  const fail = async () => {
    const hasMoved = screen.currentTime > resume.videoS + STEP_OVER_S
    failures = hasMoved ? 1 : failures + 1
    const videoS = Math.max(screen.currentTime, resume.videoS) + (failures > TRIES_AT_ONE_PLACE ? STEP_OVER_S : 0)
    resume = { videoS, utcMs: utcAt(spans, videoS), plays: resume.plays || !screen.paused }
    endAttempt()
    const isAbsent = spans.length === 0 && !(await hasFootage())
    if (isEnded) return
    events.state(isAbsent ? 'absent' : 'failed')
    if (!isAbsent) cancelRetry = after(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)), begin)
  }

  events.state('loading')
  begin()
  return () => {
    isEnded = true
    cancelRetry()
    endAttempt()
  }
}

/** Where to go on: by UTC, because a playlist that lost its oldest footage counts its seconds anew. */
interface Resume {
  readonly videoS: number
  readonly utcMs: number | null
  readonly plays: boolean
}

async function playOn(screen: Screen): Promise<void> {
  try {
    await screen.play()
  } catch {
    // The browser wants a tap first: the controls are there for it.
  }
}

function byTimer(delayMs: number, then: () => void): () => void {
  const timer = setTimeout(then, delayMs)
  return () => clearTimeout(timer)
}
