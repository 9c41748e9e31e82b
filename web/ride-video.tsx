/** The film of a ride, or in words why there is none to see. */
import { useSignalEffect } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { getSegments, playlistPath } from './api.js'
import type { PlayerState } from './keep-playing.js'
import { type Span, spansOfSegments } from './playback.js'
import { onFrame } from './playback-clock.js'
import type { RideClock } from './ride-clock.js'
import { toldSegment } from './state.js'

interface RideVideoProps {
  readonly rideId: string
  readonly hasSegments: boolean
  readonly isInProgress: boolean
  readonly clock: RideClock
}

export function RideVideo({ rideId, hasSegments, isInProgress, clock }: RideVideoProps) {
  const element = useRef<HTMLVideoElement>(null)
  const [state, setState] = useState<PlayerState>('loading')
  const [why, setWhy] = useState<string | null>(null)
  const [tries, setTries] = useState(0)

  useEffect(() => {
    const video = element.current
    if (video === null || !hasSegments) return
    let close = () => {}
    let isGone = false
    clock.video.value = video
    const stopClock = onFrame(video, (videoS) => {
      clock.videoS.value = videoS
    })
    const begin = async () => {
      const { openPlayer } = await import('./player.js')
      if (isGone) return
      const film = { video, url: playlistPath(rideId), spansOfSegments: () => fetchSpans(rideId) }
      close = openPlayer(film, {
        state: setState,
        spans: (spans) => {
          clock.spans.value = spans
        },
      })
    }
    begin().catch(() => setState('failed'))
    return () => {
      isGone = true
      clock.video.value = null
      stopClock()
      close()
    }
  }, [rideId, hasSegments, tries])

  useEffect(() => {
    if (state === 'absent') void whyAbsent(rideId).then(setWhy)
  }, [rideId, state])
  useSignalEffect(() => {
    if (toldSegment.value?.rideId === rideId && state === 'absent') setTries((before) => before + 1)
  })

  const words = hasSegments ? stateWords(state, why) : isInProgress ? 'No video yet.' : 'No video of this ride.'
  return (
    <section class="ride-video" aria-label="Video">
      <div class="ride-screen">
        <video
          ref={element}
          data-testid="video"
          controls
          playsInline
          muted
          preload="auto"
          hidden={!hasSegments || state === 'absent'}
        />
        {words !== null && (
          <p class="ride-screen-words" role="status" data-testid="video-state">
            {words}
          </p>
        )}
      </div>
    </section>
  )
}

function stateWords(state: PlayerState, why: string | null): string | null {
  switch (state) {
    case 'ready':
      return null
    case 'loading':
      return 'Loading the video…'
    case 'failed':
      return 'The video does not come through. Trying again…'
    case 'absent':
      return why ?? 'No video.'
  }
}

async function whyAbsent(rideId: string): Promise<string> {
  const answer = await getSegments(rideId)
  if (answer.kind === 'refused') return `No video: ${answer.words}`
  const states = new Set(answer.value.map(({ state }) => state))
  if (states.has('recording') || states.size === 0) return 'No video yet: the first piece is still being recorded.'
  if (states.has('swept') && states.size === 1) return 'The video was cleared away to make room. The track is kept.'
  return 'The video of this ride cannot be played.'
}

async function fetchSpans(rideId: string): Promise<readonly Span[]> {
  const answer = await getSegments(rideId)
  return answer.kind === 'done' ? spansOfSegments(answer.value) : []
}
