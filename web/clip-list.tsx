/** The clips of a ride: how far each is, what can be taken along of it, and taking it away. */
import { useEffect, useState } from 'preact/hooks'
import type { Clip } from '../core/ride/clip.js'
import { clipPath } from './api.js'
import { clipKind, clipLack, clipLength, clipState, clipTimes } from './clip-words.js'

interface ClipListProps {
  readonly clips: readonly Clip[]
  readonly remove: (clip: Clip) => Promise<void>
}

export function ClipList({ clips, remove }: ClipListProps) {
  if (clips.length === 0) return null
  return (
    <ul class="clips" aria-label="Clips">
      {clips.map((clip) => (
        <ClipItem key={clip.id} clip={clip} remove={() => remove(clip)} />
      ))}
    </ul>
  )
}

const FILES = [
  ['video.mp4', 'Video'],
  ['track.gpx', 'Track'],
  ['bundle.zip', 'Evidence'],
] as const

interface ClipItemProps {
  readonly clip: Clip
  readonly remove: () => Promise<void>
}

function ClipItem({ clip, remove }: ClipItemProps) {
  const [times, kind, lack] = [clipTimes(clip), clipKind(clip), clipLack(clip)]
  return (
    <li class="clip" data-testid="clip" data-clip-id={clip.id} data-state={clip.state}>
      <p class="clip-title">
        <b>{times}</b> <span class="muted">{clipLength(clip)}</span>
      </p>
      {kind !== '' && <p class="muted">{kind}</p>}
      <p class={clip.state === 'failed' ? 'trouble' : 'muted'} data-testid="clip-state">
        {clipState(clip)}
      </p>
      {lack !== null && <p class="clip-lack">{lack}</p>}
      {clip.state === 'cutting' && <progress value={clip.progress} max={1} aria-label={`Cutting ${times}`} />}
      <div class="clip-actions">
        {clip.state === 'ready' &&
          FILES.map(([file, words]) => (
            <a key={file} class="wide" href={`${clipPath(clip.id)}/${file}`} download="">
              {words}
            </a>
          ))}
        <RemoveButton clip={clip} times={times} remove={remove} />
      </div>
    </li>
  )
}

const ASKS_FOR_MS = 4_000

/** One that can be had takes a second touch; what is not made yet is soon asked for again. */
function RemoveButton({ clip, times, remove }: ClipItemProps & { readonly times: string }) {
  const [isAsking, setIsAsking] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const isToCome = clip.state === 'queued' || clip.state === 'cutting'

  useEffect(() => {
    if (!isAsking) return
    const timer = setTimeout(() => setIsAsking(false), ASKS_FOR_MS)
    return () => clearTimeout(timer)
  }, [isAsking])

  const touch = async () => {
    if (clip.state === 'ready' && !isAsking) return setIsAsking(true)
    setIsBusy(true)
    await remove()
    setIsBusy(false)
    setIsAsking(false)
  }
  const [words, doing] = isToCome
    ? ['Cancel', 'Cancel']
    : isAsking
      ? ['Really?', 'Really remove']
      : ['Remove', 'Remove']
  return (
    <button
      type="button"
      class="clip-remove"
      data-asking={isAsking}
      disabled={isBusy}
      aria-label={`${doing} the clip of ${times}`}
      onClick={() => void touch()}
    >
      {words}
    </button>
  )
}
