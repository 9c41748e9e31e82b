/** Whether the cameras record: quiet when they do, loud when they do not, in words and shape as well as colour. */
import type { ComponentChildren } from 'preact'
import type { CameraNow } from '../core/ride/now.js'
import { recordingOf } from './now-words.js'

interface RecordingStateProps {
  /** Null where nobody can say just now. */
  readonly cameras: readonly CameraNow[] | null
  /** How much recording fits on the card; null while that is unknown. */
  readonly hoursLeft: number | null
  /** What can be done about it. */
  readonly children?: ComponentChildren
}

export function RecordingState({ cameras, hoursLeft, children }: RecordingStateProps) {
  if (cameras === null) {
    return (
      <div class="recording" data-testid="recording-state" data-state="unknown">
        <Sign state="unknown" />
        <p class="recording-headline" role="status">
          Recording unknown
        </p>
      </div>
    )
  }
  const told = recordingOf(cameras, hoursLeft)
  return (
    <div class="recording" data-testid="recording-state" data-state={told.state}>
      <Sign state={told.state} />
      <p class="recording-headline" role="status">
        {told.headline}
      </p>
      {children}
      <ul class="recording-cameras" data-testid="cameras">
        {told.cameras.map(({ name, words, recording }) => (
          <li key={name} data-recording={recording}>
            {name}: {words}
          </li>
        ))}
        {told.cameras.length === 0 && <li>no camera is configured</li>}
      </ul>
    </div>
  )
}

/** A filled dot for recording, a warning triangle for not, a ring with a question mark for unknown. */
function Sign({ state }: { readonly state: 'recording' | 'partly' | 'not-recording' | 'unknown' }) {
  return (
    <svg class="recording-sign" viewBox="0 0 24 24" aria-hidden="true">
      {state === 'recording' && <circle cx="12" cy="12" r="9" />}
      {state === 'unknown' && (
        <path d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 2.4a7.6 7.6 0 1 1 0 15.2 7.6 7.6 0 0 1 0-15.2zM10.9 15.6h2.2v2.2h-2.2zM12 6.4a3.5 3.5 0 0 0-3.5 3.5h2a1.5 1.5 0 1 1 2.5 1.1c-1.3 1.1-2.1 1.7-2.1 3.4h2.1c0-1 .5-1.4 1.4-2.2A3.5 3.5 0 0 0 12 6.4z" />
      )}
      {(state === 'partly' || state === 'not-recording') && (
        <path fill-rule="evenodd" d="M12 1.5 23.5 22H.5zM10.8 9v6.5h2.4V9zm0 8.2v2.3h2.4v-2.3z" />
      )}
    </svg>
  )
}
