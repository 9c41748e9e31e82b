/** The one clock of a ride's page: the frame on the screen says which moment it is, and everything follows. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { type Span, utcAt, videoTimeAt } from './playback.js'

export interface RideClock {
  /** The film's element while there is one. */
  readonly video: Signal<HTMLVideoElement | null>
  readonly spans: Signal<readonly Span[]>
  /** Of the frame on the screen; null before the first. */
  readonly videoS: Signal<number | null>
  /** The moment the frame on the screen shows; null where that is unknown. */
  readonly utcMs: ReadonlySignal<number | null>
  /** Shows a moment; false where no footage has it. */
  readonly show: (utcMs: number) => boolean
}

export function createRideClock(): RideClock {
  const video = signal<HTMLVideoElement | null>(null)
  const spans = signal<readonly Span[]>([])
  const videoS = signal<number | null>(null)
  return {
    video,
    spans,
    videoS,
    utcMs: computed(() => (videoS.value === null ? null : utcAt(spans.value, videoS.value))),
    show: (utcMs) => {
      const target = videoTimeAt(spans.value, utcMs)
      if (target === null || video.value === null) return false
      video.value.currentTime = target
      return true
    },
  }
}
