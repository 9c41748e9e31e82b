/** Cuts clips out of a ride: the span is chosen around the moment the film shows. */
import { useComputed } from '@preact/signals'
import { useState } from 'preact/hooks'
import type { Clip } from '../core/ride/clip.js'
import type { Ride } from '../core/ride/ride.js'
import { type ClipChoice, upTo, withEnd } from './clip-choice.js'
import { ClipList } from './clip-list.js'
import { clipLength } from './clip-words.js'
import { timeOfDay } from './format.js'
import type { RideClock } from './ride-clock.js'
import { useClips } from './use-clips.js'

interface ClipPartProps {
  readonly ride: Ride
  readonly clock: RideClock
}

const LENGTHS = [
  ['30 s', 30_000],
  ['60 s', 60_000],
  ['2 min', 120_000],
] as const

export function ClipPart({ ride, clock }: ClipPartProps) {
  const { clips, cut, remove } = useClips(ride.id)
  const [choice, setChoice] = useState<ClipChoice | null>(null)
  const [overlay, setOverlay] = useState(false)
  const [privacy, setPrivacy] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const [trouble, setTrouble] = useState<string | null>(null)
  const made = clips?.kind === 'done' ? clips.value : []
  if (ride.segments === 0 && made.length === 0) return null

  const here = (then: (utcMs: number) => void) => {
    const utcMs = clock.utcMs.value
    setTrouble(utcMs === null ? 'Show a moment of the video first: the clip is cut around it.' : null)
    if (utcMs !== null) then(utcMs)
  }
  /** The film goes along, so that one sees where the clip begins or ends. */
  const move = (end: 'from' | 'to', utcMs: number) => {
    if (choice === null) return
    const moved = withEnd(choice, end, utcMs)
    setTrouble(null)
    setChoice(moved)
    clock.show(end === 'from' ? moved.fromUtcMs : moved.toUtcMs)
  }
  const send = async () => {
    if (choice === null) return
    setIsBusy(true)
    setTrouble(await cut({ ...choice, overlay, privacy }))
    setIsBusy(false)
  }
  const takeAway = async (clip: Clip) => setTrouble(await remove(clip))

  return (
    <section class="clip-part" aria-label="Cut a clip" data-testid="clip-part">
      <h2>Cut a clip</h2>
      {ride.segments > 0 && (
        <fieldset class="clip-lengths">
          <legend>The last … up to the moment shown</legend>
          {LENGTHS.map(([words, lengthMs]) => (
            <button
              key={words}
              type="button"
              onClick={() => here((utcMs) => setChoice(upTo(utcMs, lengthMs, clock.spans.value)))}
            >
              {words}
            </button>
          ))}
        </fieldset>
      )}
      {choice !== null && (
        <>
          <ClipEnd name="From" utcMs={choice.fromUtcMs} clock={clock} move={(utcMs) => move('from', utcMs)} />
          <ClipEnd name="To" utcMs={choice.toUtcMs} clock={clock} move={(utcMs) => move('to', utcMs)} />
          <Switch words="Speed, clock and route in the picture" isOn={overlay} turn={setOverlay} />
          <Switch words="Leave out my privacy zones" isOn={privacy} turn={setPrivacy} />
          <button type="button" class="primary clip-cut" disabled={isBusy} onClick={() => void send()}>
            Cut {clipLength(choice)}
          </button>
        </>
      )}
      <p class="trouble" role="alert">
        {trouble ?? (clips?.kind === 'refused' ? `The clips cannot be shown: ${clips.words}` : null)}
      </p>
      <ClipList clips={made} remove={takeAway} />
    </section>
  )
}

const STEPS_S = [-5, -1, 1, 5]

interface ClipEndProps {
  readonly name: 'From' | 'To'
  readonly utcMs: number
  readonly clock: RideClock
  readonly move: (utcMs: number) => void
}

function ClipEnd({ name, utcMs, clock, move }: ClipEndProps) {
  // Not the moment itself, which is another with each frame.
  const isShown = useComputed(() => clock.utcMs.value !== null)
  const moveHere = () => {
    const shown = clock.utcMs.value
    if (shown !== null) move(shown)
  }
  return (
    <fieldset class="clip-end">
      <legend>
        {name} <b data-testid={`clip-${name.toLowerCase()}`}>{timeOfDay(utcMs)}</b>
      </legend>
      {STEPS_S.map((stepS) => (
        <button
          key={stepS}
          type="button"
          aria-label={`${name} ${Math.abs(stepS)} s ${stepS < 0 ? 'earlier' : 'later'}`}
          onClick={() => move(utcMs + stepS * 1_000)}
        >
          {stepS < 0 ? '−' : '+'}
          {Math.abs(stepS)} s
        </button>
      ))}
      <button type="button" disabled={!isShown.value} aria-label={`${name} the moment shown`} onClick={moveHere}>
        Here
      </button>
    </fieldset>
  )
}

interface SwitchProps {
  readonly words: string
  readonly isOn: boolean
  readonly turn: (isOn: boolean) => void
}

function Switch({ words, isOn, turn }: SwitchProps) {
  return (
    <label class="clip-switch">
      <input type="checkbox" checked={isOn} onChange={({ currentTarget }) => turn(currentTarget.checked)} />
      {words}
    </label>
  )
}
